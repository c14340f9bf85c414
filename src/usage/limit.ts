import type { TokenCounts } from '../pricing/types.ts';
import { nearestRank } from './rank.ts';
import type { Source } from './source.ts';
import { allTokens, workTokens } from './sum.ts';

/* What a window or a day may hold, by the rungs of D-34. Tokens throughout. */

export type Plan = 'pro' | 'max5' | 'max20';
/** Which tokens a limit counts: all, work, or (plan table) input and output only. */
export type LimitCount = 'all' | 'work' | 'input-output';

/** Community figures of July 2025, in input and output tokens per 5-hour window. */
export const PLAN_LIMITS: Readonly<Record<Plan, number>> = { pro: 19_000, max5: 88_000, max20: 220_000 };
const P90_MIN_WINDOWS = 10;
const P90_MAX_WINDOWS = 60;

export interface FinishedWindow {
  /** Epoch ms. */
  readonly end: number;
  readonly tokens: TokenCounts;
}

export interface LimitEvidence {
  /** The server's used %, from a sample of the open window. */
  readonly officialPercent: number | null;
  /** `--token-limit N/window` or `limits.tokensPerWindow`; `max` = the largest finished window. */
  readonly configured: number | 'max' | null;
  /** `limits.count`, default all. */
  readonly configuredCount?: 'all' | 'work';
  readonly plan: Plan | null;
  /** The account's finished windows over its whole history, whatever the filters. */
  readonly finished: readonly FinishedWindow[];
}

export interface Limit {
  readonly rung: 'official' | 'configured' | 'plan' | 'p90' | 'unknown';
  readonly source: Source;
  /** Null on the rungs `official` (the server gives a percentage only) and `unknown`. */
  readonly tokens: number | null;
  readonly count: LimitCount;
  /** On the rung `official`. */
  readonly usedPercent: number | null;
}

/** A limit as every surface shows it: tokens of one of the two kinds that are counted everywhere, null where they are none of them or not known. */
export interface WindowLimit extends Pick<Limit, 'rung' | 'source' | 'tokens'> {
  readonly count: 'all' | 'work';
  /** More is used; a guess's percentage never says so. */
  readonly over: boolean;
}

/** A token limit as a person wrote it: `--token-limit`. `max` is the largest finished window. */
export interface TokenLimit {
  readonly tokens: number | 'max';
  readonly per: 'day' | 'window';
}

/** The limits that a person set: the one that combined use is held against, and the windows' own. */
export interface SetLimits {
  readonly combined: TokenLimit | null;
  readonly perWindow: number | 'max' | null;
}

/** What is asked for now (`--token-limit`) comes before the settings (`limits.*`); one of the day leaves the windows theirs, and stands before it (D-34). */
export function setLimits(
  asked: TokenLimit | null,
  settings: { readonly tokensPerDay: number | null; readonly tokensPerWindow: number | 'max' | null },
): SetLimits {
  const perWindow = asked?.per === 'window' ? asked.tokens : settings.tokensPerWindow;
  const perDay = settings.tokensPerDay === null ? null : ({ tokens: settings.tokensPerDay, per: 'day' } as const);
  return { combined: asked ?? perDay ?? (perWindow === null ? null : { tokens: perWindow, per: 'window' }), perWindow };
}

const SCALE: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9 };

/** Reads `500000`, `500,000`, `1.5M`, `N/day` (the default), `N/window`, `max`; null when it is none or not a whole positive number of tokens (LV-11). */
export function parseTokenLimit(text: string): TokenLimit | null {
  const word = text.trim().toLowerCase();
  if (word === 'max' || word === 'max/window') return { tokens: 'max', per: 'window' };
  const match = /^(\d{1,3}(?:[,_]\d{3})+|\d+|\d*\.\d+)([kmb]?)(?:\/(day|window))?$/.exec(word);
  if (!match) return null;
  const exact = Number(match[1]!.replaceAll(/[,_]/g, '')) * SCALE[match[2]!]!;
  const tokens = Math.round(exact);
  // 1.1M is not whole in binary; half a token is a typing error.
  if (tokens < 1 || !Number.isSafeInteger(tokens) || Math.abs(exact - tokens) > 1e-6 * tokens) return null;
  return { tokens, per: match[3] === 'window' ? 'window' : 'day' };
}

/** The tokens of a sum that a limit counts. */
export function countTokens(tokens: TokenCounts, count: LimitCount): number {
  if (count === 'all') return allTokens(tokens);
  return count === 'work' ? workTokens(tokens) : tokens.input + tokens.output;
}

/** Nearest-rank P90 of the work tokens of the newest 60 finished windows with use; null with fewer than 10. */
export function usualPeak(finished: readonly FinishedWindow[]): number | null {
  const withUse = finished.filter((w) => allTokens(w.tokens) > 0);
  if (withUse.length < P90_MIN_WINDOWS) return null;
  const newest = withUse.sort((a, b) => b.end - a.end).slice(0, P90_MAX_WINDOWS);
  return nearestRank(
    newest.map((w) => workTokens(w.tokens)),
    90,
  );
}

/** Tokens of the largest finished window; null when none has use. */
export function largestWindow(finished: readonly FinishedWindow[], count: LimitCount = 'all'): number | null {
  const largest = finished.reduce((max, w) => Math.max(max, countTokens(w.tokens, count)), 0);
  return largest === 0 ? null : largest;
}

/** The first rung that exists: official %, a number the person set, the plan table, P90 of the account's own windows, unknown (D-34). */
export function limitOf(evidence: LimitEvidence): Limit {
  const { officialPercent, configured, configuredCount = 'all', plan, finished } = evidence;
  if (officialPercent !== null) return { rung: 'official', source: 'official', tokens: null, count: 'all', usedPercent: officialPercent };
  const own = configured === 'max' ? largestWindow(finished, configuredCount) : configured;
  if (own !== null) return { rung: 'configured', source: 'configured', tokens: own, count: configuredCount, usedPercent: null };
  if (plan !== null) return { rung: 'plan', source: 'estimated', tokens: PLAN_LIMITS[plan], count: 'input-output', usedPercent: null };
  const peak = usualPeak(finished);
  if (peak !== null) return { rung: 'p90', source: 'estimated', tokens: peak, count: 'work', usedPercent: null };
  return { rung: 'unknown', source: 'unknown', tokens: null, count: 'all', usedPercent: null };
}

/** Used percent of a limit for what a window holds; a guess stops at 100 and says `over` ("> 100 % of your usual peak"). Null without a limit. */
export function limitPercent(limit: Limit, windowTokens: TokenCounts): { readonly percent: number; readonly over: boolean } | null {
  if (limit.usedPercent !== null) return { percent: limit.usedPercent, over: false };
  if (limit.tokens === null || limit.tokens <= 0) return null;
  const percent = (countTokens(windowTokens, limit.count) / limit.tokens) * 100;
  const over = percent > 100;
  return { percent: over && limit.source === 'estimated' ? 100 : percent, over };
}
