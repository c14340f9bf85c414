import type { TokenCounts } from '../pricing/types.ts';
import type { Stretch } from './demo-sessions.ts';

/** Pseudo-random numbers in [0, 1) from a text: the same demo every time (mulberry32 over an FNV-1a hash). */
export function randomFrom(text: string): () => number {
  let state = 2166136261;
  for (const char of text) state = Math.imul(state ^ char.codePointAt(0)!, 16777619) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Splits a whole number by weights into whole numbers of exactly that sum (largest remainder; ties by order). */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const parts = exact.map(Math.floor);
  const missing = total - parts.reduce((all, part) => all + part, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) parts[index]! += 1;
  return parts;
}

/** One made-up request: when (epoch ms), what it used, and whether a person's prompt started it. */
export interface DemoRequest {
  readonly at: number;
  readonly tokens: TokenCounts;
  readonly prompted: boolean;
  readonly compacted: boolean;
  /** How long before it that prompt was typed, ms. */
  readonly typedBefore: number;
}

/** A prompt is typed so long before the request that answers it, ms. */
export const PROMPT_BEFORE_MS = 4000;

/** The requests of a stretch: uneven in time and size, as real ones are, with exactly its sums. */
export function requestsOf(stretch: Stretch, now: number, random: () => number): readonly DemoRequest[] {
  const n = stretch.requests;
  const uneven = (least: number) => Array.from({ length: n }, () => least + random() ** 2);
  const [low, high] = stretch.context;
  const input = apportion(stretch.tokens.input, uneven(0.2));
  const output = apportion(stretch.tokens.output, uneven(0.1));
  const short = apportion(stretch.tokens.cacheWrite5m, uneven(0.3));
  const long = apportion(stretch.tokens.cacheWrite1h, uneven(0.3));
  const read = apportion(
    stretch.tokens.cacheRead,
    Array.from({ length: n }, (_, i) => low + ((high - low) * i) / Math.max(1, n - 1)),
  );
  const times = timesOf(stretch, now, random);
  const prompts = new Set(Array.from({ length: stretch.prompts }, (_, i) => Math.floor((i * n) / stretch.prompts)));
  return times.map((at, i) => ({
    at,
    tokens: { input: input[i]!, output: output[i]!, cacheWrite5m: short[i]!, cacheWrite1h: long[i]!, cacheRead: read[i]! },
    prompted: prompts.has(i),
    compacted: stretch.compacted === true && i === 0,
    typedBefore: i === 0 && stretch.thinks !== undefined ? stretch.thinks * 1000 : PROMPT_BEFORE_MS,
  }));
}

/** Bursts with pauses between them; the first and the last lie exactly on the stretch's ends. */
function timesOf(stretch: Stretch, now: number, random: () => number): readonly number[] {
  const start = now - stretch.from * 1000;
  const length = (stretch.from - stretch.to) * 1000;
  if (stretch.requests === 1) return [start];
  const gaps = apportion(
    length,
    Array.from({ length: stretch.requests - 1 }, () => (random() < 0.15 ? 4 + 4 * random() : 0.4 + random())),
  );
  let at = start;
  return [start, ...gaps.map((gap) => (at += gap))];
}
