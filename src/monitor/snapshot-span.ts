import { dayStartUtc, localDay, zoneSegments } from '../usage/calendar.ts';
import { openWindow } from '../usage/window.ts';
import { CHART_MINUTES } from './usage-rates.ts';
import type { AccountWindows } from './windows.ts';

/* The spans of time that a snapshot sums over. */

interface Day {
  readonly zone: string;
  readonly dayStart: number;
  readonly dayEnd: number;
}
let lastDay: Day | null = null;

/** First and last instant of the local day of `now` (D-27), half-open. The last answer is kept: calendars are slow, days are long. */
export function dayOf(now: number, zone: string): Day {
  if (lastDay?.zone === zone && now >= lastDay.dayStart && now < lastDay.dayEnd) return lastDay;
  const day = localDay(now, zoneSegments(zone, now, now));
  lastDay = { zone, dayStart: dayStartUtc(day, zone), dayEnd: dayStartUtc(day + 1, zone) };
  return lastDay;
}

/** Since when requests must be at hand: the open windows, the local day and the chart. */
export function retainFrom(now: number, zone: string, windows: readonly AccountWindows[]): number {
  const starts = windows.map((a) => openWindow(a.windows, now)?.start ?? now);
  return Math.min(dayOf(now, zone).dayStart, now - CHART_MINUTES * 60_000, ...starts);
}
