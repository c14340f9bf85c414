/** Nearest-rank percentile (1 … 100) of values in any order: the ⌈percent · n / 100⌉-th smallest; null of none. */
export function nearestRank(values: readonly number[], percent: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  // percent · n first: n · 0.9 would put some whole ranks a hair above themselves and the ceiling one too far.
  return sorted[Math.max(0, Math.ceil((percent * sorted.length) / 100) - 1)] ?? null;
}
