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
  const base = shareBase(windowSums);
  return { basis: base.basis, shares: windowSums.map((sum) => partOf(base, sum)) };
}

/** What shares of one account's window are parts of. */
export interface ShareBase {
  readonly basis: ShareBasis;
  /** Weight of all sums together. */
  readonly total: number;
}

export function shareBase(windowSums: readonly Weighed[]): ShareBase {
  const basis: ShareBasis = windowSums.every((s) => s.unpricedEvents === 0) ? 'cost' : 'tokens';
  return { basis, total: windowSums.reduce((all, sum) => all + weightIn(basis, sum), 0) };
}

/** One sum's part of them, 0 … 1; null when nothing was used. */
export const partOf = ({ basis, total }: ShareBase, sum: Weighed): number | null => (total > 0 ? weightIn(basis, sum) / total : null);

const weightIn = (basis: ShareBasis, sum: Weighed): number => (basis === 'cost' ? sum.pricedCost : tokenWeight(sum));

/** Points of the official used % that fall to a share (0 … 1), with the weakest label of the two (D-1, D-33). */
export function quotaPoints(
  share: number | null,
  usedPercent: number | null,
  usedSource: Source = 'official',
): { readonly value: number | null; readonly source: Source } {
  if (share === null || usedPercent === null) return { value: null, source: 'unknown' };
  return { value: share * usedPercent, source: weakest(usedSource, 'measured') };
}
