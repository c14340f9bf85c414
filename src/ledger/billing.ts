import { costOf } from '../pricing/cost.ts';
import type { NanoUsd, PriceTable, TokenCounts } from '../pricing/types.ts';
import type { RequestState } from '../usage/merge.ts';
import { CELL_FLAGS as C } from './schema.ts';

/** Model name of a request whose lines never named one. It has no price. */
export const UNKNOWN_MODEL = 'unknown';

/** One billed part of a request: the response itself, or an iteration inside it (D-10.5). `calc` null = unpriced; `flags` are the rollup's. */
export interface BilledPart {
  readonly model: string;
  readonly tokens: TokenCounts;
  readonly requests: 0 | 1;
  readonly webSearches: number;
  readonly calc: NanoUsd | null;
  readonly logged: NanoUsd;
  readonly flags: number;
}

/** The parts of a request, priced with the table. `mainCalc` is the response's own price when it is already known. */
export function billedParts(r: RequestState, table: PriceTable, mainCalc?: NanoUsd | null): BilledPart[] {
  const model = r.model ?? UNKNOWN_MODEL;
  const common = (r.rank === 2 ? 0 : C.sidechain) | (r.logged === null ? 0 : r.logged > 0 ? C.loggedPositive : C.loggedZero);
  const calc = mainCalc === undefined ? mainCost(r, table) : mainCalc;
  const main: BilledPart = {
    model,
    tokens: { input: r.input, output: r.output, cacheWrite5m: r.cacheWrite5m, cacheWrite1h: r.cacheWrite1h, cacheRead: r.cacheRead },
    requests: 1,
    webSearches: r.webSearches ?? 0,
    calc,
    logged: r.logged ?? 0,
    flags: common | (r.speed === 'fast' ? C.fast : 0) | (r.hasStopReason ? 0 : C.lowerBound) | (calc === null ? 0 : C.calculated),
  };
  if (r.iterations === null || r.iterations.length === 0) return [main];
  const parts = [main];
  for (const i of r.iterations) {
    const { model: own, ...tokens } = i;
    const name = own ?? model;
    const price = costOf(table, { model: name, tokens, webSearches: 0, speed: 'standard', geoUs: r.geo === 'us', at: r.at });
    // A logged cost is that of the response alone; an iteration is always priced from its tokens (D-10.5).
    const kind = (r.rank === 2 ? 0 : C.sidechain) | (price === null ? 0 : C.calculated);
    parts.push({ model: name, tokens, requests: 0, webSearches: 0, calc: price, logged: 0, flags: kind });
  }
  return parts;
}

/** The response's own price, without its iterations. */
export function mainCost(r: RequestState, table: PriceTable): NanoUsd | null {
  return costOf(table, {
    model: r.model ?? UNKNOWN_MODEL,
    tokens: r,
    webSearches: r.webSearches ?? 0,
    speed: r.speed ?? 'standard',
    geoUs: r.geo === 'us',
    at: r.at,
  });
}
