import type { LedgerMemory, StoredRequest } from '../ledger/ledger-memory.ts';
import type { Ledger } from '../ledger/open.ts';
import { DEFAULT_ACCOUNT } from '../ledger/queries/directory.ts';
import { eventsOfRequest, usageEvents } from '../ledger/queries/events.ts';
import type { LiveDirectory } from '../ledger/queries/live-directory.ts';
import { CELL_MS } from '../ledger/schema.ts';
import type { CostMode } from '../pricing/types.ts';
import { PACE_SPAN_MS } from '../usage/burn.ts';
import type { UsageEvent } from '../usage/types.ts';
import { openWindow } from '../usage/window.ts';
import { earliest, groupBy } from './amounts.ts';
import { LiveUsage } from './live-usage.ts';
import { FUTURE_MS } from './session-signs.ts';
import { dayOf, retainFrom } from './snapshot-span.ts';
import type { NewRequest } from './transcript-tail.ts';
import { ledgerPrint, UsagePrint } from './usage-print.ts';
import { CHART_MINUTES } from './usage-rates.ts';
import type { Bounds, UsageSlot } from './usage-slot.ts';
import type { AccountWindows } from './windows.ts';
import { placeInLedger, writtenRequests } from './written-requests.ts';

export interface LedgerUsageOptions {
  readonly mode: CostMode;
  readonly zone: string;
  /** Account of a session at a time (epoch ms), and which sessions ever changed theirs (AP-5). */
  readonly accountAt?: (sessionId: string, at: number) => string;
  readonly switched?: () => ReadonlySet<string>;
}

const MINUTE_MS = 60_000;
/** Requests newer than this are read anew when the ledger's sums and ours differ; older ones only when that does not mend it. */
const TAILS_MS = [MINUTE_MS, 10 * MINUTE_MS] as const;
/** A request that no line gives a time for is looked for so far back. */
const UNTIMED_MS = 10 * MINUTE_MS;
/** So much time is read at once: a day's rows would lie in memory together. */
const SLICE_MS = 10 * MINUTE_MS;
/** Requests are at hand singly for a little longer than the longest span that a rate looks at. */
const SINGLE_MS = PACE_SPAN_MS + MINUTE_MS;
const NOBODY: ReadonlySet<string> = new Set();
const cellStart = (at: number): number => Math.floor(at / CELL_MS) * CELL_MS;
const settledBefore = (now: number): number => Math.floor((now - SINGLE_MS) / MINUTE_MS) * MINUTE_MS;

/** The requests of the open windows, the day and the chart, as the ledger has them: read whole at times, in between those that changed. */
export class LedgerUsage {
  usage = new LiveUsage();
  private from = Number.POSITIVE_INFINITY;
  /** Requests from there on are not read yet: too far ahead (D-12). Epoch ms. */
  private reached = Number.POSITIVE_INFINITY;
  /** A request has changed that is known as a part of a sum only. */
  private isStale = false;
  /** Oldest request that was asked for because a line belongs to it, or a line's own time: what is older stands as it was. Epoch ms. */
  oldest = Number.POSITIVE_INFINITY;
  /** {@link LedgerMemory.movedLater} when all was read. */
  private moved = 0;
  private readonly ledger: Ledger;
  private readonly directory: LiveDirectory;
  private readonly options: LedgerUsageOptions;
  private readonly windows: () => readonly AccountWindows[];

  constructor(ledger: Ledger, directory: LiveDirectory, options: LedgerUsageOptions, windows: () => readonly AccountWindows[]) {
    this.ledger = ledger;
    this.directory = directory;
    this.options = options;
    this.windows = windows;
  }

  /**
   * Takes in what the ledger has now, epoch ms: what this process has changed since, and what else makes the sums differ. `others`: also what another process
   * may have changed that no sum shows, a time within its cell (D-12).
   */
  refresh(now: number, others: boolean): void {
    const from = this.fromAt(now);
    const own = earliest([...this.changed.values()].map(({ oldest }) => oldest)) ?? Number.POSITIVE_INFINITY;
    const changedSince = others ? Math.min(own, this.usage.settledUntil) : own;
    if (changedSince < this.usage.settledUntil) this.isStale = true;
    if (!this.isStale && !this.hasMoved && from >= this.from) {
      this.from = from;
      // Sums do not show a change of time within a cell.
      if (changedSince < Number.POSITIVE_INFINITY) this.usage.putAll(this.read(Math.max(from, changedSince), this.until(now)));
      this.changed.clear();
      if (this.agrees(now)) return;
      for (const tail of TAILS_MS) {
        this.usage.putAll(this.read(Math.max(from, now - tail, this.usage.settledUntil), this.until(now)));
        if (this.agrees(now)) return;
      }
    }
    this.readAll(now);
  }

  /** Lines name a request of this time, epoch ms. */
  named(at: number): void {
    this.oldest = Math.min(this.oldest, at);
  }

  /** {@link LedgerMemory.changed}. */
  private get changed(): LedgerMemory['changed'] {
    return this.ledger.appender.memory.changed;
  }

  /** Brings the sums to the windows and the day of `now`, and keeps single requests only where a rate may look at them. */
  prepare(now: number): void {
    const { usage } = this;
    // Nothing was read yet.
    if (this.from === Number.POSITIVE_INFINITY) return;
    const isBack = now - PACE_SPAN_MS < usage.settledUntil;
    if (isBack || this.isBehind(now) || !usage.setBounds(this.boundsAt(now))) this.readAll(now);
    else {
      this.reach(this.until(now));
      usage.settle(settledBefore(now), this.from, now - CHART_MINUTES * MINUTE_MS);
    }
  }

  /** Requests of the far future come into range as time goes on. */
  private reach(until: number): void {
    if (until > this.reached) this.usage.putAll(this.read(this.reached, until));
    this.reached = until;
  }

  /**
   * Takes in what this process has changed of a session, which these new lines belong to; where that is not at hand, its requests since the oldest of
   * them. False when that is not all: one is known as a part of a sum only, or is another session's, or was (D-5).
   */
  follow(sessionId: string, requests: readonly NewRequest[], now: number): boolean {
    const places = requests.map(
      ({ key, at }) => placeInLedger(this.ledger, key) ?? { at: this.usage.timeOf(key) ?? at ?? now - UNTIMED_MS, session: null },
    );
    const from = Math.min(...places.map(({ at }) => at));
    this.oldest = Math.min(this.oldest, from);
    if (this.hasMoved || from < this.usage.settledUntil) {
      this.isStale = true;
      return false;
    }
    const own = this.directory.find(sessionId)?.id ?? null;
    const owners = new Set([own, ...places.map(({ session }) => session ?? own)]);
    const isOwn = owners.size === 1 && requests.every(({ key }) => (this.usage.ownerOf(key) ?? sessionId) === sessionId);
    for (const id of owners) {
      if (id === null) continue;
      const written = writtenRequests(this.ledger, id, requests, { from: this.from, until: this.until(now) }, this.usage.settledUntil);
      this.usage.putAll(written === null ? this.read(Math.max(this.from, from), this.until(now), id) : this.eventsOf(written));
      if (written !== null || (this.changed.get(id)?.oldest ?? from) >= from) this.changed.delete(id);
    }
    return isOwn;
  }

  /** The windows or the day reach further back than what is at hand. */
  isBehind(now: number): boolean {
    return this.fromAt(now) < this.from;
  }

  accountAt(sessionId: string, at: number): string {
    return this.options.accountAt?.(sessionId, at) ?? this.directory.find(sessionId)?.account ?? DEFAULT_ACCOUNT;
  }

  private get switched(): ReadonlySet<string> {
    return this.options.switched?.() ?? NOBODY;
  }

  private fromAt(now: number): number {
    return cellStart(retainFrom(now, this.options.zone, this.windows()));
  }

  /** A request has become a later one: a sum may hold it at its former time. */
  private get hasMoved(): boolean {
    return this.moved !== this.ledger.appender.memory.movedLater;
  }

  private boundsAt(now: number): Bounds {
    const open = this.windows().map(({ account, windows }) => [account, openWindow(windows, now)] as const);
    return { windows: new Map(open), ...dayOf(now, this.options.zone) };
  }

  private readAll(now: number): void {
    const from = this.fromAt(now);
    const usage = new LiveUsage();
    this.ledger.db.read(() => usage.begin(this.slices(from, this.until(now)), this.boundsAt(now), settledBefore(now)));
    usage.settle(settledBefore(now), from, now - CHART_MINUTES * MINUTE_MS);
    // What is read in part is nothing: until all is read, what was known before stands.
    [this.usage, this.from, this.isStale] = [usage, from, false];
    this.reached = this.until(now);
    this.moved = this.ledger.appender.memory.movedLater;
    this.changed.clear();
  }

  private *slices(from: number, until: number): Generator<UsageEvent> {
    for (let at = from; at < until; at += SLICE_MS) yield* this.read(at, Math.min(at + SLICE_MS, until));
  }

  private read(from: number, until: number, session: number | null = null): readonly UsageEvent[] {
    return this.attributed(usageEvents(this.ledger, this.directory, this.options.mode, from, until, session));
  }

  private eventsOf(requests: readonly StoredRequest[]): readonly UsageEvent[] {
    return this.attributed(requests.flatMap((request) => eventsOfRequest(this.ledger, this.directory, this.options.mode, request)));
  }

  /** Requests with the account that was valid at their time; nearly all sessions have one only. */
  private attributed(events: readonly UsageEvent[]): readonly UsageEvent[] {
    const { switched } = this;
    if (switched.size === 0) return events;
    return events.map((event) =>
      switched.has(event.sessionId) ? { ...event, account: this.accountAt(event.sessionId, event.at) } : event,
    );
  }

  /** Times more than a day ahead are no "now" (D-12); whole cells, to compare with the ledger's sums. */
  private until(now: number): number {
    return cellStart(now + FUTURE_MS);
  }

  /** Equal sums, equal requests: what another process wrote shows here. */
  private agrees(now: number): boolean {
    const theirs = ledgerPrint(this.ledger, this.options.mode, this.from, this.until(now));
    return theirs.equals(this.usage.print(this.from, (sessionId) => this.directory.find(sessionId)?.id ?? 0)) && this.isAttributed(now);
  }

  /** Each request counts for the account that is known now to have been its session's (AP-5): that changes although the ledger does not. */
  private isAttributed(now: number): boolean {
    const { switched } = this;
    const isOwn = ({ sessionId, account }: UsageSlot) => account === (this.directory.find(sessionId)?.account ?? DEFAULT_ACCOUNT);
    if (!this.usage.all().every((slot) => slot.isEmpty || switched.has(slot.sessionId) || isOwn(slot))) return false;
    return [...switched].every((sessionId) => this.isParted(sessionId, now));
  }

  /** Of a session under several accounts each one has its requests; such sessions are few. */
  private isParted(sessionId: string, now: number): boolean {
    const info = this.directory.find(sessionId);
    if (info === null) return true;
    const parts = groupBy(this.read(this.from, this.until(now), info.id), ({ account }) => account);
    return this.usage.slotsOf(sessionId).every((slot) => {
      const print = new UsagePrint();
      for (const event of parts.get(slot.account) ?? []) print.add(event);
      return print.equals(slot.printSince(this.from));
    });
  }
}
