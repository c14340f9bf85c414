import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { burnRate, NOW_SPAN_MS, PACE_SPAN_MS } from '../usage/burn.ts';
import { sumOf } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';
import { LiveUsage } from './live-usage.ts';
import { mergedTally } from './tally.ts';
import { anEvent, NOW } from './testing.ts';
import { burnOf, minutesOf } from './usage-rates.ts';
import type { Bounds } from './usage-slot.ts';

const MINUTE = 60_000;
const BOUNDS: Bounds = {
  windows: new Map([['default', { start: NOW - 200 * MINUTE, end: NOW + 100 * MINUTE }]]),
  dayStart: NOW - 300 * MINUTE,
  dayEnd: NOW + 1140 * MINUTE,
};

const change = fc.record({
  key: fc.integer({ min: 0, max: 12 }),
  session: fc.integer({ min: 0, max: 3 }),
  account: fc.constantFrom('default', 'none'),
  minute: fc.integer({ min: -3, max: 400 }),
  work: fc.nat(9999),
  read: fc.nat(99_999),
  cost: fc.option(fc.nat(9_999_999)),
  sidechain: fc.boolean(),
  lower: fc.boolean(),
  parts: fc.integer({ min: 1, max: 2 }),
});

describe('LiveUsage', () => {
  test('D-38, D-28: after any changes the sums are those of the requests that stand', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.nat(60), (changes, moved) => {
        const usage = new LiveUsage();
        usage.setBounds(BOUNDS);
        const standing = new Map<string, UsageEvent[]>();
        for (const c of changes) {
          const parts = Array.from({ length: c.parts }, (_, i) =>
            anEvent({
              key: `k${c.key}`,
              at: NOW - c.minute * MINUTE,
              sessionId: `s${c.session}`,
              account: c.account,
              work: c.work,
              read: c.read,
              cost: c.cost,
              sidechain: c.sidechain,
              outputIsLowerBound: c.lower,
              requests: i === 0 ? 1 : 0,
            }),
          );
          usage.putAll(parts);
          standing.set(`k${c.key}`, parts);
        }
        const start = NOW - (200 - moved) * MINUTE;
        usage.setBounds({ ...BOUNDS, windows: new Map([['default', { start, end: NOW + 100 * MINUTE }]]) });
        const events = [...standing.values()].flat();
        const slots = usage.all();
        const inWindow = events.filter((e) => e.account === 'default' && e.at >= start && e.at < NOW + 100 * MINUTE);
        expect(mergedTally(slots.map((s) => s.window)).sum).toEqual(sumOf(inWindow));
        expect(mergedTally(slots.flatMap((s) => [...s.models.values()])).sum).toEqual(sumOf(inWindow));
        expect(mergedTally(slots.map((s) => s.today)).sum).toEqual(sumOf(events.filter((e) => e.at >= BOUNDS.dayStart)));
        for (const [span, ms] of [
          ['now', NOW_SPAN_MS],
          ['pace', PACE_SPAN_MS],
        ] as const)
          for (const t0 of [null, NOW - 2 * MINUTE, NOW - 100 * MINUTE])
            for (const later of [0, 90_000]) {
              const expected = burnRate(
                events.filter((e) => t0 === null || e.at >= t0),
                ms,
                NOW + later,
                t0,
              );
              // Requests before t0 are left out only where t0 lies in the span.
              if (t0 === null || t0 > NOW + later - ms || events.every((e) => e.at >= t0 || e.at <= NOW + later - ms))
                expect(burnOf(slots, span, NOW + later, t0)).toEqual(expected);
            }
        const chart = minutesOf([usage.minutes], NOW);
        expect(chart.workPerMinute).toEqual(
          minutesOf(
            slots.map((s) => s.minutes),
            NOW,
          ).workPerMinute,
        );
        expect(chart.workPerMinute.reduce((a, b) => a + b, 0)).toBe(
          events.filter((e) => e.at >= chart.from && e.at < chart.from + 120 * MINUTE).reduce((sum, e) => sum + e.tokens.input, 0),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('what lies before the retained time is forgotten', () => {
    const usage = LiveUsage.of([anEvent({ key: 'old', at: NOW - 9 * 3_600_000 }), anEvent({ key: 'new', at: NOW })]);
    usage.dropBefore(NOW - MINUTE);
    expect([usage.size, usage.timeOf('old'), usage.timeOf('new')]).toEqual([1, undefined, NOW]);
    expect(usage.totals(0, () => 7)).toEqual({ events: 1, tokens: 100, owners: 7 });
  });
});
