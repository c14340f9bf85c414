import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, totalCost } from './cost.ts';
import { findRate } from './lookup.ts';
import { withOverrides } from './overrides.ts';
import { builtinTable } from './table.ts';
import type { PricedUsage, PriceTable, TokenCounts } from './types.ts';

const table = builtinTable();
const usage = (model: string, tokens: Partial<TokenCounts>, rest: Partial<PricedUsage> = {}): PricedUsage => ({
  model,
  tokens: { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, ...tokens },
  webSearches: 0,
  speed: 'standard',
  geoUs: false,
  at: Date.parse('2026-11-20T12:00:00Z'),
  ...rest,
});
const sonnet = usage('claude-sonnet-4-6', { input: 100, output: 50 });

describe('D-15 worked examples', () => {
  const opus55 = { input: 7, output: 115, cacheWrite5m: 1_000, cacheWrite1h: 4_000, cacheRead: 12_000 };
  const sonnet45 = { input: 100_000, cacheRead: 150_000, output: 10_000 };
  const cases: [string, PricedUsage, number][] = [
    [
      'Sonnet 4.6, both cache writes',
      usage('claude-sonnet-4-6', { input: 100, output: 50, cacheWrite5m: 1_000, cacheWrite1h: 2_000 }),
      16_800_000,
    ],
    ['Opus 5.5', usage('claude-opus-5-5', opus55), 41_728_000],
    ['Opus 5.5 fast', usage('claude-opus-5-5', opus55, { speed: 'fast' }), 83_456_000],
    ['Opus 5.5 fast, geo us', usage('claude-opus-5-5', opus55, { speed: 'fast', geoUs: true }), 91_801_600],
    ['Haiku 5.5 at the tier edge', usage('claude-haiku-5-5', { input: 1_000, cacheRead: 99_000, output: 500 }), 1_340_000],
    ['Haiku 5.5 one over the tier edge', usage('claude-haiku-5-5', { input: 1_001, cacheRead: 99_000, output: 500 }), 6_700_500],
    ['Haiku 5.5 geo us, one 5m write token rounds half up', usage('claude-haiku-5-5', { cacheWrite5m: 1 }, { geoUs: true }), 138],
    ['Sonnet 4.5 today', usage('claude-sonnet-4-5', sonnet45, { at: Date.parse('2026-11-10T00:00:00Z') }), 495_000_000],
    ['Sonnet 4.5 on 2026-04-15', usage('claude-sonnet-4-5', sonnet45, { at: Date.parse('2026-04-15T00:00:00Z') }), 915_000_000],
    ['Sonnet 4.6 with 5 web searches', { ...sonnet, webSearches: 5 }, 51_050_000],
  ];
  it.each(cases)('D-15 %s', (_name, request, nano) => expect(costOf(table, request)).toBe(nano));

  it('D-15 an advisor iteration is priced with its own model', () => {
    const advisor = usage('claude-opus-4-6', { input: 1_000, output: 100 });
    expect(totalCost(table, sonnet, [advisor])).toEqual({
      request: 1_050_000,
      iterations: [7_500_000],
      total: 8_550_000,
      isLowerBound: false,
    });
  });
  it('D-15 a compaction iteration is extra usage of the same model', () => {
    const opus = usage('claude-opus-4-6', { input: 100, output: 50 });
    const compaction = usage('claude-opus-4-6', { input: 180_000, output: 3_500 });
    expect(totalCost(table, opus, [compaction]).total).toBe(989_250_000);
  });
  it('D-15 iterations are priced without fast, and have a tier of their own', () => {
    const fast = usage('claude-opus-5-5', { input: 1 }, { speed: 'fast' });
    expect(totalCost(table, fast, [fast]).total).toBe(8_000 + 4_000);
    const large = usage('claude-haiku-5-5', { input: 100_001 });
    expect(totalCost(table, usage('claude-haiku-5-5', { input: 1 }), [large]).iterations).toEqual([50_000_500]);
  });
});

describe('D-14, D-16 and the edges of a price', () => {
  it('D-14 three requests of $0.1 are 300,000,000 nano-dollars', () => {
    const request = usage('claude-haiku-4-5', { input: 100_000 });
    expect([request, request, request].reduce((sum, r) => sum + (costOf(table, r) ?? 0), 0)).toBe(300_000_000);
  });
  it('D-16 an unknown model has no price, searches or not', () => {
    expect(costOf(table, usage('claude-quasar-7', { input: 150 }, { webSearches: 3 }))).toBeNull();
  });
  it('D-16 an unpriced iteration leaves a lower bound, unpriced parts alone leave nothing', () => {
    const unknown = usage('claude-quasar-7', { input: 150 });
    expect(totalCost(table, sonnet, [unknown])).toEqual({ request: 1_050_000, iterations: [null], total: 1_050_000, isLowerBound: true });
    expect(totalCost(table, unknown, [])).toEqual({ request: null, iterations: [], total: null, isLowerBound: true });
  });
  it('D-15 a multiplier that is not offered counts as 1', () => {
    const mythos = usage('claude-mythos-5-2', { input: 1_000 }, { speed: 'fast' });
    expect(costOf(table, mythos)).toBe(8_000_000);
    expect(costOf(table, usage('claude-haiku-4-5', { input: 1_000 }, { geoUs: true, speed: 'fast' }))).toBe(1_000_000);
  });
  it('D-15 the row of the UTC day is taken: Opus 4.6 fast before and after 2026-02-17', () => {
    const at = (time: string) => usage('claude-opus-4-6', { input: 1_000 }, { speed: 'fast', at: Date.parse(time) });
    expect(costOf(table, at('2026-02-16T23:59:59.999Z'))).toBe(15_000_000);
    expect(costOf(table, at('2026-02-17T00:00:00.000Z'))).toBe(30_000_000);
  });
  it('D-15 batch halves tokens only when asked for, and never web searches', () => {
    const request = { ...sonnet, webSearches: 1 };
    expect(costOf(table, request, { batch: true })).toBe(525_000 + 10_000_000);
    expect(costOf(table, request)).toBe(1_050_000 + 10_000_000);
    expect(costOf({ ...table, batchMultiplier: 0.25 }, request, { batch: true })).toBe(262_500 + 10_000_000);
  });
  it('D-14 nothing used costs 0', () => expect(costOf(table, usage('claude-opus-5', {}))).toBe(0));
  it('D-14 sums beyond 2⁵³ are still exact', () => {
    const huge = usage('claude-haiku-5-5', { cacheWrite5m: 2 ** 44 + 1 }, { geoUs: true });
    expect(costOf(table, huge)).toBe(Number((BigInt(2 ** 44 + 1) * 6875n + 5n) / 10n));
  });
});

/** D-15 written as fractions of BigInt, without a thought for speed. */
function reference(priced: PriceTable, request: PricedUsage, batch: boolean): number | null {
  const found = findRate(priced, request.model, request.at);
  if (found === null) return null;
  const { period } = found;
  const t = request.tokens;
  const over = period.tier !== null && t.input + t.cacheRead + t.cacheWrite5m + t.cacheWrite1h > period.tier.promptTokensOver;
  const rate = over ? period.tier!.prices : period;
  const scaled = (value: number) => BigInt(Math.round(value * 1e9));
  let numerator =
    BigInt(t.input) * scaled(rate.input) +
    BigInt(t.output) * scaled(rate.output) +
    BigInt(t.cacheWrite5m) * scaled(rate.cacheWrite5m) +
    BigInt(t.cacheWrite1h) * scaled(rate.cacheWrite1h) +
    BigInt(t.cacheRead) * scaled(rate.cacheRead);
  let denominator = 1_000_000n;
  for (const factor of [request.speed === 'fast' && period.fastMultiplier, request.geoUs && period.geoUsMultiplier, batch && 0.5]) {
    if (!factor) continue;
    numerator *= scaled(factor);
    denominator *= 1_000_000_000n;
  }
  return Number((2n * numerator + denominator) / (2n * denominator)) + request.webSearches * 10_000_000;
}

describe('D-15 against exact fractions', () => {
  const odd = withOverrides(
    table,
    [{ pattern: 'odd-*', from: null, to: null, input: 0.000_137, output: 33.333_333, cacheRead: 0.7 }],
    false,
  );
  const models = [
    ...table.families.map((family) => family.family),
    'claude-haiku-5-5',
    'claude-opus-4-6',
    'claude-sonnet-4-5',
    'odd-one',
    'unknown-1',
  ];
  const count = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 400_000 }), fc.integer({ min: 0, max: 2 ** 40 }));
  it('D-15 equals the fraction to the last nano-dollar', () => {
    fc.assert(
      fc.property(
        fc.record({
          model: fc.constantFrom(...models),
          tokens: fc.record({ input: count, output: count, cacheWrite5m: count, cacheWrite1h: count, cacheRead: count }),
          webSearches: fc.integer({ min: 0, max: 50 }),
          speed: fc.constantFrom('standard' as const, 'fast' as const),
          geoUs: fc.boolean(),
          at: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 1) }),
        }),
        fc.boolean(),
        (request, batch) => {
          expect(costOf(odd, request, { batch })).toBe(reference(odd, request, batch));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
