import type { TokenCounts } from '../../pricing/types.ts';
import type { Ledger } from '../open.ts';
import { PROMPT_CELL } from '../schema.ts';
import { EVERYTHING, whereOf } from './cells.ts';

/** Tokens of the requests in one cell, and when the first and the last of them came (epoch ms). */
export interface CellTokens extends TokenCounts {
  /** Id of the session whose part of the cell this is; null = of all sessions. */
  readonly session: number | null;
  readonly firstAt: number;
  readonly lastAt: number;
}

const SUMS = 'min(first_at), max(last_at), total(input), total(output), total(write5m), total(write1h), total(read)';

/**
 * All cells with requests from an instant on (epoch ms; null = all), oldest first; `bySession`: each session's part of its own. A start of the live view
 * waits for it: by model and kind and with costs, as reports need them, it takes five times as long.
 */
export function cellTokens(ledger: Ledger, from: number | null, bySession: boolean): CellTokens[] {
  const { where, values } = whereOf({ ...EVERYTHING, from }, [`flags <> ${PROMPT_CELL}`]);
  const columns = bySession ? 'cell, session' : 'cell';
  const rows = ledger.db
    .sql(`SELECT ${SUMS}${bySession ? ', session' : ''} FROM rollup ${where} GROUP BY ${columns}`)
    .arrays(...values) as number[][];
  return rows.map((row) => ({
    session: row[7] ?? null,
    firstAt: row[0]!,
    lastAt: row[1]!,
    input: row[2]!,
    output: row[3]!,
    cacheWrite5m: row[4]!,
    cacheWrite1h: row[5]!,
    cacheRead: row[6]!,
  }));
}
