import type { NanoUsd } from '../pricing/types.ts';
import { percent, tokensFull, usd } from '../text/format.ts';
import { plain } from '../text/plain.ts';
import type { BurnThresholds } from '../usage/burn.ts';
import { type RetentionGap, retentionConditions } from './retention.ts';
import type { Snapshot } from './snapshot.ts';
import type { UsageSlot } from './usage-slot.ts';
import type { Condition } from './warning-episodes.ts';
import { burnConditions } from './warnings-burn.ts';
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

export type Figures = Pick<Snapshot, 'takenAt' | 'sessions' | 'combined' | 'projects' | 'windows' | 'accounts' | 'models' | 'ingest'>;

export interface WarningOptions {
  readonly burn: BurnThresholds;
  readonly cost: CostThresholds;
  /** When sessions that were not there at the start were first seen, epoch ms. */
  readonly newSessions: ReadonlyMap<string, number>;
  /** Of the sessions shown. */
  readonly slots: readonly UsageSlot[];
  readonly retention?: readonly RetentionGap[];
  readonly health: { readonly lines: number; readonly rejected: number; readonly behindSince: number | null };
}

const MINUTE_MS = 60_000;
const QUOTA_KEEP_MS = 2 * MINUTE_MS;
const UNPRICED_TOKENS = 10_000;
/** Hysteresis of quota and budget, in points. */
const POINTS = 2;
const REJECTED_LINES = 10;
const REJECTED_PART = 0.001;

const at = (value: number, ...steps: readonly (readonly [threshold: number, severity: 'crit' | 'warn' | 'info'])[]) =>
  steps.find(([threshold]) => value >= threshold) ?? null;

/** A condition on a percentage with thresholds, worst first, and a hysteresis below the lowest. */
function onPercent(
  value: number,
  steps: readonly (readonly [number, 'crit' | 'warn' | 'info'])[],
  warning: Omit<Condition['warning'], 'severity'>,
): Condition[] {
  const step = at(value, ...steps);
  const lowest = steps.at(-1)!;
  if (step === null && value < lowest[0] - POINTS) return [];
  return [
    {
      warning: { ...warning, severity: step?.[1] ?? lowest[1] },
      holds: step !== null,
      since: null,
      forMs: 0,
      keepMs: QUOTA_KEEP_MS,
    },
  ];
}

function budgetConditions({ combined: { limit } }: Figures): Condition[] {
  if (limit === null) return [];
  const whole = limit.per === 'day' ? 'daily limit' : 'window limit';
  const text =
    limit.percent >= 100
      ? `Combined usage is over your ${whole}: ${percent(limit.percent)}`
      : `Combined usage is at ${percent(limit.percent)} of your ${whole}`;
  const steps = [
    [100, 'crit'],
    [80, 'warn'],
    [50, 'info'],
  ] as const;
  return onPercent(limit.percent, steps, { rule: 'budget', key: `budget:${limit.per}`, sessionId: null, project: null, text });
}

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
    ...projects.flatMap((p) => over(`cost:${p.path}`, `Project '${p.name}'`, p.window.cost, cost.project, { project: p.path })),
    ...sessions.flatMap((s) => over(`cost:${s.id}`, `Session '${s.name}'`, s.window.cost, cost.session, { sessionId: s.id })),
  ];
}

const QUOTA_STEPS = [
  [95, 'crit'],
  [80, 'warn'],
] as const;
/** A limit reached at least so long before the reset is worth a word, and urgent when it is less than half an hour away. */
const RUNOUT_LEAD_MS = 10 * MINUTE_MS;
const RUNOUT_NEAR_MS = 30 * MINUTE_MS;
/** Three readings a minute apart (alerts.md §2). */
const RUNOUT_FOR_MS = 2 * MINUTE_MS;

/** 5-hour and weekly quota (LV-91): the server's or a limit that a person set, never a guess, never a stale sample. */
function quotaConditions({ windows, accounts, takenAt }: Figures): Condition[] {
  const several = accounts.length > 1;
  const named = (label: string) => (several ? ` of ${label}` : '');
  const conditions: Condition[] = [];
  for (const window of windows) {
    const { value, source } = window.usedPercent;
    if (value === null || window.stale || (source !== 'official' && source !== 'configured')) continue;
    const subject = { sessionId: null, project: null };
    const pace = window.percentProjection === null ? '' : ` · at this pace ${percent(window.percentProjection.percent)}`;
    const word = source === 'official' ? 'official' : 'your limit';
    const text = `5-hour window${named(window.label)} ${percent(value)} (${word})${pace}`;
    conditions.push(...onPercent(value, QUOTA_STEPS, { rule: 'window', key: `window:${window.account}:${window.end}`, ...subject, text }));
    const limitAt = window.percentProjection?.limitAt ?? (source === 'configured' ? (window.projection?.limitAt ?? null) : null);
    if (limitAt === null || window.end - limitAt < RUNOUT_LEAD_MS || window.elapsedPercent < 3) continue;
    const minutes = Math.max(0, Math.round((limitAt - takenAt) / MINUTE_MS));
    conditions.push({
      warning: {
        rule: 'window-runout',
        severity: limitAt - takenAt < RUNOUT_NEAR_MS ? 'crit' : 'warn',
        key: `window-runout:${window.account}:${window.end}`,
        ...subject,
        text: `5-hour window${named(window.label)} is full in ≈ ${minutes} min at this pace, ${Math.round((window.end - limitAt) / MINUTE_MS)} min before its reset`,
      },
      holds: true,
      since: null,
      forMs: RUNOUT_FOR_MS,
      keepMs: RUNOUT_LEAD_MS,
    });
  }
  for (const { id, label, weekly } of accounts) {
    if (weekly === null || weekly.stale || weekly.usedPercent.value === null) continue;
    const text = `Weekly quota${named(label)} ${percent(weekly.usedPercent.value)} (official)`;
    const warning = { rule: 'week' as const, key: `week:${id}:${weekly.resetsAt}`, sessionId: null, project: null, text };
    conditions.push(...onPercent(weekly.usedPercent.value, QUOTA_STEPS, warning));
  }
  return conditions;
}

/** Tokens without a price, and lines that could not be read (LV-97), each with what mends it. */
function honestyConditions({ takenAt, models, combined }: Figures, { health, slots }: WarningOptions): Condition[] {
  const conditions: Condition[] = [];
  const hold = { holds: true, since: null, forMs: 0 };
  const unpriced = new Map<string, number>();
  const isAnyUnpriced = combined.cost === null || combined.costIsLowerBound;
  for (const slot of isAnyUnpriced ? slots : [])
    for (const [model, tally] of slot.models) unpriced.set(model, (unpriced.get(model) ?? 0) + tally.unpricedTokens);
  for (const { model } of models) {
    const tokens = unpriced.get(model) ?? 0;
    if (tokens <= UNPRICED_TOKENS) continue;
    const text = `Model '${plain(model, 80)}' has no price: ${tokensFull(tokens)} tokens are not in the cost — tidemark config set pricing.overrides`;
    conditions.push({
      warning: { rule: 'unpriced', severity: 'warn', key: `unpriced:${model}`, sessionId: null, project: null, text },
      ...hold,
      keepMs: 0,
    });
  }
  const keepMs = 5 * MINUTE_MS;
  const { lines, rejected, behindSince } = health;
  if (rejected >= REJECTED_LINES || (rejected > 0 && rejected > lines * REJECTED_PART)) {
    const text = `${tokensFull(rejected)} lines of the last hour cannot be read — tidemark ledger stats`;
    conditions.push({
      warning: { rule: 'data-stale', severity: 'warn', key: 'data-stale:lines', sessionId: null, project: null, text },
      ...hold,
      keepMs,
    });
  }
  if (behindSince !== null && takenAt - behindSince > MINUTE_MS) {
    const text = 'What was written in the last minute is not counted yet — tidemark ledger verify';
    conditions.push({
      warning: { rule: 'data-stale', severity: 'warn', key: 'data-stale:behind', sessionId: null, project: null, text },
      ...hold,
      keepMs,
    });
  }
  return conditions;
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
