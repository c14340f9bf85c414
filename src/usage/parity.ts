import type { NanoUsd, Speed, TokenCounts } from '../pricing/types.ts';
import { allTokens } from './sum.ts';

/* The peer's blocks, for comparison with it only (D-24). Its rules, its faults: one line for all accounts, strict 5-hour tests, a burn rate that never decays. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CENT: NanoUsd = 10_000_000;

export interface ParityEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly tokens: TokenCounts;
  /** Null counts as 0, as the peer prints it. */
  readonly cost: NanoUsd | null;
  readonly model: string;
  readonly speed?: Speed;
  /** Epoch ms of the reset that a usage-limit error named. */
  readonly usageLimitResetAt?: number | null;
}

/** Tokens per minute and money per hour (nano-USD, not rounded) from the first to the last request of a block. */
export interface ParityBurn {
  readonly tokensPerMinute: number;
  readonly tokensPerMinuteForIndicator: number;
  readonly costPerHour: number;
}

export interface ParityProjection {
  readonly totalTokens: number;
  /** Nano-USD, rounded to whole cents. */
  readonly totalCost: NanoUsd;
  readonly remainingMinutes: number;
}

export interface ParityBlock {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** Time of the last request; null in a gap. */
  readonly actualEnd: number | null;
  readonly isActive: boolean;
  readonly isGap: boolean;
  readonly entries: number;
  readonly tokens: TokenCounts;
  readonly totalTokens: number;
  readonly cost: NanoUsd;
  /** In order of first use; fast use as `<id>-fast`. */
  readonly models: readonly string[];
  readonly burnRate: ParityBurn | null;
  readonly projection: ParityProjection | null;
  readonly usageLimitResetAt: number | null;
}

const NO_TOKENS: TokenCounts = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };

function addTokens(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    cacheRead: a.cacheRead + b.cacheRead,
  };
}

/** Rates between the first and the last request; null for a single instant. The indicator counts input and output only. */
export function parityBurn(firstAt: number, lastAt: number, tokens: TokenCounts, cost: NanoUsd): ParityBurn | null {
  const minutes = (lastAt - firstAt) / MINUTE_MS;
  if (minutes <= 0) return null;
  return {
    tokensPerMinute: allTokens(tokens) / minutes,
    tokensPerMinuteForIndicator: (tokens.input + tokens.output) / minutes,
    costPerHour: (cost / minutes) * 60,
  };
}

/** The burn rate carried on to the block's end, in whole minutes. */
export function parityProjection(totalTokens: number, cost: NanoUsd, burn: ParityBurn, end: number, now: number): ParityProjection {
  const remainingMinutes = Math.max(0, Math.round((end - now) / MINUTE_MS));
  return {
    totalTokens: Math.round(totalTokens + burn.tokensPerMinute * remainingMinutes),
    totalCost: Math.round((cost + (burn.costPerHour / 60) * remainingMinutes) / CENT) * CENT,
    remainingMinutes,
  };
}

function blockOf(start: number, lengthMs: number, events: readonly ParityEvent[], now: number): ParityBlock {
  const end = start + lengthMs;
  const firstAt = events[0]!.at;
  const actualEnd = events.at(-1)!.at;
  let tokens = NO_TOKENS;
  let cost = 0;
  let usageLimitResetAt: number | null = null;
  const models = new Set<string>();
  for (const event of events) {
    tokens = addTokens(tokens, event.tokens);
    cost += event.cost ?? 0;
    models.add(event.speed === 'fast' ? `${event.model}-fast` : event.model);
    usageLimitResetAt = event.usageLimitResetAt ?? usageLimitResetAt;
  }
  const isActive = now - actualEnd < lengthMs && now < end;
  const burnRate = isActive ? parityBurn(firstAt, actualEnd, tokens, cost) : null;
  const totalTokens = allTokens(tokens);
  const projection = burnRate && parityProjection(totalTokens, cost, burnRate, end, now);
  return {
    id: new Date(start).toISOString(),
    start,
    end,
    actualEnd,
    isActive,
    isGap: false,
    entries: events.length,
    tokens,
    totalTokens,
    cost,
    models: [...models],
    burnRate,
    projection,
    usageLimitResetAt,
  };
}

function gapBlock(start: number, end: number): ParityBlock {
  return {
    id: `gap-${new Date(start).toISOString()}`,
    start,
    end,
    actualEnd: null,
    isActive: false,
    isGap: true,
    entries: 0,
    tokens: NO_TOKENS,
    totalTokens: 0,
    cost: 0,
    models: [],
    burnRate: null,
    projection: null,
    usageLimitResetAt: null,
  };
}

/** The peer's blocks with its gap rows, oldest first. Events in any order; `lengthMs` default 5 h; start floored to the UTC hour whatever the date. */
export function parityBlocks(events: readonly ParityEvent[], now: number, lengthMs: number = 5 * HOUR_MS): ParityBlock[] {
  const blocks: ParityBlock[] = [];
  let start = 0;
  let current: ParityEvent[] = [];
  for (const event of [...events].sort((a, b) => a.at - b.at)) {
    const last = current.at(-1);
    if (last && (event.at - start > lengthMs || event.at - last.at > lengthMs)) {
      blocks.push(blockOf(start, lengthMs, current, now));
      if (event.at - last.at > lengthMs) blocks.push(gapBlock(last.at + lengthMs, event.at));
      current = [];
    }
    if (current.length === 0) start = Math.floor(event.at / HOUR_MS) * HOUR_MS;
    current.push(event);
  }
  if (current.length > 0) blocks.push(blockOf(start, lengthMs, current, now));
  return blocks;
}

export interface ParityLimitStatus {
  readonly limit: number;
  readonly projectedUsage: number;
  readonly percentUsed: number;
  readonly status: 'ok' | 'warning' | 'exceeds';
}

/** The peer's verdict on a projection: warning above 80 % of the limit, exceeds above 100 %. */
export function parityLimitStatus(projectedUsage: number, limit: number): ParityLimitStatus {
  const status = projectedUsage > limit ? 'exceeds' : projectedUsage > limit * 0.8 ? 'warning' : 'ok';
  return { limit, projectedUsage, percentUsed: (projectedUsage / limit) * 100, status };
}

/** The peer's `max`: all tokens of the largest finished block among those given; null without one. */
export function parityMaxTokens(blocks: readonly ParityBlock[]): number | null {
  const largest = blocks.reduce((max, b) => (b.isGap || b.isActive ? max : Math.max(max, b.totalTokens)), 0);
  return largest === 0 ? null : largest;
}
