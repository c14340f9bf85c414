import { PACE_SPAN_MS } from '../usage/burn.ts';
import type { Figure } from '../usage/source.ts';
import type { UsageEvent } from '../usage/types.ts';
import type { Window } from '../usage/window.ts';
import type { KeptViews, ViewContext } from './kept-views.ts';
import type { ClientSample, LiveSessionInput } from './live-input.ts';
import { LiveUsage } from './live-usage.ts';
import { QuotaShares } from './quota-shares.ts';
import type { SessionInput } from './session-input.ts';
import type { LastAction, SessionView, WindowView } from './snapshot.ts';
import { aLive, aSession, NOW, SNAPSHOT_OPTIONS } from './testing.ts';

/* What the sessions of a snapshot are made of, for tests of what is kept between two snapshots. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const IDS = ['a', 'b', 'c', 'd'];
export const ACCOUNTS = ['default', 'work'];

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
