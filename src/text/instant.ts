import { type FigureOptions, unknownMark } from './figures.ts';

/**
 * `time` 15:20 · `seconds` 13:42:10 · `day` Fri 20 Nov · `dayTime` Tue 24 Nov 09:00 · `dateTime` 20 Nov 13:42 · `full` Fri 20 Nov 13:42:10 UTC ·
 * `isoDate` 2026-11-20 · `isoTime` 2026-11-20 13:42
 */
export type InstantStyle = 'time' | 'seconds' | 'day' | 'dayTime' | 'dateTime' | 'full' | 'isoDate' | 'isoTime';

export interface InstantOptions extends FigureOptions {
  /** `3:20 pm` instead of 15:20 (`display.hour12`); never in the ISO styles. */
  readonly hour12?: boolean;
}

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Further away a day and a month could be those of another year. ms */
const NEAR_MS = 300 * 24 * 3_600_000;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Making a formatter takes longer than a thousand uses of it. Zones come from the configuration, so there are few. */
const partsFormatters = new Map<string, Intl.DateTimeFormat>();
const nameFormatters = new Map<string, Intl.DateTimeFormat>();

/** An instant (epoch ms) as a person reads it in an IANA zone. Throws RangeError on an unknown zone; null is unknown. */
export function formatInstant(ms: number | null, zone: string, style: InstantStyle, options?: InstantOptions): string {
  if (ms === null || !Number.isFinite(new Date(ms).getTime())) return unknownMark(options);
  const parts = isUtc(zone) ? utcParts(ms) : zonedParts(ms, zone);
  const hour12 = options?.hour12 === true;
  switch (style) {
    case 'time':
      return clock(parts, hour12, false);
    case 'seconds':
      return clock(parts, hour12, true);
    case 'day':
      return `${weekday(parts)} ${shortDate(parts)}`;
    case 'dayTime':
      return `${weekday(parts)} ${shortDate(parts)} ${clock(parts, hour12, false)}`;
    case 'dateTime':
      return `${shortDate(parts)} ${clock(parts, hour12, false)}`;
    case 'full':
      return `${weekday(parts)} ${shortDate(parts)} ${clock(parts, hour12, true)} ${zoneName(ms, zone)}`;
    case 'isoDate':
      return isoDate(parts);
    case 'isoTime':
      return `${isoDate(parts)} ${clock(parts, false, false)}`;
  }
}

/** Day and time as seen from `now` (epoch ms): `Tue 24 Nov 09:00`, and with the year, `2025-11-24 09:00`, where it could be another one's. */
export function dayTimeFrom(now: number, ms: number, zone: string, options?: InstantOptions): string {
  return formatInstant(ms, zone, Math.abs(now - ms) < NEAR_MS ? 'dayTime' : 'isoTime', options);
}

function isUtc(zone: string): boolean {
  return zone === 'UTC' || zone === 'Etc/UTC';
}

function utcParts(ms: number): Parts {
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

function zonedParts(ms: number, zone: string): Parts {
  const formatter = remembered(partsFormatters, zone, {
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatter.formatToParts(ms)) {
    if (type in parts) parts[type as keyof typeof parts] = Number(value);
  }
  return parts;
}

/** `UTC`, `EST`, `GMT+5:45`. */
function zoneName(ms: number, zone: string): string {
  if (isUtc(zone)) return 'UTC';
  const formatter = remembered(nameFormatters, zone, { timeZoneName: 'short' });
  return formatter.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

function remembered(formatters: Map<string, Intl.DateTimeFormat>, zone: string, format: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', { ...format, timeZone: zone });
    formatters.set(zone, formatter);
  }
  return formatter;
}

function weekday({ year, month, day }: Parts): string {
  return WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] ?? '';
}

function shortDate({ month, day }: Parts): string {
  return `${String(day).padStart(2, '0')} ${MONTHS[month - 1]}`;
}

function isoDate({ year, month, day }: Parts): string {
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function clock({ hour, minute, second }: Parts, hour12: boolean, seconds: boolean): string {
  const rest = `${two(minute)}${seconds ? `:${two(second)}` : ''}`;
  return hour12 ? `${hour % 12 || 12}:${rest} ${hour < 12 ? 'am' : 'pm'}` : `${two(hour)}:${rest}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
