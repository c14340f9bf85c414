import { describe, expect, test } from 'vitest';
import { burnRate, burnStart, NOW_SPAN_MS, PACE_SPAN_MS, severity } from './burn.ts';

const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);
const request = (time: string, work: number, all: number, usd: number | null) => ({
  at: at(time),
  tokens: { input: work, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: all - work },
  cost: usd === null ? null : Math.round(usd * 1e9),
});
const EXAMPLE = [
  request('11:40:00', 9000, 90_000, 0.3),
  request('11:56:30', 1200, 21_200, 0.05),
  request('11:58:00', 800, 30_800, 0.04),
  request('11:59:30', 2000, 12_000, 0.08),
];
const NOW = at('12:00:00');
const T0 = burnStart(at('10:20:00'), at('09:00:00'));

describe('burn rate', () => {
  test('D-28: the example, now and pace', () => {
    expect(burnRate(EXAMPLE, NOW_SPAN_MS, NOW, T0)).toEqual({ work: 800, all: 12_800, costPerHour: 2_040_000_000 });
    const pace = burnRate(EXAMPLE, PACE_SPAN_MS, NOW, T0);
    expect([pace.work.toFixed(1), pace.all.toFixed(1), pace.costPerHour]).toEqual(['433.3', '5133.3', 940_000_000]);
  });

  test('D-28: a scope whose first request was two minutes ago', () => {
    const t0 = burnStart(at('10:20:00'), at('11:58:00'));
    expect(burnRate(EXAMPLE.slice(2), NOW_SPAN_MS, NOW, t0).work).toBe(1400);
  });

  test('D-28: requests before a window that has just begun do not count against its few minutes', () => {
    expect(burnRate(EXAMPLE, PACE_SPAN_MS, NOW, burnStart(at('11:58:00'), at('09:00:00'))).work).toBe(1400);
  });

  test('D-28: the divisor is at least a minute', () => {
    expect(burnRate([request('11:59:40', 600, 600, 0)], NOW_SPAN_MS, NOW, at('11:59:40')).work).toBe(600);
  });

  test('D-28: falls to 0 when nothing happens; the span is open at its old end, closed at now', () => {
    expect(burnRate([], NOW_SPAN_MS, NOW, null)).toEqual({ work: 0, all: 0, costPerHour: 0 });
    expect(burnRate(EXAMPLE, NOW_SPAN_MS, NOW + 3_600_000, T0)).toEqual({ work: 0, all: 0, costPerHour: 0 });
    expect(burnRate([request('11:55:00', 500, 500, 1)], NOW_SPAN_MS, NOW, T0).work).toBe(0);
    expect(burnRate([request('12:00:00', 500, 500, 1)], NOW_SPAN_MS, NOW, T0).work).toBe(100);
    expect(burnRate([request('12:00:01', 500, 500, 1)], NOW_SPAN_MS, NOW, T0).work).toBe(0);
  });

  test('D-2, D-28: money is unknown when a request of the span has no price, whatever the order', () => {
    const events = [request('11:58:00', 1, 1, null), request('11:59:00', 1, 1, 0.5)];
    expect(burnRate(events, NOW_SPAN_MS, NOW, T0).costPerHour).toBeNull();
    expect(burnRate([...events].reverse(), NOW_SPAN_MS, NOW, T0).costPerHour).toBeNull();
    expect(burnRate(events, 90_000, NOW, T0).costPerHour).not.toBeNull();
  });

  test('D-28: t0 is the later of window start and first request', () => {
    expect([burnStart(null, 5), burnStart(7, null), burnStart(7, 5), burnStart(5, 7), burnStart(null, null)]).toEqual([5, 7, 7, 7, null]);
  });
});

test('D-29: strictly greater', () => {
  expect([500, 501, 1000, 1001, 800].map((n) => severity(n))).toEqual(['NORMAL', 'MODERATE', 'MODERATE', 'HIGH', 'MODERATE']);
  expect(severity(60, { high: 50, moderate: 10 })).toBe('HIGH');
});
