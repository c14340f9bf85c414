import type { BlockRow, ReportMeta } from '../../usage/report.ts';
import { allTokens, emptySum, workTokens } from '../../usage/sum.ts';
import { costOf, counters, decimal, dollars, instant, instantOrNull, type Json, modelsUsed } from './json-row.ts';
import type { Parity } from './types.ts';

const MINUTE_MS = 60_000;
/** Points of reserve say nothing at the start of a window (D-26). */
const HIDDEN_BELOW_ELAPSED = 3;
/** Part of the limit from which the projection is a warning (§4). */
const WARNING_PERCENT = 80;
const NANO_PER_CENT = 10_000_000;

/** One 5-hour window or gap (§4 `Block`); with parity the peer's keys alone. */
export function blockJson(block: BlockRow, meta: ReportMeta, parity: Parity): Json {
  const sum = block.row?.sum ?? emptySum();
  const { inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens } = counters(sum);
  const start = instant(block.start);
  const limit = limitJson(block, parity);
  const peer: Json = {
    id: block.gap ? `gap-${start}` : start,
    startTime: start,
    endTime: instant(block.end),
    actualEndTime: instantOrNull(block.row?.lastAt ?? null),
    isActive: block.active,
    isGap: block.gap,
    entries: sum.requests,
    tokenCounts: { inputTokens, outputTokens, cacheCreationInputTokens: cacheCreationTokens, cacheReadInputTokens: cacheReadTokens },
    totalTokens: allTokens(sum),
    costUSD: costOf(sum, parity),
    models: block.row === null ? [] : modelsUsed(block.row),
    burnRate: burnJson(block, parity),
    projection: projectionJson(block, parity),
    ...(limit === null ? {} : { tokenLimitStatus: limit }),
    ...(block.source === 'official' && (block.usedPercent ?? 0) >= 100 ? { usageLimitResetTime: instant(block.end) } : {}),
  };
  if (parity !== false) return peer;
  return {
    ...peer,
    account: block.account,
    source: block.source,
    uncertaintyMinutes: block.uncertaintyMinutes,
    usedPercent: block.usedPercent === null ? null : decimal(block.usedPercent),
    usedPercentAt: instantOrNull(block.usedPercentAt),
    workTokens: workTokens(sum),
    requests: sum.requests,
    sessions: block.row?.sessions ?? 0,
    reserve: reserveOf(block, meta.generatedAt),
  };
}

function burnJson({ burn }: BlockRow, parity: Parity): Json | null {
  if (burn === null) return null;
  if (parity !== false) {
    return {
      tokensPerMinute: burn.pace.all,
      tokensPerMinuteForIndicator: burn.now.work,
      costPerHour: dollars(burn.pace.costPerHour) ?? 0,
    };
  }
  return {
    tokensPerMinute: decimal(burn.pace.all),
    tokensPerMinuteForIndicator: decimal(burn.now.work),
    costPerHour: dollars(burn.pace.costPerHour),
    now: { work: decimal(burn.now.work), all: decimal(burn.now.all), costPerHour: dollars(burn.now.costPerHour) },
    severity: burn.severity,
  };
}

function projectionJson({ projection }: BlockRow, parity: Parity): Json | null {
  if (projection === null) return null;
  const totalTokens = Math.round(projection.tokens);
  if (parity !== false) {
    // The peer prints whole cents and whole minutes here.
    const cents = Math.round((projection.cost ?? 0) / NANO_PER_CENT) * NANO_PER_CENT;
    return { totalTokens, totalCost: dollars(cents), remainingMinutes: Math.round(projection.remainingMinutes) };
  }
  return {
    totalTokens,
    totalCost: dollars(projection.cost),
    remainingMinutes: decimal(projection.remainingMinutes),
    lowTokens: Math.round(projection.low),
    highTokens: Math.round(projection.high),
    calibrated: projection.calibrated,
    percentAtReset: projection.percentAtReset === null ? null : decimal(projection.percentAtReset),
    limitAt: instantOrNull(projection.limitAt),
  };
}

/** Tokens at the end of the window at the present pace, of the kind the limit counts (D-30, D-34). */
function projectedUsage(block: BlockRow): number {
  const { projection, burn, limit, row } = block;
  if (limit!.kind === 'all') return Math.round(projection!.tokens);
  return workTokens(row?.sum ?? emptySum()) + Math.round((burn?.pace.work ?? 0) * projection!.remainingMinutes);
}

function limitJson(block: BlockRow, parity: Parity): Json | null {
  const { limit, projection, active } = block;
  if (limit === null || projection === null || !active || limit.source === 'unknown' || limit.tokens <= 0) return null;
  const projected = projectedUsage(block);
  const percent = (projected / limit.tokens) * 100;
  const status = percent > 100 ? 'exceeds' : percent >= WARNING_PERCENT ? 'warning' : 'ok';
  const peer = { limit: limit.tokens, projectedUsage: projected, percentUsed: parity === false ? decimal(percent) : percent, status };
  return parity === false ? { ...peer, kind: limit.kind, source: limit.source } : peer;
}

/** Elapsed minus used, in points; null without a used %, outside an open window or in its first minutes (D-26). */
export function reserveOf(block: BlockRow, now: number): number | null {
  if (!block.active || block.usedPercent === null || block.end - block.start < MINUTE_MS) return null;
  const elapsed = ((now - block.start) / (block.end - block.start)) * 100;
  return elapsed < HIDDEN_BELOW_ELAPSED ? null : decimal(elapsed - block.usedPercent);
}
