import { describe, expect, it } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import type { RequestState } from '../usage/merge.ts';
import { billedParts, mainCost, UNKNOWN_MODEL } from './billing.ts';
import { fromRow, toRow } from './event-row.ts';
import { CELL_FLAGS as C } from './schema.ts';

const table = builtinTable();
const state = (more: Partial<RequestState> = {}): RequestState => ({
  key: 'msg_0000000000000000000001',
  weak: false,
  rank: 2,
  input: 100,
  output: 50,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  at: Date.UTC(2026, 10, 10),
  atIsGuess: false,
  hasStopReason: true,
  model: 'claude-sonnet-4-6',
  speed: null,
  geo: null,
  webSearches: null,
  iterations: null,
  logged: null,
  order: [50, 150, 1, 2],
  orders: null,
  owner: { sessionId: 's', named: false, fileFirstAt: 1, fileBirth: 2 },
  ...more,
});
const iteration = (model: string | null, input: number, output: number) => ({
  model,
  input,
  output,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
});

describe('D-10.5, D-15: what is billed of a request', () => {
  it('is the response alone where nothing was billed beside it, said or not', () => {
    for (const iterations of [null, []])
      expect(billedParts(state({ iterations }), table)).toMatchObject([{ requests: 1, calc: 1_050_000, flags: C.calculated }]);
  });
  it('and each iteration by its own model, or the request’s, never as fast and never as a request', () => {
    const iterations = [iteration('claude-opus-4-6', 1000, 100), iteration(null, 10, 1), iteration('claude-quasar-7', 5, 5)];
    const parts = billedParts(state({ speed: 'fast', iterations }), table);
    expect(parts.map(({ model, requests, calc }) => [model, requests, calc])).toEqual([
      ['claude-sonnet-4-6', 1, 1_050_000],
      ['claude-opus-4-6', 0, 7_500_000],
      ['claude-sonnet-4-6', 0, 45_000],
      ['claude-quasar-7', 0, null],
    ]);
    expect(parts.map(({ flags }) => flags)).toEqual([C.calculated | C.fast, C.calculated, C.calculated, 0]);
  });
  it('D-6, D-11, D-17: an agent’s, an unfinished and a logged one are marked as such', () => {
    const iterations = [iteration(null, 1, 1)];
    const marks = (more: Partial<RequestState>) => billedParts(state({ iterations, ...more }), table).map(({ flags }) => flags);
    expect(marks({ rank: 1 })).toEqual([C.calculated | C.sidechain, C.calculated | C.sidechain]);
    expect(marks({ hasStopReason: false })).toEqual([C.calculated | C.lowerBound, C.calculated]);
    expect(marks({ logged: 5 })).toEqual([C.calculated | C.loggedPositive, C.calculated]);
    expect(marks({ logged: 0 })).toEqual([C.calculated | C.loggedZero, C.calculated]);
  });
  it('D-16: a request that never named a model has no price, and a price already known is not made again', () => {
    expect(mainCost(state({ model: null }), table)).toBeNull();
    expect(billedParts(state({ model: null }), table)).toMatchObject([{ model: UNKNOWN_MODEL, calc: null, flags: 0 }]);
    expect(billedParts(state(), table, 7)).toMatchObject([{ calc: 7 }]);
    expect(billedParts(state(), table, null)).toMatchObject([{ calc: null }]);
  });
});

it('REL-1: a request comes out of its row as it went in, whatever it knows and does not know', () => {
  const unknown = state({
    speed: 'standard',
    geo: 'us',
    webSearches: 0,
    iterations: [],
    logged: 0,
    weak: true,
    atIsGuess: true,
    hasStopReason: false,
  });
  const partly = state({
    orders: { speed: [1, 2, 3, 4] },
    owner: { sessionId: 's', named: true, fileFirstAt: Number.POSITIVE_INFINITY, fileBirth: 2 },
    iterations: [iteration(null, 1, 1)],
    speed: 'fast',
    geo: 'other',
  });
  const names =
    'key, at, session, model, rank, flags, input, output, write5m, write1h, read, speed, geo, web, logged, calc, iterations, ord_sum, ord_output, ord_at, ord_pos, orders, own_first, own_birth'.split(
      ', ',
    );
  for (const one of [state(), unknown, partly]) {
    const row = Object.fromEntries(toRow(one, 1, 1, null).map((value, i) => [names[i]!, value]));
    expect(fromRow(row, 's', 'claude-sonnet-4-6')).toEqual(one);
  }
});
