import type { NanoUsd, Speed } from '../../pricing/types.ts';
import { usdExact } from '../../text/format.ts';
import type { ModelPart, ReportRow } from '../../usage/report.ts';
import { allTokens, costOfSum, workTokens } from '../../usage/sum.ts';
import type { UsageSum } from '../../usage/types.ts';
import type { Parity } from './types.ts';

export type Json = Record<string, unknown>;

/** Below this a JavaScript number prints with an exponent, which some readers of money do not take. */
const EXPONENT_BELOW = 1e-6;

/** Nano-USD as the dollars of a JSON number: the shortest decimal of the integer, never `-0` (D-14, UR-45). */
export function dollars(nano: NanoUsd | null): number | null {
  return nano === null ? null : usdExact(nano);
}

/** A number of at most 9 decimals as plain decimal text, never with an exponent: money in files (EXP-3). */
export function decimalText(value: number): string {
  return value !== 0 && Math.abs(value) < EXPONENT_BELOW ? value.toFixed(9).replace(/0+$/u, '') : String(value);
}

/** A rate or percentage without binary noise: at most 9 decimals (UR-45). */
export function decimal(value: number): number {
  const rounded = Number(value.toFixed(9));
  return rounded === 0 ? 0 : rounded;
}

/** RFC 3339 in UTC with milliseconds (UR-9). */
export const instant = (ms: number) => new Date(ms).toISOString();
export const instantOrNull = (ms: number | null) => (ms === null ? null : instant(ms));

/** The model as reports name it: fast use is a model of its own with the peer's suffix. */
export const modelLabel = (model: string, speed: Speed) => (speed === 'fast' ? `${model}-fast` : model);

/** The client's folder name of a directory: every character but ASCII letters and digits becomes `-`. */
export const folderOf = (path: string) => path.replace(/[^a-zA-Z0-9]/gu, '-');

/** Bytewise, so that the order depends on no locale (UR-7). */
export const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Models of a row, first use first; equal times by name. */
export function modelsUsed(row: ReportRow): string[] {
  return [...row.models]
    .sort((a, b) => a.firstAt - b.firstAt || byText(modelLabel(a.model, a.speed), modelLabel(b.model, b.speed)))
    .map((part) => modelLabel(part.model, part.speed))
    .filter((name, i, all) => all.indexOf(name) === i);
}

/** Ids of the models with a request that has no price (D-16). */
export function unpricedModels(row: ReportRow): string[] {
  const parts = row.models.filter((part) => part.sum.unpricedEvents > 0).sort((a, b) => a.firstAt - b.firstAt || byText(a.model, b.model));
  return [...new Set(parts.map((part) => part.model))];
}

/** Parts by cost, highest first, unknown last, equal ones by name. */
export function partsByCost(row: ReportRow): ModelPart[] {
  const rank = (part: ModelPart) => costOfSum(part.sum).cost ?? -1;
  return [...row.models].sort((a, b) => rank(b) - rank(a) || byText(modelLabel(a.model, a.speed), modelLabel(b.model, b.speed)));
}

/** The four counters under the peer's names. */
export function counters(sum: UsageSum) {
  return {
    inputTokens: sum.input,
    outputTokens: sum.output,
    cacheCreationTokens: sum.cacheWrite5m + sum.cacheWrite1h,
    cacheReadTokens: sum.cacheRead,
  };
}

/** Cost of a sum in USD; an unknown one is null, or the peer's 0 (UR-32). */
export function costOf(sum: UsageSum, parity: Parity): number | null {
  const cost = dollars(costOfSum(sum).cost);
  return parity === false ? cost : (cost ?? 0);
}

/** Every numeric field that rows and totals share. */
export function sumsJson(row: ReportRow): Json {
  const { sum } = row;
  return {
    ...counters(sum),
    totalTokens: allTokens(sum),
    totalCost: costOf(sum, false),
    cacheCreation5mTokens: sum.cacheWrite5m,
    cacheCreation1hTokens: sum.cacheWrite1h,
    workTokens: workTokens(sum),
    requests: sum.requests,
    prompts: row.prompts,
    sessions: row.sessions,
    webSearchRequests: sum.webSearches,
    unpricedModels: unpricedModels(row),
    unpricedTokens: sum.unpricedTokens,
    costIsLowerBound: costOfSum(sum).isLowerBound,
    outputIsLowerBound: sum.outputIsLowerBound,
  };
}

function costSource(row: ReportRow): 'calculated' | 'logged' | 'mixed' | 'unknown' {
  const { pricedEvents, unpricedEvents } = row.sum;
  if (pricedEvents === 0 && unpricedEvents > 0) return 'unknown';
  if (row.loggedEvents === 0) return 'calculated';
  return row.loggedEvents >= pricedEvents ? 'logged' : 'mixed';
}

function breakdownJson(part: ModelPart, parity: Parity): Json {
  const { sum } = part;
  const peer = {
    modelName: modelLabel(part.model, part.speed),
    ...counters(sum),
    cost: costOf(sum, parity),
    ...(sum.unpricedEvents > 0 ? { missingPricing: true } : {}),
  };
  if (parity !== false) return peer;
  return {
    ...peer,
    cacheCreation5mTokens: sum.cacheWrite5m,
    cacheCreation1hTokens: sum.cacheWrite1h,
    totalTokens: allTokens(sum),
    requests: sum.requests,
    model: part.model,
    speed: part.speed,
  };
}

/** `Row` of §4, or with parity the peer's ROW alone. */
export function rowJson(row: ReportRow, parity: Parity): Json {
  const models = { modelsUsed: modelsUsed(row), modelBreakdowns: partsByCost(row).map((part) => breakdownJson(part, parity)) };
  if (parity !== false) {
    return { ...counters(row.sum), totalTokens: allTokens(row.sum), totalCost: costOf(row.sum, parity), ...models };
  }
  const { subagents } = row;
  return {
    ...sumsJson(row),
    ...models,
    subagents: { requests: subagents.requests, totalTokens: allTokens(subagents), totalCost: costOf(subagents, false) },
    costSource: costSource(row),
  };
}

/** The peer names unpriced models in its totals only when there are any. */
export function totalsJson(totals: ReportRow, parity: Parity): Json {
  if (parity === false) return sumsJson(totals);
  const unpriced = unpricedModels(totals);
  return {
    ...counters(totals.sum),
    totalTokens: allTokens(totals.sum),
    totalCost: costOf(totals.sum, parity),
    ...(unpriced.length > 0 ? { unpricedModels: unpriced } : {}),
  };
}

const MONEY_KEY = /cost|usd/i;
const isPlain = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** A copy without any money field, at any depth (UR-30). `prices` are money under a name that does not say so. */
export function withoutCost(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCost);
  if (!isPlain(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !MONEY_KEY.test(key) && key !== 'prices');
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutCost(inner)]));
}
