import { NOW_SPAN_MS, PACE_SPAN_MS, type SpanSum } from '../usage/burn.ts';
import { workTokens } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';

/** The sums over the two spans of D-28 up to an instant. */
export interface Spans {
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

/** The sum of one span, with the place of its oldest event. */
class RunningSpan {
  readonly length: number;
  start = 0;
  private work = 0;
  private all = 0;
  private cost = 0;
  private unpriced = 0;
  requests = 0;

  constructor(length: number) {
    this.length = length;
  }

  clear(): void {
    this.start = this.work = this.all = this.cost = this.unpriced = this.requests = 0;
  }

  count({ tokens, cost, requests }: UsageEvent, sign: 1 | -1): void {
    const work = sign * workTokens(tokens);
    this.work += work;
    this.all += work + sign * tokens.cacheRead;
    if (cost === null) this.unpriced += sign;
    else this.cost += sign * cost;
    this.requests += sign * requests;
  }

  get sum(): SpanSum {
    return { work: this.work, all: this.all, cost: this.unpriced > 0 ? null : this.cost };
  }
}

/** Sums over the spans of D-28 that go along with the time and with each change of the events, which are in time order and are changed by their owner. */
export class RunningSpans {
  private readonly events: readonly UsageEvent[];
  private readonly short = new RunningSpan(NOW_SPAN_MS);
  private readonly long = new RunningSpan(PACE_SPAN_MS);
  private readonly both = [this.short, this.long] as const;
  /** Place of the first event after the instant of the sums. */
  private end = 0;
  private at = Number.NEGATIVE_INFINITY;
  private made: Spans | null = null;

  constructor(events: readonly UsageEvent[]) {
    this.events = events;
  }

  /** An event was put at a place. */
  inserted(event: UsageEvent, place: number): void {
    this.made = null;
    // Behind the end it is met as time goes on.
    if (place >= this.end) return;
    this.end++;
    for (const span of this.both) {
      if (event.at > this.at - span.length) span.count(event, 1);
      else span.start++;
    }
  }

  /** The event of a place was taken away. */
  removed(event: UsageEvent, place: number): void {
    this.made = null;
    if (place >= this.end) return;
    this.end--;
    for (const span of this.both) {
      if (place >= span.start) span.count(event, -1);
      else span.start--;
    }
  }

  /** The first events were taken away. */
  droppedFirst(count: number): void {
    if (count > Math.min(this.short.start, this.long.start)) this.clear();
    this.end = Math.max(0, this.end - count);
    for (const span of this.both) span.start = Math.max(0, span.start - count);
    this.made = null;
  }

  private clear(): void {
    this.end = 0;
    this.at = Number.NEGATIVE_INFINITY;
    for (const span of this.both) span.clear();
  }

  spansAt(now: number): Spans {
    if (this.made !== null && now >= this.made.from && now < this.made.until) return this.made;
    if (now < this.at) this.clear();
    this.advance(now);
    const { events, short, long, end } = this;
    const first = (span: RunningSpan) => (span.start < end ? events[span.start]!.at : Number.POSITIVE_INFINITY);
    const [shortFirst, longFirst] = [first(short), first(long)];
    const next = end < events.length ? events[end]!.at : Number.POSITIVE_INFINITY;
    const until = Math.min(next, shortFirst + short.length, longFirst + long.length);
    this.made = { from: now, until, short: short.sum, long: long.sum, longRequests: long.requests, shortFirst, longFirst };
    return this.made;
  }

  private advance(now: number): void {
    const { events } = this;
    this.at = now;
    for (; this.end < events.length && events[this.end]!.at <= now; this.end++)
      for (const span of this.both) span.count(events[this.end]!, 1);
    for (const span of this.both)
      for (; span.start < this.end && events[span.start]!.at <= now - span.length; span.start++) span.count(events[span.start]!, -1);
  }
}
