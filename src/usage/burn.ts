import type { NanoUsd, TokenCounts } from '../pricing/types.ts';
import { allTokens, workTokens } from './sum.ts';

const MINUTE_MS = 60_000;
/** Span of the figure "now", which is shown. */
export const NOW_SPAN_MS = 5 * MINUTE_MS;
/** Span of the figure "pace", which forecasts use. */
export const PACE_SPAN_MS = 30 * MINUTE_MS;

export interface BurnEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly tokens: TokenCounts;
  readonly cost: NanoUsd | null;
}

/** The three figures of D-28, never mixed: tokens per minute, and nano-USD per hour, null when a request in the span has no price. */
export interface BurnRate {
  readonly work: number;
  readonly all: number;
  readonly costPerHour: NanoUsd | null;
}

export type Severity = 'HIGH' | 'MODERATE' | 'NORMAL';

/** Work tokens per minute above which a rate is called high or moderate (`burn.high`, `burn.moderate`). */
export interface BurnThresholds {
  readonly high: number;
  readonly moderate: number;
}
export const BURN_THRESHOLDS: BurnThresholds = { high: 1000, moderate: 500 };

/** `t0` of a rate: the later of the open window's start and the scope's first request ever; null when neither is known. Epoch ms. */
export function burnStart(windowStart: number | null, firstRequestAt: number | null): number | null {
  if (windowStart === null || firstRequestAt === null) return windowStart ?? firstRequestAt;
  return Math.max(windowStart, firstRequestAt);
}

/** What a span holds: tokens, and nano-USD or null when a request in it has no price. */
export interface SpanSum {
  readonly work: number;
  readonly all: number;
  readonly cost: NanoUsd | null;
}

/** Rates from the sum of a span's requests; the divisor of {@link burnRate}. All requests of the sum lie at or after `t0`. */
export function rateOfSpan(sum: SpanSum, spanMs: number, now: number, t0: number | null): BurnRate {
  const minutes = Math.min(spanMs, Math.max(MINUTE_MS, now - (t0 ?? now - spanMs))) / MINUTE_MS;
  const { work, all, cost } = sum;
  return { work: work / minutes, all: all / minutes, costPerHour: cost === null ? null : Math.round((cost * 60) / minutes) };
}

/**
 * Rates of a scope over the trailing `spanMs` up to `now` (D-28). `events` are the scope's requests in any order, at least those of the span.
 * The divisor is the span, or the time since `t0` where that is shorter, but at least a minute; requests before `t0` are then left out too, or a rate
 * just after a window's turn would divide 30 minutes' tokens by a few. Falls to 0 when nothing happens.
 */
export function burnRate(events: Iterable<BurnEvent>, spanMs: number, now: number, t0: number | null): BurnRate {
  let work = 0;
  let all = 0;
  let cost: NanoUsd | null = 0;
  for (const event of events) {
    if (event.at <= now - spanMs || event.at > now || (t0 !== null && event.at < t0)) continue;
    work += workTokens(event.tokens);
    all += allTokens(event.tokens);
    cost = cost === null || event.cost === null ? null : cost + event.cost;
  }
  return rateOfSpan({ work, all, cost }, spanMs, now, t0);
}

/** Severity of the work tokens per minute now; strictly greater than a threshold (D-29). */
export function severity(workPerMinute: number, thresholds: BurnThresholds = BURN_THRESHOLDS): Severity {
  if (workPerMinute > thresholds.high) return 'HIGH';
  return workPerMinute > thresholds.moderate ? 'MODERATE' : 'NORMAL';
}
