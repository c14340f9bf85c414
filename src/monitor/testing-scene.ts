import fc from 'fast-check';
import type { SessionFacts } from '../ledger/session-facts.ts';
import { NOW_SPAN_MS, PACE_SPAN_MS } from '../usage/burn.ts';
import type { Figure } from '../usage/source.ts';
import type { UsageEvent } from '../usage/types.ts';
import type { Window } from '../usage/window.ts';
import type { KeptViews, ViewContext } from './kept-views.ts';
import type { ClientSample, LiveSessionInput } from './live-input.ts';
import { LiveUsage } from './live-usage.ts';
import { QuotaShares } from './quota-shares.ts';
import type { SessionInput } from './session-input.ts';
import type { LastAction, SessionView, WindowView } from './snapshot.ts';
import { aLive, anEvent, aSession, NOW, SNAPSHOT_OPTIONS } from './testing.ts';

/* What the sessions of a snapshot are made of, and what may happen to it, for tests of what is kept between two snapshots. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const IDS = ['a', 'b', 'c', 'd'];
const ACCOUNTS = ['default', 'work'];
const OTHER_BURN = { high: 40, moderate: 20 };

/** All that a snapshot's sessions are made of, as it changes from one to the next. Epoch ms. */
export class Scene {
  now = NOW;
  burn = SNAPSHOT_OPTIONS.burn;
  usage = new LiveUsage();
  readonly events = new Map<string, UsageEvent>();
  readonly open = new Map<string, Window | null>(ACCOUNTS.map((account) => [account, windowOf(account, HOUR, 4 * HOUR)]));
  readonly sessions = new Map<string, SessionInput>(IDS.map((id) => [id, aSession(id, [])]));
  readonly live = new Map<string, LiveSessionInput>(IDS.map((id) => [id, aLive(id)]));
  readonly samples = new Map<string, ClientSample>();
  readonly actions = new Map<string, LastAction>();
  readonly listed = new Set(IDS);
  /** What the server says of both accounts. */
  official: Figure = { value: 10, source: 'official', at: NOW };

  constructor() {
    this.prepare();
  }

  /** Brings the sums to the windows, and reads everything anew where they cannot be: as the monitor does before each snapshot. */
  prepare(): void {
    const bounds = { windows: this.open, dayStart: NOW - 13 * HOUR, dayEnd: NOW + 11 * HOUR };
    if (this.now - PACE_SPAN_MS >= this.usage.settledUntil && this.usage.setBounds(bounds)) return;
    this.usage = new LiveUsage();
    this.usage.begin(this.events.values(), bounds, Number.NEGATIVE_INFINITY);
  }

  put(event: UsageEvent): void {
    const before = this.events.get(event.key)?.at ?? event.at;
    if (Math.min(before, event.at) < this.usage.settledUntil) return;
    this.events.set(event.key, event);
    this.usage.putAll([event]);
  }

  settle(): void {
    this.usage.settle(this.now - PACE_SPAN_MS - MINUTE, NOW - 30 * DAY, NOW - 30 * DAY);
  }

  get context(): ViewContext {
    const { now, open, samples, actions, burn } = this;
    return { now, open, samples, actions, contextWindow: () => 200_000, burn };
  }

  /** The listed sessions' views. `facts`: what the ledger says of one, as an object of its own. */
  views(kept: KeptViews, own: (session: SessionInput) => SessionInput = (session) => session): ReadonlyMap<string, SessionView> {
    const { context, usage } = this;
    const windows = ACCOUNTS.flatMap((account) =>
      this.open.get(account) ? [{ account, usedPercent: this.official }] : [],
    ) as unknown as readonly WindowView[];
    const shares = new QuotaShares(usage, windows);
    const views = new Map(
      [...this.listed].map((id) => {
        const slots = usage.slotsOf(id);
        return [id, kept.of(own(this.sessions.get(id)!), this.live.get(id) ?? null, slots, shares.of(slots), context)];
      }),
    );
    kept.forgetOthers(this.now, views.size);
    return views;
  }
}

export const windowOf = (account: string, before: number, after: number): Window =>
  ({ account, start: NOW - before, end: NOW + after }) as unknown as Window;

/** Who may have another view than before; null = all. */
export type Touched = readonly string[] | null;
export type Step = (scene: Scene) => Touched;
const NOBODY: Touched = [];

const id = fc.constantFrom(...IDS);
const account = fc.constantFrom(...ACCOUNTS);
/** Time ago: about the ends of what a view's figures look at. ms */
const ago = fc.oneof(
  fc.constantFrom(0, 1, MINUTE, 2 * MINUTE, NOW_SPAN_MS, NOW_SPAN_MS - 1, PACE_SPAN_MS, 31 * MINUTE),
  fc.integer({ min: -2 * MINUTE, max: 6 * MINUTE }),
  fc.integer({ min: -HOUR, max: 3 * HOUR }),
);
/** Time ago of what files say: at times far ahead. ms */
const said = fc.oneof({ weight: 6, arbitrary: ago }, { weight: 1, arbitrary: fc.integer({ min: -DAY - HOUR, max: -DAY + HOUR }) });
const maybe = <V>(value: fc.Arbitrary<V>) => fc.option(value, { nil: undefined, freq: 2 });

const facts = fc
  .record({
    ...{ error: maybe(said), resets: maybe(said), branch: maybe(said), context: maybe(said), compacted: maybe(said) },
    tokens: fc.nat(200_000),
  })
  .map(
    ({ error, resets, branch, context, compacted, tokens }) =>
      (now: number): SessionFacts => ({
        ...(error !== undefined && { error: ['rate_limit', [1, now - error, 9]] }),
        ...(resets !== undefined && { limitResetsAt: [now - resets, [1, now - (error ?? 0), 9]] }),
        ...(branch !== undefined && { branch: ['main', [1, now - branch, 0]] }),
        ...(context !== undefined && { context: [{ tokens, model: 'm' }, [1, now - context, 0]] }),
        ...(compacted !== undefined && { compactedTo: [tokens / 2, [1, now - compacted, 0]] }),
      }),
  );

const changed = <K, V>(map: Map<K, V>, key: K, value: V | null): void => {
  if (value === null) map.delete(key);
  else map.set(key, value);
};
const half = <V>(value: fc.Arbitrary<V>) => fc.option(value, { nil: null, freq: 2 });

const asSample: fc.Arbitrary<Step> = fc
  .tuple(id, half(fc.record({ contextPercent: fc.nat(100), effort: fc.constantFrom('low', 'high') })), ago)
  .map(([name, sample, ms]) => (scene) => {
    changed(scene.samples, name, sample && { ...sample, at: scene.now - ms, contextTokens: null, windowSize: null });
    return [name];
  });
const asAction: fc.Arbitrary<Step> = fc.tuple(id, half(fc.constantFrom('Bash', 'Edit')), ago).map(([name, tool, ms]) => (scene) => {
  changed(scene.actions, name, tool && ({ tool, at: scene.now - ms } as unknown as LastAction));
  return [name];
});
const asLive: fc.Arbitrary<Step> = fc
  .tuple(
    id,
    half(fc.record({ state: fc.constantFrom('working', 'idle', 'error'), title: half(fc.constant('x')), titleRank: fc.nat(5) })),
    ...[fc.nat(HOUR), half(ago)],
  )
  .map(([name, live, seen, resets]) => (scene) => {
    const error = resets === null ? null : { kind: 'rate_limit', at: scene.now, resetsAt: scene.now - resets };
    changed(scene.live, name, live && aLive(name, { ...live, seenAt: scene.now - seen, error }));
    return [name];
  });
const asSession: fc.Arbitrary<Step> = fc
  .tuple(id, fc.record({ name: fc.constantFrom('x', 'y'), account }), facts, half(ago), half(said))
  .map(([name, more, factsAt, first, last]) => (scene) => {
    const [firstAt, lastRequestAt] = [first, last].map((ms) => (ms === null ? null : scene.now - ms));
    scene.sessions.set(name, aSession(name, [], { ...more, facts: factsAt(scene.now), firstAt: firstAt!, lastRequestAt: lastRequestAt! }));
    return [name];
  });
const asRequest: fc.Arbitrary<Step> = fc
  .record({
    ...{
      key: fc.nat(9).map((n) => `k${n}`),
      sessionId: id,
      account,
      work: fc.nat(500),
      read: fc.nat(500),
      cost: fc.option(fc.nat(9_999_999), { freq: 9 }),
    },
    ...{ sidechain: fc.boolean(), model: fc.constantFrom('m', 'n'), ms: ago },
  })
  .map(({ ms, ...event }) => (scene) => {
    // The requests of one of them are always another account's than its own may be.
    scene.put(anEvent({ ...event, account: event.sessionId === 'd' ? 'work' : event.account, at: scene.now - ms }));
    return null;
  });
const asWindow: fc.Arbitrary<Step> = fc.tuple(account, half(ago), half(fc.nat(4 * HOUR))).map(([name, start, end]) => (scene) => {
  const { now, open } = scene;
  const before = open.get(name) ?? null;
  const isClosed = start === null && end === null;
  const next = windowOf(
    name,
    start === null ? (before?.start ?? now - HOUR) : now - start,
    end === null ? (before?.end ?? now + HOUR) : now + end,
  );
  open.set(name, isClosed ? null : next);
  return null;
});
const asTime: fc.Arbitrary<Step> = fc.tuple(ago, fc.constantFrom(1, 1, 1, -1)).map(([ms, sign]) => (scene) => {
  scene.now += sign * Math.abs(ms);
  return null;
});
const asList: fc.Arbitrary<Step> = id.map((name) => (scene) => {
  if (!scene.listed.delete(name)) scene.listed.add(name);
  return NOBODY;
});
const asOfficial: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom(10, 20), fc.constantFrom(NOW, NOW + 1), fc.constantFrom<Figure['source'][]>('official', 'official', 'estimated'))
  .map(([value, at, source]) => (scene) => {
    scene.official = { value, source, at };
    return null;
  });
const others: fc.Arbitrary<Step> = fc.constantFrom<Step[]>(
  () => NOBODY,
  (scene) => {
    scene.settle();
    return null;
  },
  (scene) => {
    scene.burn = scene.burn === OTHER_BURN ? SNAPSHOT_OPTIONS.burn : OTHER_BURN;
    return null;
  },
);
/** One of what may happen between two snapshots: what changes a session, and time most of all. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  ...[asSample, asAction, asLive, asSession, asWindow, asList, asOfficial, others].map((arbitrary) => ({ weight: 1, arbitrary })),
  { weight: 2, arbitrary: asRequest },
  { weight: 3, arbitrary: asTime },
);
