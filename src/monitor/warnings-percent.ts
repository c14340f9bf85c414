import type { Condition, WarningSeverity } from './warning-episodes.ts';

/** Thresholds in percent, worst first. */
export type Steps = readonly (readonly [threshold: number, severity: WarningSeverity])[];

/** 5-hour window and week (alerts.md §2). */
export const QUOTA_STEPS: Steps = [
  [95, 'crit'],
  [80, 'warn'],
];
/** `--token-limit` (LV-90). */
export const BUDGET_STEPS: Steps = [
  [100, 'crit'],
  [80, 'warn'],
  [50, 'info'],
];
export const CONTEXT_STEPS: Steps = [
  [90, 'crit'],
  [80, 'warn'],
];

/** How far below a threshold a figure must fall before it counts as below, in points. */
export const QUOTA_POINTS = 2;
export const CONTEXT_POINTS = 5;

/** A condition on a percentage. Each level is left only by the hysteresis below its own threshold, so that a figure that swings around one does not. */
export function onPercent(
  value: number,
  steps: Steps,
  points: number,
  warning: Omit<Condition['warning'], 'severity'>,
  more: Partial<Condition> = {},
): Condition[] {
  const reached = (below: number) => steps.find(([threshold]) => value >= threshold - below)?.[1] ?? null;
  const held = reached(points);
  if (held === null) return [];
  const own = reached(0);
  const severity = own ?? steps.at(-1)![1];
  return [{ warning: { ...warning, severity }, holds: own !== null, held, since: null, forMs: 0, keepMs: 0, ...more }];
}
