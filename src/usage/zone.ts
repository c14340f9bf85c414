/** A stretch of constant UTC offset: from the former segment's `untilMs` (epoch ms, inclusive) to `untilMs` (exclusive). Local ms = UTC ms + `offsetMs`. */
export interface ZoneSegment {
  readonly untilMs: number;
  readonly offsetMs: number;
}

const DAY_MS = 86_400_000;
/** Distance of the probes. The shortest stretch between two changes in any zone since 2000 is seven days. */
const PROBE_MS = 6 * DAY_MS;
/** The instants a date can hold (ECMA-262). */
const MAX_MS = 8.64e15;
const OFFSET = /GMT(?:([+-])(\d{1,2}):(\d\d)(?::(\d\d))?)?$/;

/** Formatters are expensive to make and free to keep; the zone's rules do not change while the process runs. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function offsetFormatter(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formatters.set(zone, formatter);
  }
  return formatter;
}

/** UTC offset of a zone at an instant (epoch ms), in ms; east of Greenwich is positive. Throws a RangeError for an unknown zone. */
export function offsetAt(zone: string, ms: number): number {
  if (zone === 'UTC') return 0;
  const text = offsetFormatter(zone).format(Math.min(MAX_MS, Math.max(-MAX_MS, ms)));
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET.exec(text) ?? [];
  if (sign === undefined) return 0;
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -size : size;
}

/** First instant in (after, atOrBefore] with another offset than at `after`; the two ends are known to differ. */
function transition(zone: string, after: number, atOrBefore: number): number {
  const before = offsetAt(zone, after);
  let low = after;
  let high = atOrBefore;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (offsetAt(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The UTC offsets of a zone between two instants (epoch ms, both inclusive), oldest first; the first reaches back without end, the last `untilMs` is Infinity.
 * About 60 calls of Intl per year of range, so that a date per event costs no call at all (D-27).
 */
export function zoneSegments(zone: string, fromMs: number, toMs: number): ZoneSegment[] {
  const segments: ZoneSegment[] = [];
  let at = Math.floor(fromMs);
  const end = Math.ceil(toMs);
  let offsetMs = offsetAt(zone, at);
  while (zone !== 'UTC' && at < end) {
    const probe = Math.min(at + PROBE_MS, end);
    if (offsetAt(zone, probe) === offsetMs) {
      at = probe;
      continue;
    }
    const untilMs = transition(zone, at, probe);
    segments.push({ untilMs, offsetMs });
    at = untilMs;
    offsetMs = offsetAt(zone, at);
  }
  segments.push({ untilMs: Number.POSITIVE_INFINITY, offsetMs });
  return segments;
}

/** The offset valid at an instant, by binary search. */
export function segmentOffset(ms: number, segments: readonly ZoneSegment[]): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ms < segments[middle]!.untilMs) high = middle;
    else low = middle + 1;
  }
  return segments[low]!.offsetMs;
}

export function isValidZone(name: string): boolean {
  if (name === 'UTC') return true;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return name !== '';
  } catch {
    return false;
  }
}

/** The zone of the process; UTC where the system does not say. */
function systemZone(): string {
  const name = new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone as string | undefined;
  return name !== undefined && isValidZone(name) ? name : 'UTC';
}

/**
 * `local`, `utc` or an IANA name (any case) as a zone name to compute and print with; null when unknown (UR-24).
 * An alias keeps the spelling it was given in: nobody who asks for Asia/Kathmandu expects to read its old name Asia/Katmandu.
 */
export function resolveZone(text: string, local?: string): string | null {
  const name = text.trim();
  const lower = name.toLowerCase();
  if (lower === 'local') return local ?? systemZone();
  if (lower === 'utc') return 'UTC';
  if (!isValidZone(name)) return null;
  const canonical = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  return canonical.toLowerCase() === lower ? canonical : name;
}

/** Number of single-letter edits that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Up to `count` known zones whose names are nearest to a mistyped one (UR-24); a city alone (`Berlin`) finds its zone. */
export function nearestZones(text: string, count = 3): string[] {
  const wanted = text.trim().toLowerCase();
  const scored = Intl.supportedValuesOf('timeZone').map((zone) => {
    const name = zone.toLowerCase();
    const city = name.slice(name.lastIndexOf('/') + 1);
    return { zone, edits: Math.min(distance(wanted, name), distance(wanted, city)) };
  });
  const near = scored.filter((s) => s.edits <= Math.max(2, wanted.length / 3));
  return near
    .sort((a, b) => a.edits - b.edits || (a.zone < b.zone ? -1 : 1))
    .slice(0, count)
    .map((s) => s.zone);
}
