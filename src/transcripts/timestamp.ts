const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d:?\d\d)$/;

/** Epoch ms of an RFC 3339 time with any number of fractional digits and any offset, else null (D-12). */
export function parseTimestamp(value: unknown): number | null {
  if (typeof value !== 'string' || value.length > 64) return null;
  // The client's own form, "2026-11-20T19:26:17.927Z", is what Date parses fastest and exactly.
  if (value.length === 24 && value.charCodeAt(23) === 90 && value.charCodeAt(10) === 84 && value.charCodeAt(19) === 46) {
    const fast = Date.parse(value);
    return Number.isNaN(fast) || !isRealDay(value) ? null : fast;
  }
  const m = RFC3339.exec(value);
  if (!m || !isRealDay(value)) return null;
  const zone = m[8]!.toUpperCase();
  const ms = (m[7] ?? '').slice(0, 3).padEnd(3, '0');
  const offset = zone === 'Z' || zone.length === 6 ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const parsed = Date.parse(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}.${ms}${offset}`);
  return Number.isNaN(parsed) ? null : parsed;
}

/** Date.parse takes 30 February for 2 March; such a time is no time. */
function isRealDay(value: string): boolean {
  const day = Number(value.slice(8, 10));
  return day <= 28 || new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)) - 1, day)).getUTCDate() === day;
}
