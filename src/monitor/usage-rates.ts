import type { UsageEvent } from '../usage/types.ts';
import type { UsageSlot } from './usage-slot.ts';

/* Use over time: of the last minutes, up to now. */

/** Minutes that the chart shows. */
export const CHART_MINUTES = 120;
const MINUTE_MS = 60_000;

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
