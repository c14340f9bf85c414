import { LOST_SESSION } from './append.ts';
import { type Database, openDatabase, type Row, type Value } from './driver.ts';

/** Tables worth saving from a damaged ledger, parents first. Checkpoints and sums are left out: they are made again from transcripts and events. */
const TABLES = ['model', 'session', 'event', 'prompt', 'inherited', 'label', 'tombstone'] as const;

/** Copies every row that can still be read from the damaged file at `path`. Returns the number of events saved; never throws. */
export function salvage(path: string, into: Database): number {
  let db: Database;
  try {
    db = openDatabase(path, { readOnly: true });
  } catch {
    return 0;
  }
  let events = 0;
  try {
    for (const table of TABLES) {
      const saved = copyTable(db, into, table);
      if (table === 'event') events = saved;
    }
    mendReferences(into);
  } catch {
    // What could be read has been copied.
  } finally {
    db.close();
  }
  return events;
}

/** Ids whose row was lost must not be given to another session or model: requests keep a session of their own, and an unknown model. */
function mendReferences(db: Database): void {
  for (const table of ['event', 'prompt']) {
    db.exec(`INSERT OR IGNORE INTO session (id, sid, folder, facts) SELECT DISTINCT session, '${LOST_SESSION}-' || session, '', '{}' FROM ${table}
      WHERE session NOT IN (SELECT id FROM session)`);
  }
  db.exec('UPDATE event SET model = NULL WHERE model NOT IN (SELECT id FROM model)');
}

function copyTable(from: Database, into: Database, table: string): number {
  let saved = 0;
  for (const row of readable(from, table)) {
    const names = Object.keys(row);
    try {
      into
        .sql(`INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
        .run(...(Object.values(row) as Value[]));
      saved++;
    } catch {
      // A row whose values no longer fit the schema is lost; the next one may be whole.
    }
  }
  return saved;
}

/** All rows at once where the table is whole, else row by row from both ends of its key until the damage stops it. */
function readable(db: Database, table: string): Row[] {
  try {
    return db.sql(`SELECT * FROM ${table}`).all();
  } catch {
    return [...prefix(db, table, 'ASC'), ...prefix(db, table, 'DESC')];
  }
}

function prefix(db: Database, table: string, direction: 'ASC' | 'DESC'): Row[] {
  const rows: Row[] = [];
  for (let at = 0; ; at += 64) {
    try {
      const batch = db.sql(`SELECT * FROM ${table} ORDER BY 1 ${direction} LIMIT 64 OFFSET ${at}`).all();
      rows.push(...batch);
      if (batch.length < 64) return rows;
    } catch {
      return rows;
    }
  }
}
