import type { UsageEvent, UsageSum } from '../usage/types.ts';

/** A sum of usage events that can be added to and taken from, so that a change costs its own events and not all of them. Tokens, nano-USD. */
export class Tally {
  events = 0;
  input = 0;
  output = 0;
  cacheWrite5m = 0;
  cacheWrite1h = 0;
  cacheRead = 0;
  requests = 0;
  webSearches = 0;
  pricedCost = 0;
  pricedEvents = 0;
  unpricedEvents = 0;
  unpricedTokens = 0;
  lowerBounds = 0;

  /** `sign` −1 takes an event away that was added before. */
  add(event: UsageEvent, sign: 1 | -1): void {
    const { tokens, cost } = event;
    this.events += sign;
    this.input += sign * tokens.input;
    this.output += sign * tokens.output;
    this.cacheWrite5m += sign * tokens.cacheWrite5m;
    this.cacheWrite1h += sign * tokens.cacheWrite1h;
    this.cacheRead += sign * tokens.cacheRead;
    this.requests += sign * event.requests;
    this.webSearches += sign * event.webSearches;
    if (event.outputIsLowerBound) this.lowerBounds += sign;
    if (cost !== null) {
      this.pricedCost += sign * cost;
      this.pricedEvents += sign;
      return;
    }
    this.unpricedEvents += sign;
    this.unpricedTokens += sign * (tokens.input + tokens.output + tokens.cacheWrite5m + tokens.cacheWrite1h + tokens.cacheRead);
  }

  /** Adds another tally over other events. */
  merge(other: Tally): this {
    this.events += other.events;
    this.input += other.input;
    this.output += other.output;
    this.cacheWrite5m += other.cacheWrite5m;
    this.cacheWrite1h += other.cacheWrite1h;
    this.cacheRead += other.cacheRead;
    this.requests += other.requests;
    this.webSearches += other.webSearches;
    this.pricedCost += other.pricedCost;
    this.pricedEvents += other.pricedEvents;
    this.unpricedEvents += other.unpricedEvents;
    this.unpricedTokens += other.unpricedTokens;
    this.lowerBounds += other.lowerBounds;
    return this;
  }

  get sum(): UsageSum {
    const { input, output, cacheWrite5m, cacheWrite1h, cacheRead, requests, webSearches } = this;
    const { pricedCost, pricedEvents, unpricedEvents, unpricedTokens } = this;
    return {
      input,
      output,
      cacheWrite5m,
      cacheWrite1h,
      cacheRead,
      requests,
      webSearches,
      pricedCost,
      pricedEvents,
      unpricedEvents,
      unpricedTokens,
      outputIsLowerBound: this.lowerBounds > 0,
    };
  }
}

/** The sum of some tallies over disjoint events. */
export function mergedTally(tallies: Iterable<Tally>): Tally {
  const all = new Tally();
  for (const tally of tallies) all.merge(tally);
  return all;
}

/** A sum without a part of it: of disjoint events, so that nothing becomes negative. A lower bound stays one: it cannot be told in which part it lies. */
export function minus(whole: UsageSum, part: UsageSum): UsageSum {
  return {
    input: whole.input - part.input,
    output: whole.output - part.output,
    cacheWrite5m: whole.cacheWrite5m - part.cacheWrite5m,
    cacheWrite1h: whole.cacheWrite1h - part.cacheWrite1h,
    cacheRead: whole.cacheRead - part.cacheRead,
    requests: whole.requests - part.requests,
    webSearches: whole.webSearches - part.webSearches,
    pricedCost: whole.pricedCost - part.pricedCost,
    pricedEvents: whole.pricedEvents - part.pricedEvents,
    unpricedEvents: whole.unpricedEvents - part.unpricedEvents,
    unpricedTokens: whole.unpricedTokens - part.unpricedTokens,
    outputIsLowerBound: whole.outputIsLowerBound,
  };
}
