const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d:?\d\d)$/;

/** Epoch ms of an RFC 3339 time with any number of fractional digits and any offset, else null (D-12). */
export function parseTimestamp(value: unknown): number | null {
  // One line is asked for its time by each of its readers.
  if (value === lastValue) return lastTime;
  lastTime = timeOf(value);
  lastValue = value;
  return lastTime;
}

let lastValue: unknown;
let lastTime: number | null = null;

function timeOf(value: unknown): number | null {
  if (typeof value !== 'string' || value.length > 64) return null;
  if (value.length === 24 && value.charCodeAt(23) === 90) {
    const fast = clientForm(value);
    if (fast !== null) return fast;
  }
  const m = RFC3339.exec(value);
  // Date.parse takes 24:00 for the next day's beginning; RFC 3339 has no such hour.
  if (!m || m[4] === '24' || !isRealDay(value)) return null;
  const zone = m[8]!.toUpperCase();
  const offset = zone === 'Z' || zone.length === 6 ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const ms = (m[7] ?? '').slice(0, 3).padEnd(3, '0');
  const parsed = Date.parse(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}.${ms}${offset}`);
  return Number.isNaN(parsed) ? null : parsed;
}

let knownDay = '';
let knownStart = 0;

/** The client's own form, "2026-11-20T19:26:17.927Z": the day is looked up once for all lines of a day, the rest is digits. */
function clientForm(value: string): number | null {
  const day = value.slice(0, 10);
  if (day !== knownDay) {
    const start = Date.parse(`${day}T00:00:00.000Z`);
    if (Number.isNaN(start) || !isRealDay(value)) return null;
    knownDay = day;
    knownStart = start;
  }
  const h = two(value, 11);
  const m = two(value, 14);
  const s = two(value, 17);
  const ms = two(value, 20) * 10 + digit(value, 22);
  const isForm =
    value.charCodeAt(10) === 84 &&
    value.charCodeAt(13) === 58 &&
    value.charCodeAt(16) === 58 &&
    value.charCodeAt(19) === 46 &&
    h < 24 &&
    m < 60 &&
    s < 60;
  const at = knownStart + h * 3_600_000 + m * 60_000 + s * 1000 + ms;
  return isForm && !Number.isNaN(at) ? at : null;
}

function digit(text: string, at: number): number {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9 ? code : Number.NaN;
}

const two = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/** Date.parse takes 30 February for 2 March; such a time is no time. */
function isRealDay(value: string): boolean {
  const day = Number(value.slice(8, 10));
  return day <= 28 || new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)) - 1, day)).getUTCDate() === day;
}
