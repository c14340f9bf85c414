import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SessionFacts } from '../ledger/session-facts.ts';
import { NOW_SPAN_MS, PACE_SPAN_MS } from '../usage/burn.ts';
import type { Figure } from '../usage/source.ts';
import { KeptViews } from './kept-views.ts';
import type { LastAction, SessionView } from './snapshot.ts';
import { aLive, anEvent, aSession, NOW, SNAPSHOT_OPTIONS } from './testing.ts';
import { ACCOUNTS, IDS, Scene, windowOf } from './testing-scene.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const OTHER_BURN = { high: 40, moderate: 20 };

/** Who may have another view than before; null = all. */
type Touched = readonly string[] | null;
type Step = (scene: Scene) => Touched;
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
const step: fc.Arbitrary<Step> = fc.oneof(
  ...[asSample, asAction, asLive, asSession, asWindow, asList, asOfficial, others].map((arbitrary) => ({ weight: 1, arbitrary })),
  { weight: 2, arbitrary: asRequest },
  { weight: 3, arbitrary: asTime },
);

/** Equal data are told quickly; what differs is shown. */
const expectEqual = (view: SessionView, fresh: SessionView): void => {
  if (!isDeepStrictEqual(view, fresh)) expect(view).toEqual(fresh);
};
/** Time alone decides about it: it is made each time. */
const isTimed = ({ limitResetsAt }: SessionView, scene: Scene, name: string): boolean =>
  !scene.live.has(name) || (limitResetsAt !== null && limitResetsAt <= scene.now);

test('LV-113: the kept view of a session is the one that would be made anew, whatever changes and whenever; where nothing does, the same object', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 30 }), (steps) => {
      const [scene, kept] = [new Scene(), new KeptViews()];
      let before = scene.views(kept);
      for (const each of steps) {
        const { usage } = scene;
        const touched = each(scene);
        scene.prepare();
        const views = scene.views(kept);
        // Facts of its own: what is remembered of the others does not help it.
        const fresh = scene.views(new KeptViews(), (session) => ({ ...session, facts: { ...session.facts } }));
        for (const [name, view] of views) {
          expectEqual(view, fresh.get(name)!);
          const former = before.get(name);
          const isUntouched = touched !== null && !touched.includes(name) && usage === scene.usage;
          if (isUntouched && former !== undefined && !isTimed(view, scene, name)) expect(view).toBe(former);
        }
        before = views;
      }
    }),
    { numRuns: 300 },
  );
});
