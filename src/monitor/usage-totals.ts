import { type BurnRate, burnRate, NOW_SPAN_MS, PACE_SPAN_MS, rateOfSpan, type SpanSum } from '../usage/burn.ts';
import { Tally } from './tally.ts';
import { recentOf } from './usage-rates.ts';
import type { UsageSlot } from './usage-slot.ts';
import type { Spans } from './usage-spans.ts';

/** A sum over a span of D-28 with the oldest request in it. */
interface SpanTotal {
  work: number;
  all: number;
  cost: number | null;
  /** Epoch ms; Infinity = no request. */
  first: number;
}

const emptySpan = (): SpanTotal => ({ work: 0, all: 0, cost: 0, first: Number.POSITIVE_INFINITY });

function addSpan(into: SpanTotal, { work, all, cost }: SpanSum, first: number): void {
  into.work += work;
  into.all += all;
  into.cost = into.cost === null || cost === null ? null : into.cost + cost;
  if (first < into.first) into.first = first;
}

/** What some slots used in the spans of D-28 up to an instant (epoch ms). Tokens, nano-USD. */
export class SpanTotals {
  /** Until then no request enters or leaves a span by time alone. */
  until = Number.POSITIVE_INFINITY;
  private readonly short = emptySpan();
  private readonly long = emptySpan();
  private longRequests = 0;
  private readonly slots: readonly UsageSlot[];
  private readonly now: number;

  /** `parts`: of disjoint slots, together all of `slots`; where there are any, the slots are not looked at again. */
  constructor(slots: readonly UsageSlot[], now: number, parts: readonly SpanTotals[] = []) {
    this.slots = slots;
    this.now = now;
    if (parts.length === 0) for (let i = 0; i < slots.length; i++) this.add(slots[i]!.spansAt(now));
    else
      for (const { short, long, longRequests, until } of parts)
        this.add({ short, long, longRequests, until, shortFirst: short.first, longFirst: long.first });
  }

  private add({ short, long, longRequests, shortFirst, longFirst, until }: Omit<Spans, 'from'>): void {
    addSpan(this.short, short, shortFirst);
    addSpan(this.long, long, longFirst);
    this.longRequests += longRequests;
    if (until < this.until) this.until = until;
  }

  /** The burn rate (D-28); `t0` as in {@link burnRate}. */
  rate(span: 'now' | 'pace', t0: number | null): BurnRate {
    const isNow = span === 'now';
    const spanMs = isNow ? NOW_SPAN_MS : PACE_SPAN_MS;
    const total = isNow ? this.short : this.long;
    // Only a scope younger than the span can leave requests of the span out.
    if (t0 !== null && t0 > this.now - spanMs && total.first < t0)
      return burnRate(recentOf(this.slots, this.now - spanMs), spanMs, this.now, t0);
    return rateOfSpan(total, spanMs, this.now, t0);
  }

  /** Requests up to now in the last half hour, but none before `from`. */
  requestsSince(from: number): number {
    if (from <= this.now - PACE_SPAN_MS || this.long.first >= from) return this.longRequests;
    let count = 0;
    for (const event of recentOf(this.slots, from - 1)) if (event.at <= this.now) count += event.requests;
    return count;
  }
}

/** What some slots come to together at an instant: one look at each of them, where every figure alone would take one (LV-113). */
export class UsageTotals {
  readonly window = new Tally();
  readonly today = new Tally();
  readonly spans: SpanTotals;
  private firstInWindow = Number.POSITIVE_INFINITY;

  /** `parts` as for {@link SpanTotals}. */
  constructor(slots: readonly UsageSlot[], now: number, parts: readonly UsageTotals[] = []) {
    this.spans = new SpanTotals(
      slots,
      now,
      parts.map(({ spans }) => spans),
    );
    if (parts.length > 0) for (const part of parts) this.add(part);
    else for (let i = 0; i < slots.length; i++) this.add(slots[i]!);
  }

  private add({ window, today, firstInWindowAt: first }: Pick<UsageSlot, 'window' | 'today' | 'firstInWindowAt'>): void {
    this.window.merge(window);
    this.today.merge(today);
    if (first !== null && first < this.firstInWindow) this.firstInWindow = first;
  }

  /** First request in the window of any of them; null = none. */
  get firstInWindowAt(): number | null {
    return this.firstInWindow === Number.POSITIVE_INFINITY ? null : this.firstInWindow;
  }
}
