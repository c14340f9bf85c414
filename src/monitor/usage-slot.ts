import { NOW_SPAN_MS, PACE_SPAN_MS, type SpanSum } from '../usage/burn.ts';
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

const MINUTE_MS = 60_000;

interface Spans {
  /** The sums hold from the instant they were made for until before this one: no request enters or leaves a span in between. */
  readonly from: number;
  readonly until: number;
  readonly short: SpanSum;
  readonly long: SpanSum;
  readonly longRequests: number;
  /** Oldest request of each span, epoch ms; Infinity in an empty one. */
  readonly shortFirst: number;
  readonly longFirst: number;
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
  let [shortFirst, longFirst] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
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
    longFirst = at;
    const leaves = at + (at > now - NOW_SPAN_MS ? NOW_SPAN_MS : PACE_SPAN_MS);
    if (leaves < until) until = leaves;
    if (at <= now - NOW_SPAN_MS) continue;
    shortFirst = at;
    short.work += work;
    short.all += work + tokens.cacheRead;
    short.cost = short.cost === null || cost === null ? null : short.cost + cost;
  }
  return { from: now, until, short, long, longRequests, shortFirst, longFirst };
}
