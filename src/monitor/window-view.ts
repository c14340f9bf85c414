import { burnStart } from '../usage/burn.ts';
import { projectCost, projectPercent, projectUse, timeToLimit } from '../usage/forecast.ts';
import { countTokens, type Limit, limitOf, limitPercent, type Plan, type SetLimits, type WindowLimit } from '../usage/limit.ts';
import { type Figure, weakest } from '../usage/source.ts';
import type { Window } from '../usage/window.ts';
import { isOld, paceOf } from './account-view.ts';
import { amountsOf } from './amounts.ts';
import type { AccountQuota } from './live-input.ts';
import type { Amounts, BurnRate, WindowView } from './snapshot.ts';
import type { UsageTotals } from './usage-totals.ts';
import type { AccountWindows } from './windows.ts';

export interface WindowLimits {
  readonly perWindow: SetLimits['perWindow'];
  /** `limits.count`. */
  readonly count: 'all' | 'work';
  readonly plan: Plan | null;
}

/** What the view of an open window is made of. `totals` are its account's; `now` in epoch ms. */
export interface WindowScope {
  readonly totals: UsageTotals;
  readonly limits: WindowLimits;
  readonly quota: AccountQuota | null;
  /** Of the account, plain. */
  readonly label: string;
  readonly now: number;
}

function figureOf(limit: Limit, found: ReturnType<typeof limitPercent>, window: Window): Figure {
  if (found === null) return { value: null, source: 'unknown', at: null };
  if (limit.rung === 'official') return { value: found.percent, source: 'official', at: window.usedPercentAt };
  return { value: found.percent, source: weakest('measured', limit.source), at: null };
}

interface Pace {
  readonly amounts: Amounts;
  readonly now: BurnRate;
  readonly pace: BurnRate;
}

function projectionOf(
  window: Window,
  recentRequests: number,
  limit: WindowLimit,
  { amounts, now: rateNow, pace }: Pace,
  now: number,
): WindowView['projection'] {
  const kind = limit.count;
  const elapsedMinutes = (now - window.start) / 60_000;
  const used = countTokens(amounts.tokens, kind);
  const rates = { now: rateNow[kind], pace: pace[kind], window: elapsedMinutes > 0 ? used / elapsedMinutes : 0 };
  const found = projectUse({ used, rates, start: window.start, end: window.end, now, recentRequests });
  if (found === null) return null;
  return {
    tokens: found.value,
    low: found.low,
    high: found.high,
    cost: projectCost(amounts.cost, pace.costPerHour, found.remainingMinutes),
    calibrated: found.calibrated,
    limitAt: limit.tokens === null ? null : timeToLimit({ used, limit: limit.tokens, ratePerMinute: rates.pace, now, end: window.end }),
  };
}

function percentProjectionOf(window: Window, quota: AccountQuota | null, now: number): WindowView['percentProjection'] {
  if (window.source !== 'official' || isOld(window.usedPercentAt, now)) return null;
  const found = projectPercent(quota?.samples ?? [], window, now);
  return found === null ? null : { percent: found.percentAtReset, low: found.low, high: found.high, limitAt: found.limitAt };
}

/** The open window of an account with all its use, whatever is filtered: the quota is the account's (D-22, D-34). */
export function windowView(account: AccountWindows, window: Window, { totals, limits, quota, label, now }: WindowScope): WindowView {
  const amounts = amountsOf(totals.window.sum);
  const limit = limitOf({
    officialPercent: window.usedPercent,
    configured: limits.perWindow,
    configuredCount: limits.count,
    plan: limits.plan,
    finished: account.finished,
  });
  const t0 = burnStart(window.start, totals.firstInWindowAt);
  const pace: Pace = { amounts, now: totals.spans.rate('now', t0), pace: totals.spans.rate('pace', t0) };
  const found = limitPercent(limit, amounts.tokens);
  const { rung, source } = limit;
  // A plan's limit counts input and output only: no forecast of other tokens may be held against it.
  const counted = limit.count === 'input-output' ? ({ tokens: null, count: 'all' } as const) : { tokens: limit.tokens, count: limit.count };
  const shown: WindowLimit = { ...counted, source, rung, over: found?.over === true };
  return {
    account: account.account,
    label,
    start: window.start,
    end: window.end,
    source: window.source,
    uncertaintyMinutes: window.uncertaintyMinutes,
    usedPercent: figureOf(limit, found, window),
    stale: window.source === 'official' && isOld(window.usedPercentAt, now),
    ...paceOf(window, now),
    amounts,
    limit: shown,
    burnNow: pace.now,
    burnPace: pace.pace,
    projection: projectionOf(window, totals.spans.requestsSince(window.start), shown, pace, now),
    percentProjection: percentProjectionOf(window, quota, now),
  };
}
