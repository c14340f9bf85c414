import { describe, expect, test } from 'vitest';
import { sumUnlogged, unloggedCost } from './unlogged.ts';

const own = (cost: number | null) => ({ cost, origin: 'own' as const });

describe('outside the transcript (D-18)', () => {
  test('D-18: $1.720816 − $1.694900 = $0.025916', () => {
    expect(unloggedCost(1_720_816_000, [own(1_000_000_000), own(694_900_000)])).toBe(25_916_000);
  });

  test('D-18: a fork’s count covers its copies: $0.045100', () => {
    expect(unloggedCost(1_900_000_000, [{ cost: 1_694_900_000, origin: 'fork-copy' }, own(160_000_000)])).toBe(45_100_000);
  });

  test('D-18: a branch’s count restarts, its copies are not covered', () => {
    expect(unloggedCost(170_000_000, [{ cost: 1_694_900_000, origin: 'branch-copy' }, own(160_000_000)])).toBe(10_000_000);
  });

  test('D-2, D-18: never clipped; unknown without a cost-state or with an unpriced request', () => {
    expect(unloggedCost(5, [own(8)])).toBe(-3);
    expect(unloggedCost(null, [own(8)])).toBeNull();
    expect(unloggedCost(5, [own(null)])).toBeNull();
    expect(unloggedCost(5, [])).toBe(5);
  });

  test('D-18: the sum leaves forks out and says how many', () => {
    const sessions = [
      { unlogged: 25_916_000, isFork: false },
      { unlogged: 45_100_000, isFork: true },
      { unlogged: -16_000, isFork: false },
      { unlogged: null, isFork: true },
    ];
    expect(sumUnlogged(sessions)).toEqual({ cost: 25_900_000, sessions: 2, forksLeftOut: 1 });
    expect(sumUnlogged([{ unlogged: null, isFork: false }])).toEqual({ cost: null, sessions: 0, forksLeftOut: 0 });
  });
});
