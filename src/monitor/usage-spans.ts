import { NOW_SPAN_MS, PACE_SPAN_MS, type SpanSum } from '../usage/burn.ts';
import { workTokens } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';

/** The sums over the two spans of D-28 up to an instant. */
export interface Spans {
  /** The sums hold from the instant they were made for until before this one: no request enters or leaves a span in between. */
  readonly from: number;
  readonly until: number;
  readonly short: SpanSum;
  readonly long: SpanSum;
  readonly longRequests: number;
  /** Oldest request of each span, epoch ms; Infinity in an empty one. */
  readonly shortFirst: number;
  readonly longFirst: number;
}

/** `events` in time order, at least those of the longer span. */
export function spansOf(events: readonly UsageEvent[], now: number): Spans {
  const short = { work: 0, all: 0, cost: 0 as number | null };
  const long = { work: 0, all: 0, cost: 0 as number | null };
  let longRequests = 0;
  let [shortFirst, longFirst] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let until = Number.POSITIVE_INFINITY;
  for (let i = events.length - 1; i >= 0; i--) {
    const { at, tokens, cost, requests } = events[i]!;
    if (at > now) {
      until = at;
      continue;
    }
    if (at <= now - PACE_SPAN_MS) break;
    const work = workTokens(tokens);
    long.work += work;
    long.all += work + tokens.cacheRead;
    long.cost = long.cost === null || cost === null ? null : long.cost + cost;
    longRequests += requests;
    longFirst = at;
    const leaves = at + (at > now - NOW_SPAN_MS ? NOW_SPAN_MS : PACE_SPAN_MS);
    if (leaves < until) until = leaves;
    if (at <= now - NOW_SPAN_MS) continue;
    shortFirst = at;
    short.work += work;
    short.all += work + tokens.cacheRead;
    short.cost = short.cost === null || cost === null ? null : short.cost + cost;
  }
  return { from: now, until, short, long, longRequests, shortFirst, longFirst };
}
