import { age, duration } from '../../text/duration.ts';
import { formatInstant } from '../../text/instant.ts';

const MINUTE_MS = 60_000;

/* Times on the line change at minute steps, so that equal data give equal bytes (SL-23): both ends are taken at their minute. */

export const floorMinute = (ms: number): number => Math.floor(ms / MINUTE_MS) * MINUTE_MS;

/** Time left until an instant (epoch ms): `2h29m`, `3d4h`, `7m`; seconds only in the last minute. */
export function countdown(until: number, now: number): string {
  const left = Math.max(0, until - now);
  if (left < MINUTE_MS) return duration(left, { column: true });
  return duration(floorMinute(floorMinute(until - floorMinute(now))), { column: true });
}

/** Age in ms as `12m`, `3h`, `2d`. */
export const ageText = (ms: number): string => age(floorMinute(ms), { column: true });

/** A stretch of time at minute steps: `1h15m`. */
export const stretch = (ms: number): string => duration(ms < MINUTE_MS ? ms : floorMinute(ms), { column: true });

/** `16:35` in a zone. The machine's own needs no tables, which take milliseconds to load. */
export function clockText(ms: number, zone: string, hour12: boolean): string {
  if (zone !== 'local' || hour12)
    return formatInstant(ms, zone === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone, 'time', { hour12 });
  const at = new Date(ms);
  return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
}
