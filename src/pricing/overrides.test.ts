import { describe, expect, it } from 'vitest';
import { costOf } from './cost.ts';
import { contextWindowOf, findFamily, findRate } from './lookup.ts';
import { type PriceOverride, withOverrides } from './overrides.ts';
import { builtinTable } from './table.ts';

const table = builtinTable();
const row = (rest: Partial<PriceOverride>): PriceOverride => ({ pattern: 'glm-*', from: null, to: null, input: 0.7, output: 2, ...rest });
const cost = (priced: typeof table, model: string, day = '2026-11-20') =>
  costOf(priced, {
    model,
    tokens: { input: 1_000, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 },
    webSearches: 0,
    speed: 'fast',
    geoUs: true,
    at: Date.parse(day),
  });

describe('D-16 prices a person adds', () => {
  it('D-16 price an unknown model, and are marked configured', () => {
    const mine = withOverrides(table, [row({})], false);
    expect(cost(mine, 'GLM-5')).toBe(700_000);
    expect(findFamily(mine, 'glm-5')?.configured).toBe(true);
    expect(cost(mine, 'other')).toBeNull();
    expect(cost(table, 'glm-5')).toBeNull();
  });
  it('cache prices default to 1.25, 2 and 0.1 times input, without binary noise', () => {
    const prices = withOverrides(table, [row({})], false).families[0]?.prices[0];
    expect(prices).toMatchObject({ cacheWrite5m: 0.875, cacheWrite1h: 1.4, cacheRead: 0.07 });
    const given = withOverrides(table, [row({ cacheWrite5m: 0, cacheWrite1h: 9, cacheRead: 8 })], false).families[0]?.prices[0];
    expect(given).toMatchObject({ cacheWrite5m: 0, cacheWrite1h: 9, cacheRead: 8 });
  });
  it('win over the list, without its multipliers, on the days they cover only', () => {
    const mine = withOverrides(table, [row({ pattern: 'claude-opus-5', from: '2026-11-01', to: '2026-12-01', input: 3 })], false);
    expect(cost(mine, 'claude-opus-5')).toBe(3_000_000);
    expect(cost(mine, 'claude-opus-5', '2026-10-31')).toBe(11_000_000);
    expect(findRate(mine, 'claude-opus-5', Date.parse('2026-10-31'))?.family.configured).toBeUndefined();
    expect(contextWindowOf(mine, 'claude-opus-5')).toBe(1_000_000);
  });
  it('are tried in the order written, and the pattern covers the whole id', () => {
    const mine = withOverrides(table, [row({ pattern: 'a*z', input: 1 }), row({ pattern: '*', input: 2 })], false);
    expect([cost(mine, 'abcz'), cost(mine, 'az'), cost(mine, 'xaz'), cost(mine, 'a+z.')]).toEqual([
      1_000_000, 1_000_000, 2_000_000, 2_000_000,
    ]);
    expect(cost(withOverrides(table, [row({ pattern: 'm.1[1m]' })], false), 'mx1[1m]')).toBeNull();
  });
  it('change the fingerprint; so does the batch switch, which costOf obeys', () => {
    const plain = withOverrides(table, [], false);
    const batch = withOverrides(table, [], true);
    const mine = withOverrides(table, [row({})], false);
    const dearer = withOverrides(table, [row({ output: 2.000_001 })], false);
    expect(new Set([plain, batch, mine, dearer].map((t) => t.fingerprint)).size).toBe(4);
    expect(mine.fingerprint).toBe(withOverrides(table, [row({})], false).fingerprint);
    expect(cost(batch, 'claude-haiku-4-5')).toBe(500_000);
    expect(cost(plain, 'claude-haiku-4-5')).toBe(1_000_000);
  });
  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuse the price %s', (input) => {
    expect(() => withOverrides(table, [row({ input })], false)).toThrow(RangeError);
  });
});
