import { segmentOffset, type ZoneSegment, zoneSegments } from './zone.ts';

export { isValidZone, nearestZones, offsetAt, resolveZone, type ZoneSegment, zoneSegments } from './zone.ts';

/*
 * Days, weeks and months of D-27. A day is a number: the days from 1970-01-01 to the local date. Dates, not instants, are counted,
 * so a zone's 23- and 25-hour days and skipped days need no special case.
 */

const DAY_MS = 86_400_000;
/** Local midnight is at most this far from the same time in UTC: no zone was ever further off than 16 h, none skipped more than a day. */
const NEAR_MS = 36 * 3_600_000;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Local date of an instant (epoch ms) as days since 1970-01-01. `segments` must cover the instant. */
export function localDay(ms: number, segments: readonly ZoneSegment[]): number {
  return Math.floor((ms + segmentOffset(ms, segments)) / DAY_MS);
}

/** `YYYY-MM-DD` of a day number. */
export function dayToIso(day: number): string {
  return new Date(day * DAY_MS).toISOString().split('T')[0]!;
}

/** Day number of `YYYY-MM-DD`; null when it is no date (2026-02-30). */
export function isoToDay(iso: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(iso)) return null;
  const ms = Date.parse(`${iso}T00:00:00Z`);
  return Number.isNaN(ms) || dayToIso(ms / DAY_MS) !== iso ? null : ms / DAY_MS;
}

/**
 * First instant (epoch ms) of a local day; of a day the zone skipped (Apia 2011-12-30) the first instant after it. `day + 1` gives the exclusive end:
 * 23 to 25 hours later. Where clocks went back over midnight (St John's until 2011) a part of the former day comes after it; group by `localDay`.
 */
export function dayStartUtc(day: number, zone: string): number {
  const midnight = day * DAY_MS;
  let begin = midnight - NEAR_MS;
  for (const { untilMs, offsetMs } of zoneSegments(zone, begin, midnight + NEAR_MS)) {
    const start = Math.max(begin, midnight - offsetMs);
    if (start < untilMs) return start;
    begin = untilMs;
  }
  return begin;
}

/** 0 = Sunday … 6 = Saturday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** First day of the week that holds `day`; `weekStart` 0 = Sunday … 6 = Saturday. */
export function weekOf(day: number, weekStart: number): number {
  return day - ((weekdayOf(day) - weekStart + 7) % 7);
}

/** `YYYY-MM` of a day. */
export function monthOf(day: number): string {
  return dayToIso(day).slice(0, -3);
}

/** 0 (Sunday) … 6 of an English weekday name, any case, three letters or more; else null (UR-25). */
export function weekdayFromName(name: string): number | null {
  const wanted = name.trim().toLowerCase();
  const index = wanted.length < 3 ? -1 : WEEKDAYS.findIndex((weekday) => weekday.startsWith(wanted));
  return index === -1 ? null : index;
}

/** The weekday's full English name, lower case. */
export function weekdayName(weekday: number): string {
  return WEEKDAYS[weekday] ?? 'monday';
}

/** The same date `months` earlier, or the last date of that month where it is shorter. */
function monthsBefore(day: number, months: number): number {
  const date = new Date(day * DAY_MS);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1);
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months + 1, 1);
  return Math.min(first / DAY_MS + date.getUTCDate() - 1, next / DAY_MS - 1);
}

function firstOfMonth(day: number): number {
  return day - new Date(day * DAY_MS).getUTCDate() + 1;
}

/** Inclusive local days. */
export interface DayRange {
  readonly since: number;
  readonly until: number;
}

function namedRange(word: string, today: number, weekStart: number): DayRange | null {
  const week = weekOf(today, weekStart);
  const month = firstOfMonth(today);
  switch (word) {
    case 'today':
      return { since: today, until: today };
    case 'yesterday':
      return { since: today - 1, until: today - 1 };
    case 'this-week':
      return { since: week, until: today };
    case 'last-week':
      return { since: week - 7, until: week - 1 };
    case 'this-month':
      return { since: month, until: today };
    case 'last-month':
      return { since: firstOfMonth(month - 1), until: month - 1 };
    default:
      return null;
  }
}

/**
 * The inclusive range that a date word names (UR-20); `--since` takes its first day, `--until` its last. `7d`, `4w` and `3m` are the last 7 days, 28 days
 * and three months up to and with today. Null when it is no date. `today` is the local day, `weekStart` 0 = Sunday … 6.
 */
export function parseDateFlag(text: string, today: number, weekStart: number): DayRange | null {
  const word = text.trim().toLowerCase();
  const digits = /^(\d{4})(\d\d)(\d\d)$/.exec(word);
  const day = isoToDay(digits ? `${digits[1]}-${digits[2]}-${digits[3]}` : word);
  if (day !== null) return { since: day, until: day };
  const trailing = /^([1-9]\d{0,3})([dwm])$/.exec(word);
  if (!trailing) return namedRange(word, today, weekStart);
  const count = Number(trailing[1]);
  if (trailing[2] === 'm') return { since: monthsBefore(today, count) + 1, until: today };
  return { since: today - count * (trailing[2] === 'w' ? 7 : 1) + 1, until: today };
}
