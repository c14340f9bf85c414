import { duration, formatInstant, percent, roughly } from '../text/format.ts';
import type { QuotaView, Snapshot, WindowView } from './snapshot.ts';
import { dayOf } from './snapshot-span.ts';
import type { Condition } from './warning-episodes.ts';
import { BUDGET_STEPS, onPercent, QUOTA_POINTS, QUOTA_STEPS } from './warnings-percent.ts';

/* Token limit, 5-hour window, week, and the limit that comes before the reset (LV-90, LV-91). */

/** What these rules see. `timezone`: IANA zone of the clock times in texts and of the day of a budget; absent = neither is told. */
export type QuotaFigures = Pick<Snapshot, 'takenAt' | 'combined' | 'windows' | 'accounts'> & Partial<Pick<Snapshot, 'timezone'>>;

const MINUTE_MS = 60_000;
const KEEP_MS = 2 * MINUTE_MS;
/** A limit reached at least so long before the reset is worth a word, and urgent when it is less than half an hour away. */
const RUNOUT_LEAD_MS = 10 * MINUTE_MS;
const RUNOUT_NEAR_MS = 30 * MINUTE_MS;
/** Three readings a minute apart (alerts.md §2). */
const RUNOUT_FOR_MS = 2 * MINUTE_MS;
/** So much of the window must have passed (FCT-1), percent. */
const RUNOUT_ELAPSED = 3;
const NOBODY = { sessionId: null, project: null } as const;

/** ` · resets 15:20`; of another local day ` · resets Tue 24 Nov 09:00`; with `≈` where the end is estimated. */
export function resetsText(at: number | null, now: number, timezone: string | undefined, isEstimated = false): string {
  if (at === null || timezone === undefined) return '';
  const day = (ms: number) => formatInstant(ms, timezone, 'isoDate');
  const time = formatInstant(at, timezone, day(at) === day(now) ? 'time' : 'dayTime');
  return ` · resets ${isEstimated ? roughly(time, 'text') : time}`;
}

/** LV-90: a budget of the run, in tokens per day or window. */
export function budgetConditions({ combined: { limit }, windows, takenAt, timezone }: QuotaFigures): Condition[] {
  if (limit === null) return [];
  const isDaily = limit.per === 'day';
  const ends = isDaily ? (timezone === undefined ? null : dayOf(takenAt, timezone).dayEnd) : earliestEnd(windows);
  const text = `Combined usage is at ${percent(limit.percent)} of your ${isDaily ? 'daily limit' : 'window limit'}`;
  const warning = { rule: 'budget', key: `budget:${limit.per}`, ...NOBODY, text } as const;
  return onPercent(limit.percent, BUDGET_STEPS, QUOTA_POINTS, warning, { keepMs: KEEP_MS, endsAt: ends });
}

const earliestEnd = (windows: readonly WindowView[]): number | null =>
  windows.length === 0 ? null : Math.min(...windows.map(({ end }) => end));

/** LV-91: the server's figures or a limit that a person set, never a guess, never a stale sample. */
export function quotaConditions(figures: QuotaFigures): Condition[] {
  const { windows, accounts } = figures;
  const named = (label: string) => (accounts.length > 1 ? ` of ${label}` : '');
  return [
    ...windows.flatMap((window) => windowConditions(window, named(window.label), figures)),
    ...accounts.flatMap(({ id, label, weekly }) => (weekly === null ? [] : weekConditions(weekly, id, named(label), figures))),
  ];
}

function windowConditions(window: WindowView, named: string, { takenAt, timezone }: QuotaFigures): Condition[] {
  const { value, source } = window.usedPercent;
  if (value === null || window.stale || (source !== 'official' && source !== 'configured')) return [];
  const pace = window.percentProjection === null ? '' : ` · at this pace ${percent(window.percentProjection.percent)}`;
  const word = source === 'official' ? 'official' : 'your limit';
  const resets = resetsText(window.end, takenAt, timezone, window.source === 'estimated');
  const text = `5-hour window${named} ${percent(value)} (${word})${resets}${pace}`;
  const warning = { rule: 'window', key: `window:${window.account}:${window.end}`, ...NOBODY, text } as const;
  const used = onPercent(value, QUOTA_STEPS, QUOTA_POINTS, warning, { keepMs: KEEP_MS, endsAt: window.end });
  return [...used, ...runoutConditions(window, named, takenAt)];
}

/** The limit is reached before the reset at this pace (D-32, FCT-1, FCT-3). */
function runoutConditions(window: WindowView, named: string, now: number): Condition[] {
  const configured = window.usedPercent.source === 'configured' ? (window.projection?.limitAt ?? null) : null;
  const limitAt = window.percentProjection?.limitAt ?? configured;
  if (limitAt === null || window.end - limitAt < RUNOUT_LEAD_MS || window.elapsedPercent < RUNOUT_ELAPSED) return [];
  const [left, early] = [duration(limitAt - now), duration(window.end - limitAt)];
  const text = `5-hour window${named} is full in ${roughly(left, 'text')} at this pace, ${early} before its reset`;
  const severity = limitAt - now < RUNOUT_NEAR_MS ? 'crit' : 'warn';
  const warning = { rule: 'window-runout', severity, key: `window-runout:${window.account}:${window.end}`, ...NOBODY, text } as const;
  return [{ warning, holds: true, since: null, forMs: RUNOUT_FOR_MS, keepMs: RUNOUT_LEAD_MS, endsAt: window.end }];
}

function weekConditions(weekly: QuotaView, account: string, named: string, { takenAt, timezone }: QuotaFigures): Condition[] {
  const { value } = weekly.usedPercent;
  if (weekly.stale || value === null) return [];
  const text = `Weekly quota${named} ${percent(value)} (official)${resetsText(weekly.resetsAt, takenAt, timezone)}`;
  const warning = { rule: 'week', key: `week:${account}:${weekly.resetsAt}`, ...NOBODY, text } as const;
  return onPercent(value, QUOTA_STEPS, QUOTA_POINTS, warning, { keepMs: KEEP_MS, endsAt: weekly.resetsAt });
}
