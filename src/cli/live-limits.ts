import { type CostThresholds, NO_COST_THRESHOLDS } from '../monitor/warnings.ts';
import { usageError } from '../platform/errors.ts';

/**
 * What `--cost-threshold` says: `25` is the combined cost on screen; `25/day`, `25/project`, `5/session` are others (LV-14). The day's is
 * from `limits.costPerDay` where it says none.
 */
export function costThresholds(texts: readonly string[], perDayUsd: number | null): CostThresholds {
  const day = perDayUsd === null ? null : Math.round(perDayUsd * 1e9);
  const found: Record<'combined' | 'day' | 'project' | 'session', number | null> = { ...NO_COST_THRESHOLDS, day };
  for (const text of texts) {
    const [amount = '', scope = 'combined'] = text.replace(/^\$/, '').split('/');
    if (scope !== 'combined' && scope !== 'day' && scope !== 'project' && scope !== 'session')
      throw usageError(`--cost-threshold takes 25, 25/day, 25/project or 5/session, not "${text}"`);
    found[scope] = Math.round(numberIn('--cost-threshold', amount, 0, 1e6)! * 1e9);
  }
  return found;
}

/** The number a flag gives, within its bounds; undefined where it is not given: null. */
export function numberIn(flag: string, text: string | undefined, min: number, max: number): number | null {
  if (text === undefined) return null;
  const n = Number(text);
  if (text.trim() === '' || !(n >= min && n <= max)) throw usageError(`${flag} takes a number from ${min} to ${max}, not "${text}"`);
  return n;
}
