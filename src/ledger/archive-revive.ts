import { distrustPrices, hasArchived } from './archive-hold.ts';
import { dropEmptyBlocks } from './archive-orphans.ts';
import { archivedRows } from './archived.ts';
import { billedParts, mainCost } from './billing.ts';
import { cellOf } from './cell-sums.ts';
import type { Database, Row } from './driver.ts';
import { fromRow } from './event-row.ts';
import { remakeFileSums } from './file-sums.ts';
import type { Ledger } from './open.ts';
import { freshLedger } from './reread.ts';
import { KEY_INDEX } from './schema.ts';
import { adopt, EVENTS } from './settle.ts';

const COUNTERS = ['requests', 'input', 'output', 'write5m', 'write1h', 'read', 'web'] as const;
type Counters = Record<(typeof COUNTERS)[number], number>;

/**
 * Archived requests whose file cannot be read are taken from their transcripts, where these are still there (REL-2, REL-24): a session's five minutes at once,
 * as only their sum is known, and only when the transcripts say at least as much of each model as was counted. The caller makes all sums again. Returns the
 * number of requests that came back.
 */
export function reviveArchived(ledger: Ledger, claudeDirs: readonly string[]): number {
  const { db } = ledger;
  if (!hasArchived(db)) return 0;
  const { lost } = archivedRows(db);
  if (lost.length === 0) return 0;
  const { fresh } = freshLedger(ledger.table, claudeDirs);
  try {
    return db.write(() => {
      db.exec(KEY_INDEX);
      let revived = 0;
      for (const place of cellsOf(db, lost)) revived += revive(ledger, fresh, place);
      if (revived === 0) return 0;
      dropEmptyBlocks(db);
      remakeFileSums(db);
      // A kill before the sums are made again leaves that to the next opening.
      distrustPrices(db);
      return revived;
    });
  } finally {
    fresh[Symbol.dispose]();
  }
}

interface Cell {
  readonly session: number;
  readonly cell: number;
}

function cellsOf(db: Database, keys: readonly string[]): Cell[] {
  const place = db.sql('SELECT session, cell FROM archived WHERE key = ?');
  const cells = new Map<string, Cell>();
  for (const key of keys) {
    const row = place.get(key);
    if (row !== undefined) cells.set(`${row.session}:${row.cell}`, { session: row.session as number, cell: row.cell as number });
  }
  return [...cells.values()];
}

function revive(ledger: Ledger, fresh: Ledger, { session, cell }: Cell): number {
  const { db } = ledger;
  const { rows, lost } = archivedRows(db, 'archived.session = ? AND archived.cell = ?', session, cell);
  const sid = db.sql('SELECT sid FROM session WHERE id = ?').get(session)?.sid;
  const one = fresh.db.sql(`SELECT * FROM (${EVENTS}) WHERE key = ?`);
  const said = lost.map((key) => one.get(key));
  const isSame = (row: Row | undefined): row is Row => row !== undefined && row.sid === sid && cellOf(row.at as number) === cell;
  if (!said.every(isSame)) return 0;
  const whole = [...rows, ...said].map((row) => ({ ...row, calc: mainCost(stateOf(row), ledger.table) }));
  if (!isAtLeast(countersOf(whole, ledger), storedCounters(db, session, cell))) return 0;
  db.sql('DELETE FROM archived WHERE session = ? AND cell = ?').run(session, cell);
  db.sql('DELETE FROM archived_sum WHERE session = ? AND cell = ?').run(session, cell);
  for (const row of whole) adopt(db, row);
  return whole.length;
}

const stateOf = (row: Row) => fromRow(row, String(row.sid), row.name as string | null);

/** By model. */
function countersOf(rows: readonly Row[], { table }: Ledger): Map<string, Counters> {
  const sums = new Map<string, Counters>();
  for (const row of rows) {
    for (const { model, requests, tokens, webSearches } of billedParts(stateOf(row), table, row.calc as number | null)) {
      const sum = sums.get(model) ?? { requests: 0, input: 0, output: 0, write5m: 0, write1h: 0, read: 0, web: 0 };
      sum.requests += requests;
      sum.input += tokens.input;
      sum.output += tokens.output;
      sum.write5m += tokens.cacheWrite5m;
      sum.write1h += tokens.cacheWrite1h;
      sum.read += tokens.cacheRead;
      sum.web += webSearches;
      sums.set(model, sum);
    }
  }
  return sums;
}

function storedCounters(db: Database, session: number, cell: number): Map<string, Counters> {
  const sums = COUNTERS.map((name) => `sum(s.${name}) AS ${name}`).join(', ');
  const rows = db
    .sql(
      `SELECT model.name, ${sums} FROM archived_sum AS s LEFT JOIN model ON model.id = s.model WHERE s.session = ? AND s.cell = ? GROUP BY s.model`,
    )
    .all(session, cell);
  return new Map(rows.map((row) => [String(row.name ?? ''), row as unknown as Counters]));
}

const isAtLeast = (have: ReadonlyMap<string, Counters>, want: ReadonlyMap<string, Counters>): boolean =>
  [...want].every(([model, sum]) => COUNTERS.every((name) => (have.get(model)?.[name] ?? 0) >= sum[name]));
