import { BURN_THRESHOLDS, type BurnThresholds, burnRate, burnStart, NOW_SPAN_MS, PACE_SPAN_MS, severity } from '../../usage/burn.ts';
import { projectCost, projectUse, timeToLimit } from '../../usage/forecast.ts';
import { type FinishedWindow, limitOf, type Plan, type TokenLimit } from '../../usage/limit.ts';
import { parityBlocks } from '../../usage/parity.ts';
import type { BlockRow } from '../../usage/report.ts';
import { allTokens, costOfSum, emptySum, workTokens } from '../../usage/sum.ts';
import type { UsageEvent } from '../../usage/types.ts';
import { usageEvents } from './events.ts';
import type { ReportContext } from './reports.ts';

export interface ForecastOptions {
  readonly now: number;
  readonly thresholds?: BurnThresholds;
  /** `--token-limit` for the window, or `limits.tokensPerWindow`. */
  readonly limit: TokenLimit['tokens'] | null;
  readonly limitCount: 'all' | 'work';
  readonly plan: Plan | null;
  /** Epoch ms of the first request ever, null in an empty ledger. */
  readonly firstRequestAt: number | null;
}

/** Gives the open window its burn rates, projection and limit (D-28 … D-34); other rows stay as they are. `history`: all windows, whatever the filters. */
export function withForecast(
  c: ReportContext,
  blocks: readonly BlockRow[],
  history: readonly BlockRow[],
  options: ForecastOptions,
): BlockRow[] {
  const { now } = options;
  const finished: FinishedWindow[] = history.filter((b) => b.row !== null && b.end <= now).map((b) => ({ end: b.end, tokens: b.row!.sum }));
  return blocks.map((block) => {
    if (!block.active || block.row === null) return block;
    const events = usageEvents(c.ledger, c.directory, c.mode, Math.min(block.start, now - PACE_SPAN_MS), now + 1).filter((event) =>
      taken(c, event),
    );
    return forecast(block, events, finished, options);
  });
}

function taken(c: ReportContext, event: UsageEvent): boolean {
  const { sessions, models } = c.filter;
  if (sessions !== null && !sessions.some((id) => c.directory.sessions.get(id)?.sessionId === event.sessionId)) return false;
  return models === null || models.some((id) => c.directory.models.get(id) === event.model);
}

function forecast(block: BlockRow, events: readonly UsageEvent[], finished: readonly FinishedWindow[], options: ForecastOptions): BlockRow {
  const { now } = options;
  const t0 = burnStart(block.start, options.firstRequestAt);
  const nowRate = burnRate(events, NOW_SPAN_MS, now, t0);
  const pace = burnRate(events, PACE_SPAN_MS, now, t0);
  const sum = block.row?.sum ?? emptySum();
  const used = allTokens(sum);
  const minutes = Math.max(1, (now - block.start) / 60_000);
  const recentRequests = events.filter((e) => e.at > now - PACE_SPAN_MS && e.at >= block.start).length;
  const projected = projectUse({
    used,
    rates: { now: nowRate.all, pace: pace.all, window: used / minutes },
    start: block.start,
    end: block.end,
    now,
    recentRequests,
  });
  const limit = limitOf({
    officialPercent: null,
    configured: options.limit,
    configuredCount: options.limitCount,
    plan: options.plan,
    finished,
  });
  const kind = limit.count === 'work' ? 'work' : 'all';
  const limitAt =
    limit.tokens === null || projected === null
      ? null
      : timeToLimit({
          used: kind === 'work' ? workTokens(sum) : used,
          limit: limit.tokens,
          ratePerMinute: kind === 'work' ? pace.work : pace.all,
          now,
          end: block.end,
        });
  return {
    ...block,
    burn: { now: nowRate, pace, severity: severity(nowRate.work, options.thresholds ?? BURN_THRESHOLDS) },
    projection: projected && {
      tokens: used + Math.round(pace.all * projected.remainingMinutes),
      cost: projectCost(costOfSum(sum).cost, pace.costPerHour, projected.remainingMinutes),
      remainingMinutes: projected.remainingMinutes,
      low: projected.low,
      high: projected.high,
      calibrated: projected.calibrated,
      percentAtReset: null,
      limitAt,
    },
    limit: limit.tokens === null ? null : { tokens: limit.tokens, kind, source: limit.source },
  };
}

/** The peer's blocks as rows (D-24). */
export function parityBlockRows(c: ReportContext, now: number, lengthMs: number): BlockRow[] {
  const events = usageEvents(c.ledger, c.directory, c.mode, c.filter.from ?? 0, c.filter.to ?? Number.MAX_SAFE_INTEGER).filter((event) =>
    taken(c, event),
  );
  return parityBlocks(events, now, lengthMs).map((b): BlockRow => {
    const sum = { ...emptySum(), ...b.tokens, requests: b.entries, pricedCost: b.cost, pricedEvents: b.entries };
    const models = b.models.map((name, i) => ({
      model: name.replace(/-fast$/, ''),
      speed: name.endsWith('-fast') ? ('fast' as const) : ('standard' as const),
      sum: emptySum(),
      firstAt: i,
    }));
    const burn = b.burnRate && {
      work: b.burnRate.tokensPerMinuteForIndicator,
      all: b.burnRate.tokensPerMinute,
      costPerHour: b.burnRate.costPerHour,
    };
    return {
      gap: b.isGap,
      start: b.start,
      end: b.end,
      account: 'default',
      source: 'estimated',
      uncertaintyMinutes: 60,
      usedPercent: null,
      usedPercentAt: null,
      active: b.isActive,
      row: b.isGap
        ? null
        : { sum, sessions: 0, prompts: 0, models, subagents: emptySum(), loggedEvents: 0, firstAt: b.start, lastAt: b.actualEnd },
      burn: burn && { now: burn, pace: burn, severity: 'NORMAL' },
      projection: b.projection && {
        tokens: b.projection.totalTokens,
        cost: b.projection.totalCost,
        remainingMinutes: b.projection.remainingMinutes,
        low: b.projection.totalTokens,
        high: b.projection.totalTokens,
        calibrated: false,
        percentAtReset: null,
        limitAt: null,
      },
      limit: null,
    };
  });
}
