import { burnStart } from '../usage/burn.ts';
import { projectCost, projectUse, timeToLimit } from '../usage/forecast.ts';
import { countTokens, type Limit, limitOf, limitPercent, type TokenLimit } from '../usage/limit.ts';
import { type Figure, weakest } from '../usage/source.ts';
import { sumOf } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';
import type { Window } from '../usage/window.ts';
import { amountsOf, burnNow, burnPace } from './amounts.ts';
import type { Amounts, BurnRate, WindowView } from './snapshot.ts';
import type { AccountWindows } from './windows.ts';

const RECENT_MS = 30 * 60_000;

export interface WindowLimits {
  readonly tokenLimit: TokenLimit | null;
  /** `limits.count`. */
  readonly count: 'all' | 'work';
}

function figureOf(limit: Limit, window: Window, amounts: Amounts): Figure {
  const found = limitPercent(limit, amounts.tokens);
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
  events: readonly UsageEvent[],
  limit: WindowView['limit'],
  { amounts, now: rateNow, pace }: Pace,
  now: number,
): WindowView['projection'] {
  const kind = limit.count;
  const elapsedMinutes = (now - window.start) / 60_000;
  const used = countTokens(amounts.tokens, kind);
  const rates = { now: rateNow[kind], pace: pace[kind], window: elapsedMinutes > 0 ? used / elapsedMinutes : 0 };
  const recentRequests = events.reduce((count, event) => count + (event.at > now - RECENT_MS && event.at <= now ? event.requests : 0), 0);
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

/** The open window of an account with all its use, whatever is filtered: the quota is the account's (D-22, D-34). `events` are those in the window. */
export function windowView(
  account: AccountWindows,
  window: Window,
  events: readonly UsageEvent[],
  limits: WindowLimits,
  now: number,
): WindowView {
  const amounts = amountsOf(sumOf(events));
  const configured = limits.tokenLimit?.per === 'window' ? limits.tokenLimit.tokens : null;
  const limit = limitOf({
    officialPercent: window.usedPercent,
    configured,
    configuredCount: limits.count,
    plan: null,
    finished: account.finished,
  });
  const t0 = burnStart(window.start, events[0]?.at ?? null);
  const pace: Pace = { amounts, now: burnNow(events, now, t0), pace: burnPace(events, now, t0) };
  const shown: WindowView['limit'] = { tokens: limit.tokens, count: limit.count === 'work' ? 'work' : 'all', source: limit.source };
  return {
    account: account.account,
    start: window.start,
    end: window.end,
    source: window.source,
    uncertaintyMinutes: window.uncertaintyMinutes,
    usedPercent: figureOf(limit, window, amounts),
    amounts,
    limit: shown,
    burnNow: pace.now,
    burnPace: pace.pace,
    projection: projectionOf(window, events, shown, pace, now),
  };
}
