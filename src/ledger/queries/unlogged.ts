import type { NanoUsd } from '../../pricing/types.ts';
import { sumUnlogged, type UnloggedSum, unloggedCost } from '../../usage/unlogged.ts';
import { wholeCost } from '../archived.ts';
import type { Row } from '../driver.ts';
import type { Ledger } from '../open.ts';
import type { Directory, SessionInfo } from './directory.ts';

/** What the client counted for a session beyond its transcript (D-18), nano-USD; null without the client's own count. */
export function unloggedOf(ledger: Ledger, info: SessionInfo): NanoUsd | null {
  const client = info.facts.clientCost?.[0] ?? null;
  if (client === null) return null;
  // The session's cells bound its time; inside them the index on time leads to its events.
  const span = ledger.db.sql('SELECT min(first_at) AS first, max(last_at) AS last FROM rollup WHERE session = ?').get(info.id);
  const own = ledger.db
    .sql('SELECT event.*, model.name FROM event LEFT JOIN model ON model.id = event.model WHERE at >= ? AND at <= ? AND session = ?')
    .all((span?.first as number | null) ?? 0, (span?.last as number | null) ?? -1, info.id);
  const inherited = ledger.db
    .sql(
      'SELECT event.*, model.name FROM inherited JOIN event USING (key) LEFT JOIN model ON model.id = event.model WHERE inherited.session = ? AND event.session <> ?',
    )
    .all(info.id, info.id);
  // The client adds an advisor's iterations but leaves compactions out (prices §1.8); both are priced by us, and the difference is what this figure shows.
  const covered = (origin: 'own' | 'fork-copy') => (row: Row) => ({
    origin,
    cost: wholeCost(row, ledger.table, row.calc as NanoUsd | null),
  });
  const archived = (origin: 'own' | 'fork-copy', sql: string, ...values: number[]) =>
    ledger.db
      .sql(sql)
      .all(...values)
      .map((row) => ({ origin, cost: row.cost as NanoUsd | null }));
  return unloggedCost(client, [
    ...own.map(covered('own')),
    ...archived('own', 'SELECT cost FROM archived WHERE session = ?', info.id),
    ...inherited.map(covered('fork-copy')),
    ...archived(
      'fork-copy',
      'SELECT cost FROM inherited JOIN archived USING (key) WHERE inherited.session = ? AND archived.session <> ?',
      ...[info.id, info.id],
    ),
  ]);
}

/** Word for word the condition of the index `session_client`. */
export const CLIENT_COUNTED = `SELECT id FROM session WHERE instr(facts, '"clientCost"') > 0`;

/** The line "not in transcripts" over some sessions; forks repeat their origin's count and are left out (D-18). */
export function unloggedTotal(ledger: Ledger, directory: Directory, sessions: readonly number[] | null): UnloggedSum {
  const taken = sessions === null ? null : new Set(sessions);
  // Few sessions have a count of the client: they are found without reading the facts of all.
  const ids = ledger.db
    .sql(CLIENT_COUNTED)
    .all()
    .map((row) => row.id as number);
  const infos = ids.filter((id) => taken === null || taken.has(id)).flatMap((id) => directory.sessions.get(id) ?? []);
  return sumUnlogged(infos.map((info) => ({ unlogged: unloggedOf(ledger, info), isFork: info.facts.forkedFrom !== undefined })));
}
