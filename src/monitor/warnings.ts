import type { NanoUsd } from '../pricing/types.ts';
import { percent, tokensFull, usd } from '../text/format.ts';
import type { BurnThresholds } from '../usage/burn.ts';
import type { Snapshot, Warning } from './snapshot.ts';

/** Money above which a warning is given, nano-USD; null = none. Equality gives none (LV-93). */
export interface CostThresholds {
  readonly combined: NanoUsd | null;
  readonly project: NanoUsd | null;
  readonly session: NanoUsd | null;
}
export const NO_COST_THRESHOLDS: CostThresholds = { combined: null, project: null, session: null };

const CONTEXT_PERCENT = 80;
const NEW_SESSION_MS = 60_000;

type Figures = Pick<Snapshot, 'takenAt' | 'sessions' | 'combined' | 'projects'>;

export interface WarningOptions {
  readonly burn: BurnThresholds;
  readonly cost: CostThresholds;
  /** When sessions that were not there at the start were first seen, epoch ms. */
  readonly newSessions: ReadonlyMap<string, number>;
}

function limitWarning({ combined: { limit } }: Figures): Warning[] {
  if (limit === null || limit.percent < 50) return [];
  const whole = limit.per === 'day' ? 'daily limit' : 'window limit';
  const text =
    limit.percent >= 100
      ? `Combined usage is over your ${whole}: ${percent(limit.percent)}`
      : `Combined usage is at ${percent(limit.percent)} of your ${whole}`;
  return [{ level: limit.percent >= 80 ? 'warning' : 'info', text }];
}

function costWarnings({ combined, projects, sessions }: Figures, cost: CostThresholds): Warning[] {
  const over = (scope: string, spent: NanoUsd | null, threshold: NanoUsd | null): Warning[] =>
    spent !== null && threshold !== null && spent > threshold
      ? [{ level: 'warning', text: `${scope} cost ${usd(spent)} is above your ${usd(threshold)}` }]
      : [];
  return [
    ...over('Combined', combined.cost, cost.combined),
    ...projects.flatMap((p) => over(`Project '${p.name}'`, p.window.cost, cost.project)),
    ...sessions.flatMap((s) => over(`Session '${s.name}'`, s.window.cost, cost.session)),
  ];
}

/** The warnings that the seed asks for, warnings before notices (LV-90 … LV-95). */
export function warningsOf(figures: Figures, options: WarningOptions): Warning[] {
  const { takenAt, sessions, projects } = figures;
  const all: Warning[] = [
    ...limitWarning(figures),
    ...projects
      .filter((p) => p.severity === 'HIGH')
      .map(
        (p): Warning => ({
          level: 'warning',
          text: `Project '${p.name}' has HIGH burn rate (${tokensFull(p.burnNow.work)} > ${tokensFull(options.burn.high)} tok/min)`,
        }),
      ),
    ...costWarnings(figures, options.cost),
    ...sessions
      .filter((s) => s.contextPercent.value !== null && s.contextPercent.value >= CONTEXT_PERCENT)
      .map((s): Warning => ({ level: 'warning', text: `${s.name}: context ${percent(s.contextPercent.value)}, compaction is near` })),
    ...sessions
      .filter((s) => takenAt - (options.newSessions.get(s.id) ?? Number.NEGATIVE_INFINITY) < NEW_SESSION_MS)
      .map((s): Warning => ({ level: 'info', text: `New session '${s.name}' in project '${s.project}'` })),
  ];
  return [...all.filter((w) => w.level === 'warning'), ...all.filter((w) => w.level === 'info')];
}
