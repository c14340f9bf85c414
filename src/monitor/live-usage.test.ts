import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { burnRate, NOW_SPAN_MS, PACE_SPAN_MS } from '../usage/burn.ts';
import { sumOf } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';
import { LiveUsage } from './live-usage.ts';
import { mergedTally } from './tally.ts';
import { anEvent, NOW } from './testing.ts';
import { UsagePrint } from './usage-print.ts';
import { minutesOf } from './usage-rates.ts';
import type { Bounds } from './usage-slot.ts';
import { SpanTotals } from './usage-totals.ts';

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
                expect(new SpanTotals(slots, NOW + later).rate(span, t0)).toEqual(expected);
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

  test('LV-113: what is kept as sums counts as before, whatever comes, goes and turns; or it is said that it cannot be told', () => {
    const put = fc.record({ put: change });
    const settle = fc.record({ settle: fc.integer({ min: 31, max: 400 }) });
    const minute = fc.integer({ min: 0, max: 400 });
    const turn = fc.record({ start: minute, length: fc.integer({ min: 1, max: 400 }), day: minute });
    const step = fc.oneof({ weight: 6, arbitrary: put }, { weight: 1, arbitrary: settle }, { weight: 2, arbitrary: turn });
    let [told, untold] = [0, 0];
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 50 }), (steps) => {
        const usage = new LiveUsage();
        let bounds = BOUNDS;
        usage.setBounds(bounds);
        const standing = new Map<string, UsageEvent[]>();
        for (const s of steps) {
          if ('put' in s) {
            const { key, session, account, minute, work, read, cost, sidechain, lower: outputIsLowerBound } = s.put;
            const at = NOW - minute * MINUTE;
            const before = standing.get(`k${key}`);
            // What was settled cannot be replaced: whoever follows the ledger reads everything then.
            if (at < usage.settledUntil || (before !== undefined && before[0]!.at < usage.settledUntil)) continue;
            const model = key % 2 ? 'm1' : 'm2';
            const rest = { work, read, cost, sidechain, outputIsLowerBound, model };
            const event = anEvent({ key: `k${key}`, at, sessionId: `s${session}`, account, ...rest });
            usage.putAll([event]);
            standing.set(event.key, [event]);
          } else if ('settle' in s) usage.settle(NOW - s.settle * MINUTE, NOW - 450 * MINUTE, NOW - 120 * MINUTE);
          else {
            const window = { start: NOW - s.start * MINUTE, end: NOW - (s.start - s.length) * MINUTE };
            const next = { windows: new Map([['default', window]]), dayStart: NOW - s.day * MINUTE, dayEnd: BOUNDS.dayEnd };
            const isDone = usage.setBounds(next);
            if (isDone) bounds = next;
            isDone ? told++ : untold++;
          }
          const events = [...standing.values()].flat();
          const window = bounds.windows.get('default')!;
          const inWindow = events.filter((e) => e.account === 'default' && e.at >= window.start && e.at < window.end);
          for (const slot of usage.all()) {
            const isOwn = (e: UsageEvent) => e.sessionId === slot.sessionId && e.account === slot.account;
            const own = inWindow.filter(isOwn);
            expect(slot.window.sum).toEqual(sumOf(own));
            expect(slot.windowSidechain.sum).toEqual(sumOf(own.filter((e) => e.sidechain)));
            expect(slot.today.sum).toEqual(sumOf(events.filter((e) => isOwn(e) && e.at >= bounds.dayStart)));
            expect(slot.models.get('m1')?.sum ?? sumOf([])).toEqual(sumOf(own.filter((e) => e.model === 'm1')));
            expect(slot.firstInWindowAt).toBe(own.length === 0 ? null : Math.min(...own.map((e) => e.at)));
            const main = own.filter((e) => !e.sidechain).map((e) => e.at);
            expect(slot.lastMain?.at ?? null).toBe(main.length === 0 ? null : Math.max(...main));
            const all = events.filter(isOwn).map((e) => e.at);
            expect([slot.firstAt, slot.lastAt]).toEqual(all.length === 0 ? [null, null] : [Math.min(...all), Math.max(...all)]);
          }
          const print = new UsagePrint();
          for (const event of events) print.add(event);
          expect(usage.print(NOW - 450 * MINUTE, () => 1)).toEqual(new UsagePrint().merge(print, 1));
          expect(new SpanTotals(usage.all(), NOW).rate('pace', null)).toEqual(burnRate(events, PACE_SPAN_MS, NOW, null));
          expect(minutesOf([usage.minutes], NOW).workPerMinute.reduce((a, b) => a + b, 0)).toBe(
            events
              .filter((e) => e.at >= NOW - 119 * MINUTE - (NOW % MINUTE) && e.at < NOW + MINUTE - (NOW % MINUTE))
              .reduce((n, e) => n + e.tokens.input, 0),
          );
        }
      }),
      { numRuns: 300 },
    );
    expect([told > 100, untold > 20]).toEqual([true, true]);
  });

  test('what is settled is held no longer singly; what lies before the retained time is forgotten', () => {
    const events = [
      anEvent({ key: 'older', at: NOW - 9 * 60 * MINUTE, sessionId: 's2' }),
      anEvent({ key: 'old', at: NOW - 40 * MINUTE }),
      anEvent({ key: 'new', at: NOW }),
    ];
    const usage = new LiveUsage();
    usage.begin(events, BOUNDS, NOW - 60 * MINUTE);
    expect([usage.size, usage.timeOf('older'), usage.timeOf('old'), usage.all().length]).toEqual([2, undefined, NOW - 40 * MINUTE, 2]);
    usage.settle(NOW - 31 * MINUTE, NOW - 300 * MINUTE, NOW - 120 * MINUTE);
    expect([usage.size, usage.timeOf('old'), usage.timeOf('new'), usage.all().length]).toEqual([1, undefined, NOW, 1]);
    expect(usage.print(0, () => 7)).toMatchObject({ events: 2, tokens: 200, owners: 14 });
    expect(usage.slotsOf('s2')).toEqual([]);
  });
});
