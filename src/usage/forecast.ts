import type { NanoUsd } from '../pricing/types.ts';
import { nearestRank } from './rank.ts';

/* What a window comes to "at this pace" (D-30 … D-32). Everything here is `estimated`. Epoch ms; rates in units per minute. */

const MINUTE_MS = 60_000;
const MIN_ELAPSED_MS = 10 * MINUTE_MS;
const MIN_REQUESTS = 2;
/** Finished windows needed for a calibrated band, and the newest that are looked at. */
export const CALIBRATION_MIN = 20;
export const CALIBRATION_MAX = 200;

/** Rates per minute over 5 min, 30 min and the window so far. Any unit: tokens or nano-USD. */
export interface ForecastRates {
  readonly now: number;
  readonly pace: number;
  readonly window: number;
}

export interface ProjectionInput {
  /** Used in the window so far, in the unit of the rates. */
  readonly used: number;
  readonly rates: ForecastRates;
  readonly start: number;
  readonly end: number;
  readonly now: number;
  /** Requests in the last 30 minutes. */
  readonly recentRequests: number;
  /** `finishedRatio` of the account's finished windows, oldest first. */
  readonly finishedRatios?: readonly number[];
}

export interface Projection {
  /** Expected at the window's end, and its range. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** True: an 80 % band from finished windows. False: the lowest and highest of the three rates. */
  readonly calibrated: boolean;
  readonly remainingMinutes: number;
}

/** How much of what the pace promised a finished window really used: `(final − used then) ÷ (pace then · minutes left then)`; null at no pace. */
export function finishedRatio(final: number, usedThen: number, paceThen: number, remainingMinutes: number): number | null {
  const promised = paceThen * remainingMinutes;
  return promised > 0 ? (final - usedThen) / promised : null;
}

/** Factors on the pace for low and high; null when too few windows are finished. */
function calibratedBand(ratios: readonly number[]): { low: number; high: number } | null {
  if (ratios.length < CALIBRATION_MIN) return null;
  const newest = ratios.slice(-CALIBRATION_MAX);
  return { low: nearestRank(newest, 10)!, high: nearestRank(newest, 90)! };
}

/** Tokens (or nano-USD) at the window's end at this pace, with a range; null in a closed window, its first 10 min or with fewer than 2 recent requests (D-30). */
export function projectUse(input: ProjectionInput): Projection | null {
  const { used, rates, start, end, now } = input;
  if (now >= end || now - start < MIN_ELAPSED_MS || input.recentRequests < MIN_REQUESTS) return null;
  const remainingMinutes = (end - now) / MINUTE_MS;
  const band = calibratedBand(input.finishedRatios ?? []);
  const lowRate = band ? band.low * rates.pace : Math.min(rates.now, rates.pace, rates.window);
  const highRate = band ? band.high * rates.pace : Math.max(rates.now, rates.pace, rates.window);
  const atEnd = (rate: number) => used + Math.max(0, Math.round(rate * remainingMinutes));
  return { value: atEnd(rates.pace), low: atEnd(lowRate), high: atEnd(highRate), calibrated: band !== null, remainingMinutes };
}

/** Money at the window's end: cost + hourly pace · time left, all nano-USD; null when either is unknown (D-30, UR-43). */
export function projectCost(cost: NanoUsd | null, costPerHourPace: NanoUsd | null, remainingMinutes: number): NanoUsd | null {
  return cost === null || costPerHourPace === null ? null : cost + Math.round((costPerHourPace * remainingMinutes) / 60);
}

export interface PercentSample {
  readonly used: number;
  readonly seenAt: number;
}

export interface PercentForecast {
  readonly percentPerHour: number;
  /** May exceed 100: said as "limit before the reset". */
  readonly percentAtReset: number;
  readonly beforeReset: boolean;
  /** 80 % band around it from the scatter of the samples about the slope; never below what is used, equal to it with 3 samples in a line. */
  readonly low: number;
  readonly high: number;
  /** When 100 % is reached at this slope, if before the reset. */
  readonly limitAt: number | null;
}

/** How far back samples are used, and the span they must cover. Weekly windows: 24 h or more for both (D-25). */
export interface PercentForecastOptions {
  readonly lookbackMs?: number;
  readonly minSpanMs?: number;
}

/** The samples at which `used` rose, and the newest. A lower value is another terminal's old news: use never falls within a window. */
function changes(samples: readonly PercentSample[]): PercentSample[] {
  const sorted = [...samples].sort((a, b) => a.seenAt - b.seenAt || a.used - b.used);
  const kept: PercentSample[] = [];
  let top = Number.NEGATIVE_INFINITY;
  for (const [i, sample] of sorted.entries()) {
    if (sample.used <= top && i < sorted.length - 1) continue;
    top = Math.max(top, sample.used);
    kept.push({ used: top, seenAt: sample.seenAt });
  }
  return kept;
}

/** Factor on the standard error for a band that holds four values out of five. */
const BAND_80 = 1.2816;

/** Least-squares slope in percent per ms, and its standard error. */
function slope(samples: readonly PercentSample[]): { readonly perMs: number; readonly error: number } {
  const meanAt = samples.reduce((sum, s) => sum + s.seenAt / samples.length, 0);
  const meanUsed = samples.reduce((sum, s) => sum + s.used / samples.length, 0);
  let over = 0;
  let under = 0;
  for (const s of samples) {
    over += (s.seenAt - meanAt) * (s.used - meanUsed);
    under += (s.seenAt - meanAt) ** 2;
  }
  if (under === 0) return { perMs: 0, error: 0 };
  const perMs = over / under;
  const rest = samples.reduce((sum, s) => sum + (s.used - meanUsed - perMs * (s.seenAt - meanAt)) ** 2, 0);
  return { perMs, error: Math.sqrt(rest / (samples.length - 2) / under) };
}

/** The official % at the reset from one open window's accepted samples; null with fewer than 3 (one per change, and the newest) or over less than 10 min (D-31). */
export function projectPercent(
  samples: readonly PercentSample[],
  window: { readonly start: number; readonly end: number },
  now: number,
  options: PercentForecastOptions = {},
): PercentForecast | null {
  if (now >= window.end) return null;
  const from = Math.max(window.start, now - (options.lookbackMs ?? 60 * MINUTE_MS));
  const used = changes(samples.filter((s) => s.seenAt >= from && s.seenAt <= now));
  const newest = used.at(-1);
  if (used.length < 3 || !newest || newest.seenAt - used[0]!.seenAt < (options.minSpanMs ?? 10 * MINUTE_MS)) return null;
  const { perMs, error } = slope(used);
  const remaining = window.end - now;
  const percentAtReset = newest.used + perMs * remaining;
  const spread = BAND_80 * error * remaining;
  const limitAt = timeToLimit({ used: newest.used, limit: 100, ratePerMinute: perMs * MINUTE_MS, now, end: window.end });
  return {
    percentPerHour: perMs * 60 * MINUTE_MS,
    percentAtReset,
    beforeReset: percentAtReset > 100,
    low: Math.max(newest.used, percentAtReset - spread),
    high: Math.max(newest.used, percentAtReset + spread),
    limitAt,
  };
}

/** When the limit is reached at this rate (epoch ms); null = not before the window's end, or the window is closed. `now` when it is reached already (D-32). */
export function timeToLimit(input: {
  readonly used: number;
  readonly limit: number;
  readonly ratePerMinute: number;
  readonly now: number;
  readonly end: number;
}): number | null {
  const { used, limit, ratePerMinute, now, end } = input;
  if (now >= end) return null;
  if (used >= limit) return now;
  if (!(ratePerMinute > 0)) return null;
  const at = now + ((limit - used) / ratePerMinute) * MINUTE_MS;
  return at < end ? Math.round(at) : null;
}
