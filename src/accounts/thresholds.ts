import type { ProfileThresholds } from './contracts.ts';
import { numberOrNull } from './tolerant.ts';

export interface Thresholds {
  readonly transcriptStaleMinutes: number;
  readonly contextWarningPercent: number;
  readonly budgetWarningPercent: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = { transcriptStaleMinutes: 5, contextWarningPercent: 70, budgetWarningPercent: 80 };

/** What each may be: above 0 up to this. */
const MAX: Readonly<Record<keyof Thresholds, number>> = {
  transcriptStaleMinutes: 100_000,
  contextWarningPercent: 100,
  budgetWarningPercent: 100,
};

export interface ReadThresholds {
  readonly thresholds: Thresholds;
  /** One sentence each, for the log and `doctor`. */
  readonly warnings: readonly string[];
}

/** Values over a base; one that cannot be is left out and named (SH-2, ST-15). `where` says whose they are. */
export function overThresholds(base: Thresholds, given: unknown, where: string): ReadThresholds {
  const values: Record<string, number> = {};
  const warnings: string[] = [];
  const raw = typeof given === 'object' && given !== null ? (given as Readonly<Record<string, unknown>>) : {};
  for (const key of Object.keys(MAX) as (keyof Thresholds)[]) {
    if (!(key in raw) || raw[key] === undefined) continue;
    const value = typeof raw[key] === 'number' ? numberOrNull(raw[key]) : null;
    if (value !== null && value > 0 && value <= MAX[key]) values[key] = value;
    else warnings.push(`${where}: ${key}: expected a number above 0 up to ${MAX[key]}; ${base[key]} holds`);
  }
  return { thresholds: { ...base, ...values }, warnings };
}

/** The thresholds of a profile's sessions. */
export const profileThresholds = (base: Thresholds, own: ProfileThresholds | undefined, profileId: string): ReadThresholds =>
  own === undefined ? { thresholds: base, warnings: [] } : overThresholds(base, own, `profile ${profileId}`);
