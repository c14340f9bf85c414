import type { Iteration } from '../transcripts/types.ts';
import type { LineOrder, RequestState } from '../usage/merge.ts';
import type { Row, Value } from './driver.ts';
import { EVENT_FLAGS as F } from './schema.ts';
import { storedJson } from './stored-json.ts';

/** Between a request's state and its row. `session` and `model` are ids of their tables; `calc` is the calculated cost in nano-USD, null = unpriced. */
export const EVENT_COLUMNS =
  'key, at, session, model, rank, flags, input, output, write5m, write1h, read, speed, geo, web, logged, calc, iterations, ord_sum, ord_output, ord_at, ord_pos, orders, own_first, own_birth';
const SPEED = [null, 'standard', 'fast'] as const;
const GEO = [null, 'other', 'us'] as const;

export function toRow(r: RequestState, session: number, model: number | null, calc: number | null): Value[] {
  const flags =
    (r.hasStopReason ? 0 : F.noStopReason) | (r.atIsGuess ? F.timeIsGuess : 0) | (r.weak ? F.weak : 0) | (r.owner.named ? F.ownerNamed : 0);
  return [
    r.key,
    r.at,
    session,
    model,
    r.rank,
    flags,
    r.input,
    r.output,
    r.cacheWrite5m,
    r.cacheWrite1h,
    r.cacheRead,
    SPEED.indexOf(r.speed),
    GEO.indexOf(r.geo),
    r.webSearches,
    r.logged,
    calc,
    // null = no line said; [] = said, nothing billed beside the counters
    r.iterations === null ? null : JSON.stringify(r.iterations),
    r.order[1],
    r.order[0],
    r.order[2],
    r.order[3],
    r.orders === null ? null : JSON.stringify(r.orders),
    Number.isFinite(r.owner.fileFirstAt) ? r.owner.fileFirstAt : null,
    r.owner.fileBirth,
  ];
}

export function fromRow(row: Row, sessionId: string, model: string | null): RequestState {
  const flags = num(row.flags);
  return {
    key: String(row.key),
    at: num(row.at),
    rank: num(row.rank) as 0 | 1 | 2,
    weak: (flags & F.weak) !== 0,
    atIsGuess: (flags & F.timeIsGuess) !== 0,
    hasStopReason: (flags & F.noStopReason) === 0,
    input: num(row.input),
    output: num(row.output),
    cacheWrite5m: num(row.write5m),
    cacheWrite1h: num(row.write1h),
    cacheRead: num(row.read),
    model,
    speed: SPEED[num(row.speed)] ?? null,
    geo: GEO[num(row.geo)] ?? null,
    webSearches: row.web as number | null,
    logged: row.logged as number | null,
    iterations: iterationsOf(row.iterations),
    order: [num(row.ord_output), num(row.ord_sum), num(row.ord_at), num(row.ord_pos)],
    orders: row.orders === null ? null : storedJson<Record<string, LineOrder> | null>(row.orders, null),
    owner: {
      sessionId,
      named: (flags & F.ownerNamed) !== 0,
      fileFirstAt: row.own_first === null ? Number.POSITIVE_INFINITY : num(row.own_first),
      fileBirth: num(row.own_birth),
    },
  };
}

export const iterationsOf = (value: unknown): readonly Iteration[] | null =>
  typeof value === 'string' ? storedJson<readonly Iteration[]>(value, []) : null;

const num = (value: unknown): number => value as number;
