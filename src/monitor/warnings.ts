import type { NanoUsd } from '../pricing/types.ts';
import { usd } from '../text/format.ts';
import type { BurnThresholds } from '../usage/burn.ts';
import { type RetentionGap, retentionConditions } from './retention.ts';
import type { Snapshot } from './snapshot.ts';
import type { Condition } from './warning-episodes.ts';
import { burnConditions } from './warnings-burn.ts';
import { honestyConditions, type ReadingState } from './warnings-honesty.ts';
import { budgetConditions, quotaConditions } from './warnings-quota.ts';
import { sessionConditions } from './warnings-session.ts';

/** Money above which a warning is given, nano-USD; null = none. Equality gives none (LV-93). */
export interface CostThresholds {
  readonly combined: NanoUsd | null;
  readonly project: NanoUsd | null;
  readonly session: NanoUsd | null;
  /** Of the local day. */
  readonly day?: NanoUsd | null;
}
export const NO_COST_THRESHOLDS: CostThresholds = { combined: null, project: null, session: null, day: null };

/** `timezone`: IANA zone of clock times in texts; absent = none are told. */
export type Figures = Pick<Snapshot, 'takenAt' | 'sessions' | 'combined' | 'projects' | 'windows' | 'accounts' | 'models' | 'ingest'> &
  Partial<Pick<Snapshot, 'timezone'>>;

export interface WarningOptions extends ReadingState {
  readonly burn: BurnThresholds;
  readonly cost: CostThresholds;
  /** When sessions that were not there at the start were first seen, epoch ms. */
  readonly newSessions: ReadonlyMap<string, number>;
  readonly retention?: readonly RetentionGap[];
}

/** LV-93. */
function costConditions({ combined, projects, sessions }: Figures, cost: CostThresholds): Condition[] {
  const over = (
    key: string,
    scope: string,
    spent: NanoUsd | null,
    threshold: NanoUsd | null | undefined,
    subject: { sessionId?: string; project?: string } = {},
  ): Condition[] => {
    if (spent === null || threshold == null || spent <= threshold) return [];
    const { sessionId = null, project = null } = subject;
    const text = `${scope} cost ${usd(spent)} is above your ${usd(threshold)}`;
    return [{ warning: { rule: 'cost', severity: 'warn', key, sessionId, project, text }, holds: true, since: null, forMs: 0, keepMs: 0 }];
  };
  return [
    ...over('cost', 'Combined', combined.cost, cost.combined),
    ...over('cost:day', "Today's", combined.today.cost, cost.day),
    ...(cost.project === null
      ? []
      : projects.flatMap((p) => over(`cost:${p.path}`, `Project '${p.name}'`, p.window.cost, cost.project, { project: p.path }))),
    ...(cost.session === null
      ? []
      : sessions.flatMap((s) => over(`cost:${s.id}`, `Session '${s.name}'`, s.window.cost, cost.session, { sessionId: s.id }))),
  ];
}

/** All that the rules see (LV-90 … LV-97, alerts.md §2); {@link Episodes} makes warnings of it. */
export function conditionsOf(figures: Figures, options: WarningOptions): Condition[] {
  return [
    ...sessionConditions(figures, options.newSessions),
    ...burnConditions(figures, options),
    ...costConditions(figures, options.cost),
    ...quotaConditions(figures),
    ...budgetConditions(figures),
    ...honestyConditions(figures, options),
    ...retentionConditions(options.retention ?? []),
  ];
}
