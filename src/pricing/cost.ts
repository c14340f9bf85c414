import { findRate } from './lookup.ts';
import { applyRate, type ExactRate, exactRate } from './rate.ts';
import type { NanoUsd, PricedUsage, PricePeriod, PriceTable, TokenCounts } from './types.ts';

export interface CostOptions {
  /** Apply the table's batch multiplier; default: the switch that `withOverrides` put into the table. */
  readonly batch?: boolean;
}

/** Cost of a request and of the iterations billed inside it, each rounded as one price (D-15). */
export interface RequestCost {
  /** Of the request's own counters; null = unpriced. */
  readonly request: NanoUsd | null;
  /** In the order given. */
  readonly iterations: readonly (NanoUsd | null)[];
  /** Sum of the priced parts; null when no part has a price (D-16). */
  readonly total: NanoUsd | null;
  /** A part has no price, so `total` is a lower bound. */
  readonly isLowerBound: boolean;
}

/** Integer rates by variant (tier, fast, geo, batch as bits) of each row, so that pricing a request is a few multiplications. */
const variantsOfRow = new WeakMap<PricePeriod, (ExactRate | undefined)[]>();
const TIER = 1;
const FAST = 2;
const GEO = 4;
const BATCH = 8;

/**
 * Cost of one priced usage in nano-USD by D-15, or null when its model has no price row on its UTC day (D-16).
 * A multiplier that is not offered for the model counts as 1; web searches are never multiplied.
 */
export function costOf(table: PriceTable, usage: PricedUsage, options?: CostOptions): NanoUsd | null {
  const found = findRate(table, usage.model, usage.at);
  if (found === null) return null;
  const { period } = found;
  const batch = options?.batch ?? batchIsOn(table);
  const tokens = usage.tokens;
  const rate = rateFor(period, tokens, usage, batch ? table.batchMultiplier : 1);
  const searches = usage.webSearches === 0 ? 0 : usage.webSearches * Math.round(table.webSearchUsd * 1e9);
  return applyRate(rate, tokens) + searches;
}

/** Cost of a request with its advisor and compaction iterations, which are priced by their own model and tier and never as fast (D-15). */
export function totalCost(table: PriceTable, request: PricedUsage, iterations: readonly PricedUsage[], options?: CostOptions): RequestCost {
  const own = costOf(table, request, options);
  const others = iterations.map((iteration) => costOf(table, { ...iteration, speed: 'standard' }, options));
  const priced = [own, ...others].filter((part) => part !== null);
  return {
    request: own,
    iterations: others,
    total: priced.length === 0 ? null : priced.reduce((sum, part) => sum + part, 0),
    isLowerBound: priced.length <= iterations.length,
  };
}

/** Whether the person said that the batch price applies to all of their usage (`pricing.batch`). */
export function batchIsOn(table: PriceTable & { readonly batch?: boolean }): boolean {
  return table.batch === true;
}

function rateFor(period: PricePeriod, tokens: TokenCounts, usage: PricedUsage, batchMultiplier: number): ExactRate {
  const isTier = period.tier !== null && promptTokens(tokens) > period.tier.promptTokensOver;
  const isFast = usage.speed === 'fast' && period.fastMultiplier !== null;
  const isGeo = usage.geoUs && period.geoUsMultiplier !== null;
  // Only the list's own batch multiplier is kept by row; a table with another one is not worth a second memory.
  const isBatch = batchMultiplier === 0.5;
  if (batchMultiplier !== 1 && !isBatch) return build(period, isTier, isFast, isGeo, batchMultiplier);
  let variants = variantsOfRow.get(period);
  if (variants === undefined) {
    variants = new Array<ExactRate | undefined>(16).fill(undefined);
    variantsOfRow.set(period, variants);
  }
  const index = (isTier ? TIER : 0) | (isFast ? FAST : 0) | (isGeo ? GEO : 0) | (isBatch ? BATCH : 0);
  let rate = variants[index];
  if (rate === undefined) {
    rate = build(period, isTier, isFast, isGeo, batchMultiplier);
    variants[index] = rate;
  }
  return rate;
}

function build(period: PricePeriod, isTier: boolean, isFast: boolean, isGeo: boolean, batchMultiplier: number): ExactRate {
  const prices = isTier && period.tier !== null ? period.tier.prices : period;
  const fast = isFast ? (period.fastMultiplier ?? 1) : 1;
  const geo = isGeo ? (period.geoUsMultiplier ?? 1) : 1;
  return exactRate(prices, [fast, geo, batchMultiplier]);
}

/** What counts against a tier's threshold: everything but the output. */
function promptTokens(tokens: TokenCounts): number {
  return tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
}
