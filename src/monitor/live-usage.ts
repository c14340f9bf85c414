import { type BurnRate, burnRate, NOW_SPAN_MS, PACE_SPAN_MS, rateOfSpan, type SpanSum } from '../usage/burn.ts';
import { workTokens } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';
import { Tally } from './tally.ts';

/** Times that decide which sums an event belongs to. Epoch ms, half-open. */
export interface Bounds {
  /** The open window of each account; an account without one has nothing in a window. */
  readonly windows: ReadonlyMap<string, { readonly start: number; readonly end: number } | null>;
  readonly dayStart: number;
  readonly dayEnd: number;
}

/** Minutes that the chart shows. */
export const CHART_MINUTES = 120;
const MINUTE_MS = 60_000;

interface Spans {
  /** The sums hold from the instant they were made for until before this one: no request enters or leaves a span in between. */
  readonly from: number;
  readonly until: number;
  readonly short: SpanSum;
  readonly long: SpanSum;
  readonly longRequests: number;
}

/** One session's requests under one account with the sums that a snapshot needs of them. */
export class UsageSlot {
  readonly account: string;
  readonly sessionId: string;
  /** In time order. */
  readonly events: UsageEvent[] = [];
  window = new Tally();
  windowSidechain = new Tally();
  today = new Tally();
  readonly models = new Map<string, Tally>();
  /** Work tokens by minute of the epoch. */
  readonly minutes = new Map<number, number>();
  /** Rises with each change of its events. */
  version = 0;
  private spans: Spans | null = null;
  private bounds: { start: number; end: number; dayStart: number; dayEnd: number };

  /** The same over all slots. */
  private readonly shared: Map<number, number>;

  constructor(account: string, sessionId: string, bounds: Bounds, shared: Map<number, number>) {
    this.account = account;
    this.sessionId = sessionId;
    this.shared = shared;
    this.bounds = boundsOf(bounds, account);
  }

  add(event: UsageEvent): void {
    let i = this.events.length;
    while (i > 0 && this.events[i - 1]!.at > event.at) i--;
    this.events.splice(i, 0, event);
    this.count(event, 1);
    this.countMinute(event, 1);
  }

  remove(event: UsageEvent): void {
    const i = this.events.lastIndexOf(event);
    if (i < 0) return;
    this.events.splice(i, 1);
    this.count(event, -1);
    this.countMinute(event, -1);
  }

  /** Counts all events anew when the window or the day is another one. */
  setBounds(all: Bounds): void {
    const { bounds } = this;
    const next = boundsOf(all, this.account);
    if (next.start === bounds.start && next.end === bounds.end && next.dayStart === bounds.dayStart && next.dayEnd === bounds.dayEnd)
      return;
    this.bounds = next;
    this.window = new Tally();
    this.windowSidechain = new Tally();
    this.today = new Tally();
    this.models.clear();
    for (const event of this.events) this.count(event, 1);
  }

  get firstInWindow(): UsageEvent | null {
    if (this.window.events === 0) return null;
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.events[middle]!.at < this.bounds.start) low = middle + 1;
      else high = middle;
    }
    return this.events[low] ?? null;
  }

  /** Its newest main-thread request in the window. */
  get lastMain(): UsageEvent | null {
    return this.events.findLast((event) => !event.sidechain && this.inWindow(event.at)) ?? null;
  }

  /** Sums over the spans of D-28 up to `now`. */
  spansAt(now: number): Spans {
    if (this.spans === null || now < this.spans.from || now >= this.spans.until) this.spans = spansOf(this.events, now);
    return this.spans;
  }

  private inWindow(at: number): boolean {
    return at >= this.bounds.start && at < this.bounds.end;
  }

  private count(event: UsageEvent, sign: 1 | -1): void {
    this.spans = null;
    this.version++;
    const { at } = event;
    if (this.inWindow(at)) {
      this.window.add(event, sign);
      if (event.sidechain) this.windowSidechain.add(event, sign);
      let model = this.models.get(event.model);
      if (!model) {
        model = new Tally();
        this.models.set(event.model, model);
      }
      model.add(event, sign);
    }
    if (at >= this.bounds.dayStart && at < this.bounds.dayEnd) this.today.add(event, sign);
  }

  private countMinute({ at, tokens }: UsageEvent, sign: 1 | -1): void {
    const minute = Math.floor(at / MINUTE_MS);
    const work = sign * workTokens(tokens);
    this.minutes.set(minute, (this.minutes.get(minute) ?? 0) + work);
    this.shared.set(minute, (this.shared.get(minute) ?? 0) + work);
  }
}

const boundsOf = ({ windows, dayStart, dayEnd }: Bounds, account: string) => {
  const window = windows.get(account);
  return { start: window?.start ?? Number.POSITIVE_INFINITY, end: window?.end ?? Number.NEGATIVE_INFINITY, dayStart, dayEnd };
};

function spansOf(events: readonly UsageEvent[], now: number): Spans {
  const short = { work: 0, all: 0, cost: 0 as number | null };
  const long = { work: 0, all: 0, cost: 0 as number | null };
  let longRequests = 0;
  let until = Number.POSITIVE_INFINITY;
  for (let i = events.length - 1; i >= 0; i--) {
    const { at, tokens, cost, requests } = events[i]!;
    if (at > now) {
      until = at;
      continue;
    }
    if (at <= now - PACE_SPAN_MS) break;
    const work = workTokens(tokens);
    long.work += work;
    long.all += work + tokens.cacheRead;
    long.cost = long.cost === null || cost === null ? null : long.cost + cost;
    longRequests += requests;
    const leaves = at + (at > now - NOW_SPAN_MS ? NOW_SPAN_MS : PACE_SPAN_MS);
    if (leaves < until) until = leaves;
    if (at <= now - NOW_SPAN_MS) continue;
    short.work += work;
    short.all += work + tokens.cacheRead;
    short.cost = short.cost === null || cost === null ? null : short.cost + cost;
  }
  return { from: now, until, short, long, longRequests };
}

/** The burn rate of some slots together (D-28); `t0` as {@link burnRate}. */
export function burnOf(slots: readonly UsageSlot[], span: 'now' | 'pace', now: number, t0: number | null): BurnRate {
  const spanMs = span === 'now' ? NOW_SPAN_MS : PACE_SPAN_MS;
  // Only a scope younger than the span leaves requests of the span out.
  if (t0 !== null && t0 > now - spanMs) return burnRate(recentOf(slots, now - spanMs), spanMs, now, t0);
  const sum = { work: 0, all: 0, cost: 0 as number | null };
  for (const slot of slots) {
    const spans = slot.spansAt(now);
    const { work, all, cost } = span === 'now' ? spans.short : spans.long;
    sum.work += work;
    sum.all += all;
    sum.cost = sum.cost === null || cost === null ? null : sum.cost + cost;
  }
  return rateOfSpan(sum, spanMs, now, t0);
}

/** Requests of the slots after an instant, newest first within a slot. */
export function* recentOf(slots: Iterable<UsageSlot>, after: number): Generator<UsageEvent> {
  for (const { events } of slots) for (let i = events.length - 1; i >= 0 && events[i]!.at > after; i--) yield events[i]!;
}

/** Work tokens of the last whole minutes of one or several counts by minute of the epoch, oldest first. */
export function minutesOf(
  counts: Iterable<ReadonlyMap<number, number>>,
  now: number,
  count = CHART_MINUTES,
): { from: number; workPerMinute: number[] } {
  const first = Math.floor(now / MINUTE_MS) - count + 1;
  const workPerMinute = new Array<number>(count).fill(0);
  for (const minutes of counts) for (let i = 0; i < count; i++) workPerMinute[i]! += minutes.get(first + i) ?? 0;
  return { from: first * MINUTE_MS, workPerMinute };
}

const NO_BOUNDS: Bounds = { windows: new Map(), dayStart: 0, dayEnd: 0 };

/** The requests at hand, with sums that follow each change: a snapshot costs its sessions, not their requests. */
export class LiveUsage {
  private readonly slots = new Map<string, UsageSlot>();
  private readonly sessions = new Map<string, UsageSlot[]>();
  private readonly byKey = new Map<string, readonly UsageEvent[]>();
  private bounds: Bounds = NO_BOUNDS;
  /** Work tokens of all sessions by minute of the epoch. */
  readonly minutes = new Map<number, number>();

  static of(events: Iterable<UsageEvent>): LiveUsage {
    const usage = new LiveUsage();
    usage.putAll(events);
    return usage;
  }

  /** Takes events of requests, replacing what was known of the same requests. Parts of one request stand together. */
  putAll(events: Iterable<UsageEvent>): void {
    let parts: UsageEvent[] = [];
    for (const event of events) {
      if (parts.length > 0 && parts[0]!.key !== event.key) {
        this.put(parts);
        parts = [];
      }
      parts.push(event);
    }
    if (parts.length > 0) this.put(parts);
  }

  private put(parts: readonly UsageEvent[]): void {
    const { key } = parts[0]!;
    const before = this.byKey.get(key);
    if (before !== undefined) for (const event of before) this.slotOf(event).remove(event);
    for (const event of parts) this.slotOf(event).add(event);
    this.byKey.set(key, parts);
  }

  /** Epoch ms of a known request, else undefined. */
  timeOf(key: string): number | undefined {
    return this.byKey.get(key)?.[0]?.at;
  }

  clear(): void {
    this.slots.clear();
    this.sessions.clear();
    this.byKey.clear();
    this.minutes.clear();
  }

  /** Forgets what lies before an instant and is of no use any more. */
  dropBefore(from: number): void {
    for (const [key, parts] of this.byKey) {
      if (parts[0]!.at >= from) continue;
      for (const event of parts) this.slotOf(event).remove(event);
      this.byKey.delete(key);
    }
  }

  setBounds(bounds: Bounds): void {
    this.bounds = bounds;
    for (const slot of this.slots.values()) slot.setBounds(bounds);
  }

  all(): readonly UsageSlot[] {
    return [...this.slots.values()];
  }

  slotsOf(sessionId: string): readonly UsageSlot[] {
    return this.sessions.get(sessionId) ?? [];
  }

  get size(): number {
    return this.byKey.size;
  }

  /** Sums over everything at hand, to compare with the ledger's; `idOf` numbers the owners. */
  totals(from: number, idOf: (sessionId: string) => number): { readonly events: number; readonly tokens: number; readonly owners: number } {
    let [events, tokens, owners] = [0, 0, 0];
    for (const { sessionId, events: own } of this.slots.values()) {
      let count = 0;
      for (const { at, tokens: t } of own) {
        if (at < from) continue;
        count++;
        tokens += workTokens(t) + t.cacheRead;
      }
      events += count;
      owners += count * idOf(sessionId);
    }
    return { events, tokens, owners };
  }

  private slotOf({ account, sessionId }: UsageEvent): UsageSlot {
    const name = `${account}\0${sessionId}`;
    let slot = this.slots.get(name);
    if (!slot) {
      slot = new UsageSlot(account, sessionId, this.bounds, this.minutes);
      this.slots.set(name, slot);
      this.sessions.set(sessionId, [...(this.sessions.get(sessionId) ?? []), slot]);
    }
    return slot;
  }
}
