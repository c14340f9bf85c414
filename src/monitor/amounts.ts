import { BURN_THRESHOLDS, type BurnThresholds, severity } from '../usage/burn.ts';
import { allTokens, costOfSum, sumOf, workTokens } from '../usage/sum.ts';
import type { UsageEvent, UsageSum } from '../usage/types.ts';
import type { Amounts, BurnRate, Severity } from './snapshot.ts';

/** A sum as a surface reads it; tokens and nano-USD. */
export function amountsOf(sum: UsageSum): Amounts {
  const { cost, isLowerBound } = costOfSum(sum);
  const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = sum;
  return {
    tokens: { input, output, cacheWrite5m, cacheWrite1h, cacheRead },
    all: allTokens(sum),
    work: workTokens(sum),
    requests: sum.requests,
    cost,
    costIsLowerBound: isLowerBound,
    outputIsLowerBound: sum.outputIsLowerBound,
  };
}

export const amountsOfEvents = (events: Iterable<UsageEvent>): Amounts => amountsOf(sumOf(events));

export const severityOf = (rate: BurnRate, thresholds: BurnThresholds = BURN_THRESHOLDS): Severity => severity(rate.work, thresholds);

/** Events by a key, in their order. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The smallest of the known ones; null when none is known. */
export function earliest(times: readonly (number | null)[]): number | null {
  let first: number | null = null;
  for (let i = 0; i < times.length; i++) first = earlier(first, times[i]!);
  return first;
}

/** The smaller of two where both are known. */
export function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
