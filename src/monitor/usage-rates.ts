import { type BurnRate, burnRate, NOW_SPAN_MS, PACE_SPAN_MS, rateOfSpan } from '../usage/burn.ts';
import type { UsageEvent } from '../usage/types.ts';
import type { UsageSlot } from './usage-slot.ts';

/* Use over time: of the last minutes, up to now. */

/** Minutes that the chart shows. */
export const CHART_MINUTES = 120;
const MINUTE_MS = 60_000;

/** The burn rate of some slots together (D-28); `t0` as {@link burnRate}. */
export function burnOf(slots: readonly UsageSlot[], span: 'now' | 'pace', now: number, t0: number | null): BurnRate {
  const spanMs = span === 'now' ? NOW_SPAN_MS : PACE_SPAN_MS;
  // Only a scope younger than the span can leave requests of the span out.
  if (t0 !== null && t0 > now - spanMs && !slots.every((slot) => firstOf(slot, span, now) >= t0))
    return burnRate(recentOf(slots, now - spanMs), spanMs, now, t0);
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

const firstOf = (slot: UsageSlot, span: 'now' | 'pace', now: number): number =>
  span === 'now' ? slot.spansAt(now).shortFirst : slot.spansAt(now).longFirst;

/** Requests of the slots up to `now` in the last half hour, but none before `from` (epoch ms). */
export function requestsSince(slots: readonly UsageSlot[], from: number, now: number): number {
  if (from <= now - PACE_SPAN_MS || slots.every((slot) => firstOf(slot, 'pace', now) >= from))
    return slots.reduce((sum, slot) => sum + slot.spansAt(now).longRequests, 0);
  let count = 0;
  for (const event of recentOf(slots, from - 1)) if (event.at <= now) count += event.requests;
  return count;
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
