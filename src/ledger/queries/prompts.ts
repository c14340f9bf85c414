import type { Ledger } from '../open.ts';

/** When a session's prompts were typed, oldest first, epoch ms, in [from, to); null = no bound. Its cells bound the search: prompts have an index on time only. */
export function promptTimes(ledger: Ledger, session: number, from: number | null, to: number | null): number[] {
  const span = ledger.db.sql('SELECT min(first_at) AS first, max(last_at) AS last FROM rollup WHERE session = ?').get(session);
  if (typeof span?.first !== 'number' || typeof span.last !== 'number') return [];
  return ledger.db
    .sql('SELECT at FROM prompt WHERE at >= ? AND at <= ? AND session = ? ORDER BY at')
    .all(Math.max(span.first, from ?? span.first), Math.min(span.last, (to ?? Number.POSITIVE_INFINITY) - 1), session)
    .map((row) => row.at as number);
}
