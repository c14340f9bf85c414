import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finishedRatio, projectCost, projectPercent, projectUse, timeToLimit } from './forecast.ts';
import { nearestRank } from './rank.ts';

const at = (time: string) => Date.parse(`2026-11-20T${time}:00Z`);
const [START, NOW, END] = [at('10:20'), at('12:00'), at('15:20')];
const PACE = 154_000 / 30;
const EXAMPLE = { used: 600_000, rates: { now: 12_800, pace: PACE, window: 6000 }, start: START, end: END, now: NOW, recentRequests: 4 };
const RATIOS = [0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.5, 0.5, 0.6, 0.6, 0.7, 0.7, 0.8, 0.8, 0.9, 1, 1.1, 1.3, 1.6, 2.2];
const clock = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().slice(11, 16));

describe('projection (D-30)', () => {
  test('D-30: uncalibrated', () => {
    expect(projectUse(EXAMPLE)).toEqual({ value: 1_626_667, low: 1_626_667, high: 3_160_000, calibrated: false, remainingMinutes: 200 });
    expect(projectUse({ ...EXAMPLE, finishedRatios: RATIOS.slice(1) })?.calibrated).toBe(false);
  });

  test('D-30: calibrated by 20 finished windows', () => {
    expect([nearestRank(RATIOS, 10), nearestRank(RATIOS, 90)]).toEqual([0.1, 1.3]);
    const projection = projectUse({ ...EXAMPLE, finishedRatios: [...RATIOS].reverse() });
    expect(projection).toEqual({ value: 1_626_667, low: 702_667, high: 1_934_667, calibrated: true, remainingMinutes: 200 });
  });

  test('D-30: only the last 200 finished windows count, and nothing goes below what is used', () => {
    const old = Array.from({ length: 50 }, () => 9);
    const recent = Array.from({ length: 200 }, () => -0.5);
    expect(projectUse({ ...EXAMPLE, finishedRatios: [...old, ...recent] })).toMatchObject({ low: 600_000, high: 600_000 });
  });

  test('D-30: unknown in the first 10 min, with one recent request, and after the end', () => {
    expect(projectUse({ ...EXAMPLE, now: at('10:29') })).toBeNull();
    expect(projectUse({ ...EXAMPLE, now: at('10:30') })).not.toBeNull();
    expect(projectUse({ ...EXAMPLE, recentRequests: 1 })).toBeNull();
    expect(projectUse({ ...EXAMPLE, now: END })).toBeNull();
  });

  test('D-30: ratio of a finished window', () => {
    expect(finishedRatio(900_000, 600_000, 5000, 120)).toBe(0.5);
    expect(finishedRatio(900_000, 600_000, 0, 120)).toBeNull();
  });

  test('UR-43: projection = used + round(rate × minutes left), money alike', () => {
    const rate = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.nat(1e9), rate, rate, fc.integer({ min: NOW, max: END - 1 }), (used, now, pace, instant) => {
        const projection = projectUse({ ...EXAMPLE, used, now: instant, rates: { now, pace, window: pace / 2 } })!;
        expect(projection.value).toBe(used + Math.round(pace * projection.remainingMinutes));
        expect(projection.low).toBeLessThanOrEqual(projection.value);
        expect(projection.high).toBeGreaterThanOrEqual(projection.value);
        expect(projection.low).toBeGreaterThanOrEqual(used);
      }),
    );
    expect(projectCost(1_000_000_000, 940_000_000, 200)).toBe(1_000_000_000 + Math.round((940_000_000 * 200) / 60));
    expect([projectCost(null, 5, 1), projectCost(5, null, 1)]).toEqual([null, null]);
  });
});

describe('projection of the official % (D-31)', () => {
  const samples = [
    { used: 44, seenAt: at('11:20') },
    { used: 47, seenAt: at('11:35') },
    { used: 50.5, seenAt: at('11:50') },
    { used: 52.5, seenAt: at('12:00') },
  ];
  const WINDOW = { start: START, end: END };

  test('D-31: 12.9 %/h, 95.5 % at the reset', () => {
    const forecast = projectPercent(samples, WINDOW, NOW)!;
    expect([forecast.percentPerHour.toFixed(1), forecast.percentAtReset.toFixed(1)]).toEqual(['12.9', '95.5']);
    expect(forecast).toMatchObject({ beforeReset: false, limitAt: null });
  });

  test('D-31: repeats and another terminal’s older figures change nothing', () => {
    const noise = [
      { used: 44, seenAt: at('11:30') },
      { used: 30, seenAt: at('11:40') },
      { used: 47, seenAt: at('11:45') },
    ];
    expect(projectPercent([...noise, ...samples].reverse(), WINDOW, NOW)).toEqual(projectPercent(samples, WINDOW, NOW));
  });

  test('D-31: the newest sample counts though nothing changed', () => {
    const flat = [...samples.slice(0, 3), { used: 50.5, seenAt: at('12:00') }];
    expect(projectPercent(flat, WINDOW, NOW)!.percentPerHour).toBeLessThan(12);
  });

  test('D-31, D-32: above 100 % it is the limit before the reset', () => {
    const forecast = projectPercent(
      samples.map((s) => ({ ...s, used: s.used + 20 })),
      WINDOW,
      NOW,
    )!;
    expect(forecast.beforeReset).toBe(true);
    expect(forecast.limitAt).toBeGreaterThan(NOW);
    expect(forecast.limitAt).toBeLessThan(END);
  });

  test('D-31: unknown with two samples, under 10 min, older than an hour, of a former window, or closed', () => {
    expect(projectPercent(samples.slice(2), WINDOW, NOW)).toBeNull();
    expect(
      projectPercent(
        [51, 52, 53].map((used, i) => ({ used, seenAt: at('11:55') + i * 120_000 })),
        WINDOW,
        NOW,
      ),
    ).toBeNull();
    expect(projectPercent(samples, WINDOW, at('12:45'))).toBeNull();
    expect(projectPercent(samples, { start: at('11:40'), end: at('16:40') }, NOW)).toBeNull();
    expect(projectPercent(samples, WINDOW, END)).toBeNull();
    expect(projectPercent([], WINDOW, NOW)).toBeNull();
  });

  test('D-25: a weekly window needs 24 h of samples', () => {
    const weekly = { start: at('00:00') - 6 * 86_400_000, end: at('00:00') + 86_400_000 };
    const options = { lookbackMs: 3 * 86_400_000, minSpanMs: 86_400_000 };
    expect(projectPercent(samples, weekly, NOW, options)).toBeNull();
    expect(projectPercent([{ used: 30, seenAt: NOW - 90_000_000 }, ...samples], weekly, NOW, options)).not.toBeNull();
  });
});

describe('time to the limit (D-32)', () => {
  const base = { used: 600_000, ratePerMinute: PACE, now: NOW, end: END };
  test('D-32: ≈ 14:55 at this pace; not before the reset', () => {
    expect(clock(timeToLimit({ ...base, limit: 1_500_000 }))).toBe('14:55');
    expect(timeToLimit({ ...base, limit: 3_000_000 })).toBeNull();
  });

  test('D-32: never for a closed window, never at or after the reset, none at rest; now when it is reached', () => {
    expect(timeToLimit({ ...base, limit: 1_500_000, now: END })).toBeNull();
    expect(timeToLimit({ ...base, used: 0, limit: 200, ratePerMinute: 1 })).toBeNull();
    expect(timeToLimit({ ...base, limit: 1_500_000, ratePerMinute: 0 })).toBeNull();
    expect(timeToLimit({ ...base, limit: 500_000 })).toBe(NOW);
  });
});

test('nearest rank of none is unknown', () => {
  expect([nearestRank([], 90), nearestRank([5], 10)]).toEqual([null, 5]);
});

describe('band of the official % (D-31)', () => {
  const window = { start: Date.UTC(2026, 10, 20, 10, 20), end: Date.UTC(2026, 10, 20, 15, 20) };
  const now = Date.UTC(2026, 10, 20, 12);
  const sample = (minutesAgo: number, used: number) => ({ used, seenAt: now - minutesAgo * 60_000 });

  test('samples in a line have no scatter: the band is the point', () => {
    const found = projectPercent([sample(40, 44), sample(20, 48), sample(0, 52)], window, now)!;
    expect(found.percentAtReset).toBeCloseTo(92, 9);
    expect([found.low, found.high].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([92, 92]);
  });

  test('scatter widens it, never below what is used', () => {
    const found = projectPercent([sample(40, 44), sample(25, 47), sample(10, 50.5), sample(0, 52.5)], window, now)!;
    expect(found.low).toBeLessThan(found.percentAtReset);
    expect(found.high - found.percentAtReset).toBeCloseTo(found.percentAtReset - found.low, 9);
    const flat = projectPercent([sample(50, 10), sample(49, 50), sample(0, 52)], window, now)!;
    expect(flat.low).toBeGreaterThanOrEqual(52);
  });
});
