import type { NanoUsd, TokenCounts } from '../pricing/types.ts';
import type { UsageEvent, UsageSum } from './types.ts';

/** What a sum needs of a usage event. */
export type SummedEvent = Pick<UsageEvent, 'tokens' | 'cost' | 'requests' | 'webSearches' | 'outputIsLowerBound'>;

/** A known sum of nothing: 0 tokens, cost 0 (D-2). */
export function emptySum(): UsageSum {
  return {
    input: 0,
    output: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    cacheRead: 0,
    requests: 0,
    webSearches: 0,
    pricedCost: 0,
    pricedEvents: 0,
    unpricedEvents: 0,
    unpricedTokens: 0,
    outputIsLowerBound: false,
  };
}

/** Every token of a request or a sum: input, output, cache writes and cache reads. D-3, JSON `totalTokens`. */
export function allTokens(t: TokenCounts): number {
  return t.input + t.output + t.cacheWrite5m + t.cacheWrite1h + t.cacheRead;
}

/** The newly processed tokens: input, output and cache writes, without cache reads. D-3, JSON `workTokens`. */
export function workTokens(t: TokenCounts): number {
  return t.input + t.output + t.cacheWrite5m + t.cacheWrite1h;
}

/** `sum` with one more event. A missing price goes to the unpriced side, never into the money (D-16). */
export function addEvent(sum: UsageSum, event: SummedEvent): UsageSum {
  const { tokens, cost } = event;
  const unpriced = cost === null;
  return {
    input: sum.input + tokens.input,
    output: sum.output + tokens.output,
    cacheWrite5m: sum.cacheWrite5m + tokens.cacheWrite5m,
    cacheWrite1h: sum.cacheWrite1h + tokens.cacheWrite1h,
    cacheRead: sum.cacheRead + tokens.cacheRead,
    requests: sum.requests + event.requests,
    webSearches: sum.webSearches + event.webSearches,
    pricedCost: sum.pricedCost + (cost ?? 0),
    pricedEvents: sum.pricedEvents + (unpriced ? 0 : 1),
    unpricedEvents: sum.unpricedEvents + (unpriced ? 1 : 0),
    unpricedTokens: sum.unpricedTokens + (unpriced ? allTokens(tokens) : 0),
    outputIsLowerBound: sum.outputIsLowerBound || event.outputIsLowerBound,
  };
}

export type MutableSum = { -readonly [K in keyof UsageSum]: UsageSum[K] };

/** Adds in place: where many rows are added up, a new object for each step is most of the work. */
export function addInto(into: MutableSum, more: UsageSum): void {
  into.input += more.input;
  into.output += more.output;
  into.cacheWrite5m += more.cacheWrite5m;
  into.cacheWrite1h += more.cacheWrite1h;
  into.cacheRead += more.cacheRead;
  into.requests += more.requests;
  into.webSearches += more.webSearches;
  into.pricedCost += more.pricedCost;
  into.pricedEvents += more.pricedEvents;
  into.unpricedEvents += more.unpricedEvents;
  into.unpricedTokens += more.unpricedTokens;
  into.outputIsLowerBound ||= more.outputIsLowerBound;
}

/** The sum of two sums over disjoint events. Commutative and associative: all parts are integers. */
export function addSums(a: UsageSum, b: UsageSum): UsageSum {
  const sum: MutableSum = { ...a };
  addInto(sum, b);
  return sum;
}

export function sumOf(events: Iterable<SummedEvent>): UsageSum {
  let sum = emptySum();
  for (const event of events) sum = addEvent(sum, event);
  return sum;
}

/** Sums by a key of the event (session, project, model, day). Σ over the keys = `sumOf(events)` (D-38). */
export function sumsBy<E extends SummedEvent, K>(events: Iterable<E>, keyOf: (event: E) => K): Map<K, UsageSum> {
  const sums = new Map<K, UsageSum>();
  for (const event of events) {
    const key = keyOf(event);
    sums.set(key, addEvent(sums.get(key) ?? emptySum(), event));
  }
  return sums;
}

/** Distinct sessions with a request. Does not add up over periods: take it over the whole for a total (D-13). */
export function distinctSessions(events: Iterable<Pick<UsageEvent, 'sessionId'>>): number {
  const ids = new Set<string>();
  for (const event of events) ids.add(event.sessionId);
  return ids.size;
}

/** Cost of a sum in nano-USD: 0 of nothing, null when no event of it has a price, else the priced part, a lower bound if some have none (D-16). */
export function costOfSum(sum: UsageSum): { readonly cost: NanoUsd | null; readonly isLowerBound: boolean } {
  if (sum.pricedEvents === 0 && sum.unpricedEvents > 0) return { cost: null, isLowerBound: false };
  return { cost: sum.pricedCost, isLowerBound: sum.unpricedEvents > 0 };
}

/** Part of the prompt tokens read from the cache, 0 … 1; null without any prompt token (D-19). */
export function cacheHit(t: TokenCounts): number | null {
  const prompt = t.input + t.cacheWrite5m + t.cacheWrite1h + t.cacheRead;
  return prompt === 0 ? null : t.cacheRead / prompt;
}
