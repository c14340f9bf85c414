import { describe, expect, test } from 'vitest';
import { quotaPoints, quotaShares } from './share.ts';
import { sumOf } from './sum.ts';

const session = (cost: number | null, input = 100, cacheRead = 0) =>
  sumOf([
    {
      tokens: { input, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead },
      cost,
      requests: 1,
      webSearches: 0,
      outputIsLowerBound: false,
    },
  ]);

describe('quota share (D-33)', () => {
  test('D-33: by cost; points of 62 %', () => {
    const { basis, shares } = quotaShares([session(3e9), session(1.5e9), session(0.5e9)]);
    expect(basis).toBe('cost');
    expect(shares).toEqual([0.6, 0.3, 0.1]);
    expect(shares.map((s) => quotaPoints(s, 62).value!.toFixed(1))).toEqual(['37.2', '18.6', '6.2']);
  });

  test('D-33: one unpriced request puts all four on tokens, cache reads at a tenth', () => {
    const { basis, shares } = quotaShares([session(3e9, 500), session(1.5e9, 200), session(0.5e9, 100), session(null, 100, 1000)]);
    expect(basis).toBe('tokens');
    expect(shares).toEqual([0.5, 0.2, 0.1, 0.2]);
  });

  test('D-2, D-33: nothing used is no share', () => {
    expect(quotaShares([session(0)]).shares).toEqual([null]);
    expect(quotaShares([])).toEqual({ basis: 'cost', shares: [] });
  });

  test('D-1: official 62 % × measured 0.617 is 38.3 points, measured', () => {
    const points = quotaPoints(0.617, 62);
    expect([points.value!.toFixed(1), points.source]).toEqual(['38.3', 'measured']);
    expect(quotaPoints(0.5, 40, 'estimated')).toEqual({ value: 20, source: 'estimated' });
    expect([quotaPoints(null, 62), quotaPoints(0.5, null)]).toEqual([
      { value: null, source: 'unknown' },
      { value: null, source: 'unknown' },
    ]);
  });
});
