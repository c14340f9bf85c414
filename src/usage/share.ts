import { type Source, weakest } from './source.ts';
import type { UsageSum } from './types.ts';

export type ShareBasis = 'cost' | 'tokens';

export interface QuotaShares {
  readonly basis: ShareBasis;
  /** Part of local use, 0 … 1, in the order given; null when nothing was used. Sums to 1. */
  readonly shares: readonly (number | null)[];
}

/** What a share needs of a sum. */
type Weighed = Omit<UsageSum, 'outputIsLowerBound'>;

/** Ten times `input + output + cacheWrite + 0.1 · cacheRead`, so that it stays an integer. */
function tokenWeight(s: Weighed): number {
  return 10 * (s.input + s.output + s.cacheWrite5m + s.cacheWrite1h) + s.cacheRead;
}

/**
 * Each session's share of local use in one account's window (D-33). By cost when every request of the window has a price, else by tokens for all of them:
 * weights are never mixed. `windowSums` are the sums of all the account's sessions over the window.
 */
export function quotaShares(windowSums: readonly Weighed[]): QuotaShares {
  const basis: ShareBasis = windowSums.every((s) => s.unpricedEvents === 0) ? 'cost' : 'tokens';
  const weights = windowSums.map((s) => (basis === 'cost' ? s.pricedCost : tokenWeight(s)));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return { basis, shares: weights.map((w) => (total > 0 ? w / total : null)) };
}

/** Points of the official used % that fall to a share (0 … 1), with the weakest label of the two (D-1, D-33). */
export function quotaPoints(
  share: number | null,
  usedPercent: number | null,
  usedSource: Source = 'official',
): { readonly value: number | null; readonly source: Source } {
  if (share === null || usedPercent === null) return { value: null, source: 'unknown' };
  return { value: share * usedPercent, source: weakest(usedSource, 'measured') };
}
