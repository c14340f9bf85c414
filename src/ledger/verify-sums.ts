import { hasArchived } from './archive-hold.ts';
import { archivedRows } from './archived.ts';
import type { Row, Value } from './driver.ts';
import { fromRow } from './event-row.ts';
import { inMemory, type Ledger } from './open.ts';
import { checkKeptDays } from './queries/day-memo.ts';

type Differs = (sum: string, message: string) => void;

/**
 * Makes all sums again from a copy of the events, archived ones included, and compares each row, and the days kept for reports with them. What archived ones
 * add is compared by itself too. Sums with a part that cannot be read are left out. Returns the number of sums compared.
 */
export function checkSums(ledger: Ledger, differs: Differs): number {
  const { rows, lost } = archivedRows(ledger.db);
  const places = new Set(lost.map((key) => placeOf(ledger, key)));
  const live = compareSums(ledger, ['model', 'session', 'event', 'prompt'], rows, 'rollup', places, differs);
  const archived = hasArchived(ledger.db) || isAny(ledger, 'archived_sum');
  const old = archived ? compareSums(ledger, ['model', 'session'], rows, 'archived_sum', places, differs) : 0;
  // Against the cells, which were compared with their requests just now.
  return live + old + checkKeptDays(ledger, differs);
}

const isAny = ({ db }: Ledger, table: SumTable): boolean => db.sql(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined;

function placeOf({ db }: Ledger, key: string): string {
  const row = db
    .sql('SELECT archived.cell, session.sid FROM archived LEFT JOIN session ON session.id = archived.session WHERE key = ?')
    .get(key);
  return `cell ${row?.cell}, session ${row?.sid},`;
}

const MODEL = ', model ';

/** Whether the name of a sum begins with one of the places of {@link placeOf}. A hostile id may hold the word that ends a place. */
function isIn(sum: string, places: ReadonlySet<string>): boolean {
  for (let end = sum.indexOf(MODEL); end >= 0; end = sum.indexOf(MODEL, end + 1)) if (places.has(sum.slice(0, end + 1))) return true;
  return false;
}

type SumTable = 'rollup' | 'archived_sum';

function compareSums(
  ledger: Ledger,
  tables: readonly string[],
  archived: readonly Row[],
  sums: SumTable,
  unread: ReadonlySet<string>,
  differs: Differs,
): number {
  const copy = inMemory({ path: ':memory:', table: ledger.table, version: '', now: 0 }, '');
  try {
    copy.db.write(() => {
      for (const table of tables) {
        for (const row of ledger.db.sql(`SELECT * FROM ${table}`).all()) {
          const names = Object.keys(row);
          copy.db
            // A damaged index gives one key twice, which the check of the file has named: no second error for it.
            .sql(`INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
            .run(...(Object.values(row) as Value[]));
        }
      }
    });
    const states = archived.map((row) => fromRow(row, String(row.sid), row.name as string | null));
    copy.appender.recountAll();
    copy.appender.absorb(states);
    const isUnread = (key: string): boolean => unread.size > 0 && isIn(key, unread);
    const want = sumRows(copy, 'rollup');
    const have = sumRows(ledger, sums);
    for (const [key, row] of have) {
      if (isUnread(key)) continue;
      const other = want.get(key);
      if (other === undefined) differs(key, 'a sum of no request');
      else
        for (const name of Object.keys(row))
          if (row[name] !== other[name]) differs(key, `${name} is ${row[name]}, its requests say ${other[name]}`);
    }
    for (const key of want.keys()) if (!have.has(key) && !isUnread(key)) differs(key, 'a sum is missing');
    return have.size;
  } finally {
    copy[Symbol.dispose]();
  }
}

/** By cell, session id, model name and flags: row ids differ between ledgers. */
function sumRows(ledger: Ledger, sums: SumTable): Map<string, Row> {
  const rows = ledger.db
    .sql(`SELECT s.*, coalesce(session.sid, s.session) AS sid, coalesce(model.name, s.model) AS name FROM ${sums} AS s
    LEFT JOIN session ON session.id = s.session LEFT JOIN model ON model.id = s.model`)
    .all();
  return new Map(
    rows.map(({ cell, session: _, model: __, flags, sid, name, ...sums }) => [
      `cell ${cell}, session ${sid}, model ${name || 'none'}, flags ${flags}`,
      sums,
    ]),
  );
}
