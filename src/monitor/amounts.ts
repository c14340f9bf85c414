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
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The smallest of the known ones; null when none is known. */
export function earliest(times: Iterable<number | null>): number | null {
  let first: number | null = null;
  for (const at of times) if (at !== null && (first === null || at < first)) first = at;
  return first;
}
