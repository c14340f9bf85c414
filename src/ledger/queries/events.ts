import type { CostMode } from '../../pricing/types.ts';
import type { UsageEvent } from '../../usage/types.ts';
import { archivedBetween } from '../archived.ts';
import { billedParts } from '../billing.ts';
import type { Row, Value } from '../driver.ts';
import { fromRow } from '../event-row.ts';
import type { StoredRequest } from '../ledger-memory.ts';
import type { Ledger } from '../open.ts';
import { CELL_FLAGS as C } from '../schema.ts';
import { costIn } from './cells.ts';
import type { Directory } from './directory.ts';

/** Requests with their iterations in time order, archived ones included where their archive can be read, from `from` (inclusive) to `to` (exclusive), epoch ms; of some sessions or of all. Uses the index on time. */
export function usageEvents(
  ledger: Ledger,
  directory: Directory,
  mode: CostMode,
  from: number,
  to: number,
  session: number | null = null,
): UsageEvent[] {
  const values: Value[] = [from, to];
  if (session !== null) values.push(session);
  const rows = ledger.db
    .sql(
      `SELECT event.*, model.name FROM event LEFT JOIN model ON model.id = event.model WHERE at >= ? AND at < ? ${session === null ? '' : 'AND session = ?'} ORDER BY at, key`,
    )
    .all(...values);
  const archived = archivedBetween(ledger.db, ledger.table, from, to, session);
  const all = archived.length === 0 ? rows : [...rows, ...archived].sort(inTime);
  return all.flatMap((row) => eventsOf(ledger, directory, mode, row));
}

const inTime = (a: Row, b: Row): number => (a.at as number) - (b.at as number) || (String(a.key) < String(b.key) ? -1 : 1);

function eventsOf(ledger: Ledger, directory: Directory, mode: CostMode, row: Row): UsageEvent[] {
  const [session, model] = [row.session as number, row.model as number | null];
  const state = fromRow(row, directory.sessions.get(session)?.sessionId ?? '', row.name as string | null);
  return eventsOfRequest(ledger, directory, mode, { state, session, model, calc: row.calc as number | null });
}

/** A request with its iterations, as {@link usageEvents} gives them. */
export function eventsOfRequest(
  { table }: Pick<Ledger, 'table'>,
  directory: Directory,
  mode: CostMode,
  { state, session, model, calc }: StoredRequest,
): UsageEvent[] {
  const info = directory.sessions.get(session);
  // One string for all requests of a model: a program that runs all day keeps them.
  const shared = model === null ? undefined : directory.models.get(model);
  return billedParts(state, table, calc).map((part) => ({
    key: state.key,
    at: state.at,
    sessionId: info?.sessionId ?? '',
    account: info?.account ?? 'default',
    project: info?.root ?? 'unknown',
    model: part.model === shared ? shared : part.model,
    speed: part.flags & C.fast ? 'fast' : 'standard',
    tokens: part.tokens,
    webSearches: part.webSearches,
    sidechain: state.rank !== 2,
    cost: costIn(mode, part.flags, part.calc ?? 0, part.logged),
    outputIsLowerBound: (part.flags & C.lowerBound) !== 0,
    requests: part.requests,
  }));
}
