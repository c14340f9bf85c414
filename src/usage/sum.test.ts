import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addEvent,
  addSums,
  allTokens,
  cacheHit,
  costOfSum,
  distinctSessions,
  emptySum,
  type SummedEvent,
  sumOf,
  sumsBy,
  workTokens,
} from './sum.ts';

const tokens = (input: number, output = 0, cacheWrite5m = 0, cacheWrite1h = 0, cacheRead = 0) => ({
  input,
  output,
  cacheWrite5m,
  cacheWrite1h,
  cacheRead,
});
const event = (cost: number | null, input = 100, output = 50, outputIsLowerBound = false): SummedEvent => ({
  tokens: tokens(input, output),
  cost,
  requests: 1,
  webSearches: 0,
  outputIsLowerBound,
});

const count = fc.nat({ max: 1_000_000 });
const anyEvent = fc.record({
  tokens: fc.record({ input: count, output: count, cacheWrite5m: count, cacheWrite1h: count, cacheRead: count }),
  cost: fc.option(count),
  requests: fc.constantFrom<0 | 1>(0, 1),
  webSearches: fc.nat({ max: 5 }),
  outputIsLowerBound: fc.boolean(),
  sessionId: fc.constantFrom('a', 'b', 'c'),
  project: fc.constantFrom('p', 'q'),
  model: fc.constantFrom('x', 'y'),
});

describe('token kinds', () => {
  test('D-3: work leaves out cache reads, all does not', () => {
    const t = tokens(7, 115, 1000, 4000, 12_000);
    expect(workTokens(t)).toBe(5122);
    expect(allTokens(t)).toBe(17_122);
  });

  test('D-19: cache hit of in 22,410, write 650,345, read 14,220,480 is 95.5 %; unknown without prompt tokens', () => {
    expect((cacheHit(tokens(22_410, 99, 650_345, 0, 14_220_480))! * 100).toFixed(1)).toBe('95.5');
    expect(cacheHit(tokens(0, 500))).toBeNull();
    expect(cacheHit(tokens(10))).toBe(0);
  });
});

describe('money', () => {
  test('D-2, D-16: only unpriced requests cost null, no request costs 0', () => {
    expect(costOfSum(sumOf([event(null), event(null)]))).toEqual({ cost: null, isLowerBound: false });
    expect(costOfSum(emptySum())).toEqual({ cost: 0, isLowerBound: false });
  });

  test('D-14: three requests of $0.1 are 300,000,000 nano-dollars', () => {
    expect(costOfSum(sumOf([event(1e8), event(1e8), event(1e8)]))).toEqual({ cost: 300_000_000, isLowerBound: false });
    expect(Object.is(costOfSum(emptySum()).cost, 0)).toBe(true);
  });

  test('D-16: $0.0168 and an unpriced request of 150 tokens', () => {
    const sum = sumOf([event(16_800_000), event(null)]);
    expect(costOfSum(sum)).toEqual({ cost: 16_800_000, isLowerBound: true });
    expect(sum.unpricedTokens).toBe(150);
    expect(allTokens(sum)).toBe(300);
  });

  test('D-16: a priced request that cost nothing is a known 0', () => {
    expect(costOfSum(sumOf([event(0)]))).toEqual({ cost: 0, isLowerBound: false });
  });
});

describe('sums', () => {
  test('D-11: the mark of one request marks every sum that holds it', () => {
    const marked = addEvent(emptySum(), event(1, 5, 1, true));
    expect(marked.outputIsLowerBound).toBe(true);
    expect(addSums(sumOf([event(1)]), marked).outputIsLowerBound).toBe(true);
    expect(sumOf([event(1), event(2)]).outputIsLowerBound).toBe(false);
  });

  test('D-13: sessions of periods do not add up, requests do', () => {
    const day = Date.UTC(2026, 10, 20);
    const events = [
      { ...event(1), sessionId: 's', at: day - 1000 },
      { ...event(1), sessionId: 's', at: day + 1000 },
    ];
    const [before, after] = [events.slice(0, 1), events.slice(1)];
    expect([distinctSessions(before), distinctSessions(after), distinctSessions(events)]).toEqual([1, 1, 1]);
    expect([sumOf(before).requests, sumOf(after).requests, sumOf(events).requests]).toEqual([1, 1, 2]);
  });

  test('D-13: a further iteration adds tokens and money but no request', () => {
    const sum = sumOf([event(5), { ...event(7), requests: 0 }]);
    expect([sum.requests, sum.input, sum.pricedCost]).toEqual([1, 200, 12]);
  });

  test('D-22: over two accounts tokens and cost are added', () => {
    const both = addSums(sumOf([event(2e9, 1_200_000, 0)]), sumOf([event(5e8, 300_000, 0)]));
    expect([allTokens(both), costOfSum(both).cost]).toEqual([1_500_000, 2.5e9]);
  });

  test("D-38: the demo's projects add up to the combined figure", () => {
    const projects = [15_058_155, 12_948_688, 7_816_870, 1_548_250].map((n) => sumOf([event(0, n, 0)]));
    expect(allTokens(projects.reduce(addSums))).toBe(37_371_963);
  });

  test('D-38: Σ sessions = Σ projects = Σ models = combined, in any order', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const combined = sumOf(events);
        for (const key of ['sessionId', 'project', 'model'] as const) {
          const parts = [...sumsBy(events, (e) => e[key]).values()];
          expect(parts.reduce(addSums, emptySum())).toEqual(combined);
        }
        expect(sumOf([...events].reverse())).toEqual(combined);
      }),
    );
  });
});
