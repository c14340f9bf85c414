import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dayStartUtc,
  dayToIso,
  isoToDay,
  isValidZone,
  localDay,
  monthOf,
  nearestZones,
  offsetAt,
  parseDateFlag,
  resolveZone,
  weekdayFromName,
  weekdayName,
  weekdayOf,
  weekOf,
  zoneSegments,
} from './calendar.ts';

const HOUR = 3_600_000;
const ZONES = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'America/St_Johns'];
const FROM = Date.UTC(2011, 10, 15);
const TO = Date.UTC(2027, 0, 1);

const day = (iso: string) => isoToDay(iso)!;
const dateAt = (instant: string, zone: string) => {
  const ms = Date.parse(instant);
  return dayToIso(localDay(ms, zoneSegments(zone, ms, ms)));
};
/** The date as Intl prints it: another way to the same answer. */
const printed = new Map(
  ZONES.map((zone) => [zone, new Intl.DateTimeFormat('en-US', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })]),
);
const intlDate = (ms: number, zone: string) =>
  printed
    .get(zone)!
    .format(ms)
    .replace(/(\d+)\/(\d+)\/(\d+)/, '$3-$1-$2');

describe('local days (D-27)', () => {
  test.each([
    ['America/New_York', '2026-11-02T04:59:59Z', '2026-11-01'],
    ['America/New_York', '2026-11-02T05:00:00Z', '2026-11-02'],
    ['Asia/Kathmandu', '2026-11-19T18:15:00Z', '2026-11-20'],
    ['Asia/Kathmandu', '2026-11-19T18:14:59Z', '2026-11-19'],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31'],
    ['UTC', '2024-08-04T23:30:00.000Z', '2024-08-04'],
    ['Asia/Tokyo', '2024-08-04T23:30:00.000Z', '2024-08-05'],
  ])('D-27: %s %s is %s', (zone, instant, date) => {
    expect(dateAt(instant, zone)).toBe(date);
  });

  test.each(ZONES)('D-27: equal to what Intl prints at random instants in %s', (zone) => {
    const segments = zoneSegments(zone, FROM, TO);
    fc.assert(
      fc.property(fc.integer({ min: FROM, max: TO }), (ms) => dayToIso(localDay(ms, segments)) === intlDate(ms, zone)),
      { numRuns: 2000 },
    );
    for (const { untilMs } of segments.slice(0, -1)) {
      for (const ms of [untilMs - 1, untilMs]) expect(dayToIso(localDay(ms, segments))).toBe(intlDate(ms, zone));
    }
  });

  test('D-27: segments of a narrow range agree with those of a wide one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer({ min: FROM, max: TO }), fc.nat({ max: 400 * 24 }), (zone, from, hours) => {
        const to = Math.min(TO, from + hours * HOUR);
        const narrow = zoneSegments(zone, from, to);
        const wide = zoneSegments(zone, FROM, TO).filter((s, i, all) => s.untilMs > from && (i === 0 || all[i - 1]!.untilMs <= to));
        expect(narrow.map((s) => s.offsetMs)).toEqual(wide.map((s) => s.offsetMs));
        expect(narrow.slice(0, -1)).toEqual(wide.slice(0, -1));
      }),
      { numRuns: 60 },
    );
  });

  test('offsets with half hours, quarters, seconds and none', () => {
    expect(offsetAt('Asia/Kathmandu', 0)).toBe(5.5 * HOUR);
    expect(offsetAt('Asia/Kathmandu', TO)).toBe(5.75 * HOUR);
    expect(offsetAt('America/St_Johns', TO)).toBe(-3.5 * HOUR);
    expect(offsetAt('Africa/Monrovia', 0)).toBe(-2_670_000);
    expect(offsetAt('UTC', 0)).toBe(0);
    expect(offsetAt('UTC', Number.POSITIVE_INFINITY)).toBe(0);
  });

  test.each([
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00Z', 25],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00Z', 23],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00Z', 24.5],
    ['Asia/Kathmandu', '2026-11-20', '2026-11-19T18:15:00Z', 24],
    ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00Z', 24],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z', 0],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z', 24],
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00Z', 23],
    ['UTC', '2026-11-20', '2026-11-20T00:00:00Z', 24],
  ])('D-27: %s %s starts at %s and has %d h', (zone, iso, start, hours) => {
    expect(new Date(dayStartUtc(day(iso), zone)).toISOString().replace('.000', '')).toBe(start);
    expect(dayStartUtc(day(iso) + 1, zone) - dayStartUtc(day(iso), zone)).toBe(hours * HOUR);
  });

  test('D-27: an instant lies in its day, in every zone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer({ min: Date.UTC(2012, 0, 1), max: TO }), (zone, ms) => {
        const d = localDay(ms, zoneSegments(zone, ms, ms));
        expect(dayStartUtc(d, zone)).toBeLessThanOrEqual(ms);
        expect(dayStartUtc(d + 1, zone)).toBeGreaterThan(ms);
      }),
      { numRuns: 300 },
    );
  });
});

describe('dates', () => {
  test('round trip; no dates', () => {
    fc.assert(fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (d) => isoToDay(dayToIso(d)) === d));
    for (const text of ['2026-02-30', '2026-13-01', '2026-1-01', '', '20261120', '2026-11-20T00:00:00Z']) expect(isoToDay(text)).toBeNull();
  });

  test('D-27: 2026-11-20 is a Friday; its Monday week is 2026-11-16, its Sunday week 2026-11-15', () => {
    const friday = day('2026-11-20');
    expect(weekdayOf(friday)).toBe(5);
    expect(dayToIso(weekOf(friday, 1))).toBe('2026-11-16');
    expect(dayToIso(weekOf(friday, 0))).toBe('2026-11-15');
    expect(weekOf(friday, 5)).toBe(friday);
    expect(monthOf(friday)).toBe('2026-11');
  });

  test('D-27, UR-25: every week start: seven days in a row in each week, Σ weeks = total', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.integer({ min: FROM, max: TO }), n: fc.nat(1000) })),
        fc.constantFrom(...ZONES),
        (events, zone) => {
          const segments = zoneSegments(zone, FROM, TO);
          const total = events.reduce((sum, e) => sum + e.n, 0);
          for (let start = 0; start < 7; start++) {
            const weeks = new Map<number, number>();
            for (const { at, n } of events) {
              const d = localDay(at, segments);
              const week = weekOf(d, start);
              expect(weekdayOf(week)).toBe(start);
              expect(d - week).toBeGreaterThanOrEqual(0);
              expect(d - week).toBeLessThan(7);
              weeks.set(week, (weeks.get(week) ?? 0) + n);
            }
            expect([...weeks.values()].reduce((sum, n) => sum + n, 0)).toBe(total);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('UR-25: weekday names', () => {
    expect(['sunday', 'Monday', ' TUE ', 'wednes', 'thu', 'friday', 'saturday'].map(weekdayFromName)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(['', 'mo', 'someday', 'mondays'].map(weekdayFromName)).toEqual([null, null, null, null]);
    expect([0, 6, 9].map(weekdayName)).toEqual(['sunday', 'saturday', 'monday']);
  });

  test.each([
    ['2026-11-05', '2026-11-05', '2026-11-05'],
    ['20261105', '2026-11-05', '2026-11-05'],
    ['today', '2026-11-20', '2026-11-20'],
    ['Yesterday', '2026-11-19', '2026-11-19'],
    ['1d', '2026-11-20', '2026-11-20'],
    ['7d', '2026-11-14', '2026-11-20'],
    ['4w', '2026-10-24', '2026-11-20'],
    ['3m', '2026-08-21', '2026-11-20'],
    ['12m', '2025-11-21', '2026-11-20'],
    ['this-week', '2026-11-16', '2026-11-20'],
    ['last-week', '2026-11-09', '2026-11-15'],
    ['this-month', '2026-11-01', '2026-11-20'],
    ['last-month', '2026-10-01', '2026-10-31'],
  ])('UR-20: %s on 2026-11-20 is %s to %s', (text, since, until) => {
    expect(parseDateFlag(text, day('2026-11-20'), 1)).toEqual({ since: day(since), until: day(until) });
  });

  test('UR-20: Sunday weeks, ends of months, and what is no date', () => {
    const range = (text: string, today: string, weekStart = 0) => {
      const found = parseDateFlag(text, day(today), weekStart)!;
      return [dayToIso(found.since), dayToIso(found.until)];
    };
    expect(range('last-week', '2026-11-20')).toEqual(['2026-11-08', '2026-11-14']);
    expect(range('this-week', '2026-11-15')).toEqual(['2026-11-15', '2026-11-15']);
    expect(range('last-month', '2026-03-31')).toEqual(['2026-02-01', '2026-02-28']);
    expect(range('last-month', '2027-01-01')).toEqual(['2026-12-01', '2026-12-31']);
    expect(range('1m', '2026-03-31')).toEqual(['2026-03-01', '2026-03-31']);
    expect(range('1m', '2024-03-30')).toEqual(['2024-03-01', '2024-03-30']);
    for (const text of ['', '0d', '-7d', '7', '7y', '20260230', 'tomorrow', '2026-11', '12345d'])
      expect(parseDateFlag(text, 0, 1)).toBeNull();
  });
});

describe('zones (UR-24)', () => {
  test('local, utc, any case, aliases, unknown', () => {
    expect(resolveZone('utc')).toBe('UTC');
    expect(resolveZone('local', 'Europe/Berlin')).toBe('Europe/Berlin');
    expect(isValidZone(resolveZone('local')!)).toBe(true);
    expect(resolveZone(' europe/berlin ')).toBe('Europe/Berlin');
    expect(resolveZone('Asia/Kathmandu')).toBe('Asia/Kathmandu');
    expect([resolveZone('Europe/Berln'), resolveZone(''), isValidZone('Nowhere'), isValidZone('')]).toEqual([null, null, false, false]);
  });

  test('UR-24: nearest names', () => {
    expect(nearestZones('Europe/Berln')[0]).toBe('Europe/Berlin');
    expect(nearestZones('new_york')[0]).toBe('America/New_York');
    expect(nearestZones('qqqqqqqqqqqq')).toEqual([]);
  });
});

const dates = path.resolve('../shared/fixtures/peer-cases/09-dates-names-context/expected.json');
describe.skipIf(!existsSync(dates))('peer case 09-dates-names-context', () => {
  const read = () => JSON.parse(readFileSync(dates, 'utf8'));
  test('dates in a zone, equal instants, week starts', () => {
    const { formatDate, sameInstant, weekStart } = read();
    for (const { ts, tz, date } of formatDate) expect(dateAt(ts, tz)).toBe(date);
    for (const [a, b] of sameInstant) expect(Date.parse(a)).toBe(Date.parse(b));
    for (const { date, start, week } of weekStart) expect(dayToIso(weekOf(day(date), weekdayFromName(start)!))).toBe(week);
  });
});
