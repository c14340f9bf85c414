import type { Row, Value } from './driver.ts';
import { inMemory, type Ledger } from './open.ts';
import { checkKeptDays } from './queries/day-memo.ts';

/** Makes all sums again from a copy of the events and compares each row, and the days kept for reports with them. Returns the number of sums compared. */
export function checkSums(ledger: Ledger, differs: (sum: string, message: string) => void): number {
  const copy = inMemory({ path: ':memory:', table: ledger.table, version: '', now: 0 }, '');
  try {
    copy.db.write(() => {
      for (const table of ['model', 'session', 'event', 'prompt']) {
        for (const row of ledger.db.sql(`SELECT * FROM ${table}`).all()) {
          const names = Object.keys(row);
          copy.db
            // A damaged index gives one key twice, which the check of the file has named: no second error for it.
            .sql(`INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
            .run(...(Object.values(row) as Value[]));
        }
      }
    });
    copy.appender.recountAll();
    const want = sumRows(copy);
    const have = sumRows(ledger);
    for (const [key, row] of have) {
      const other = want.get(key);
      if (other === undefined) differs(key, 'a sum of no request');
      else
        for (const name of Object.keys(row))
          if (row[name] !== other[name]) differs(key, `${name} is ${row[name]}, its requests say ${other[name]}`);
    }
    for (const key of want.keys()) if (!have.has(key)) differs(key, 'a sum is missing');
    // Against the cells, which were compared with their requests just now.
    return have.size + checkKeptDays(ledger, differs);
  } finally {
    copy[Symbol.dispose]();
  }
}

/** By cell, session id, model name and flags: row ids differ between ledgers. */
function sumRows(ledger: Ledger): Map<string, Row> {
  const rows = ledger.db
    .sql(`SELECT rollup.*, coalesce(session.sid, rollup.session) AS sid, coalesce(model.name, rollup.model) AS name FROM rollup
    LEFT JOIN session ON session.id = rollup.session LEFT JOIN model ON model.id = rollup.model`)
    .all();
  return new Map(
    rows.map(({ cell, session: _, model: __, flags, sid, name, ...sums }) => [
      `cell ${cell}, session ${sid}, model ${name || 'none'}, flags ${flags}`,
      sums,
    ]),
  );
}
