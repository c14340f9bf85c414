import { type Database, openDatabase, type Row, type Value } from './driver.ts';
import { wholeRow } from './salvage-shape.ts';
import { MIGRATIONS } from './schema.ts';
import { LOST_SESSION } from './session-rows.ts';

/** Tables worth saving from a damaged ledger, parents first. Checkpoints and sums are left out: they are made again from transcripts and events. */
const TABLES = ['model', 'session', 'event', 'prompt', 'inherited', 'label', 'tombstone'] as const;

/**
 * Present from a salvage until its rows were compared with the transcripts (settle.ts): survives a kill between the two. `calc` is the cost as it was read,
 * nano-USD: the only column that tells a counter that grew wrongly, since opening prices all rows anew.
 */
export const UNSETTLED = 'salvaged';

/** Copies every row that can still be read, and has the form of ours, from the damaged file at `path`. Returns the number of events saved; never throws. */
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
      const saved = insertWhole(into, table, readable(db, table));
      if (table === 'event') events = saved;
    }
    leaveUnsettled(into);
  } catch {
    // What could be read has been copied.
  } finally {
    db.close();
  }
  return events;
}

/** True unless SQLite's own check finds the file damaged: keys out of order, pages in two places, and the like. Reads the whole file. */
export const isSound = (db: Database): boolean => db.sql('PRAGMA integrity_check(1)').get()?.integrity_check === 'ok';

/** Makes all tables of a ledger anew from its whole rows, in the same file and one transaction. Throws SQLite's error where the damage goes deeper. */
export function restoreTables(db: Database): void {
  const rows = TABLES.map((table) => [table, readable(db, table)] as const);
  const meta = readable(db, 'meta').filter(({ name, value }) => typeof name === 'string' && typeof value === 'string');
  const all = db.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
  db.write(() => {
    for (const { name } of all) db.exec(`DROP TABLE "${String(name).replaceAll('"', '""')}"`);
    for (const migration of MIGRATIONS) db.exec(migration);
    for (const { name, value } of meta) db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(name!, value!);
    for (const [table, found] of rows) insertWhole(db, table, found);
    leaveUnsettled(db);
  });
}

function leaveUnsettled(db: Database): void {
  db.exec(`CREATE TABLE IF NOT EXISTS ${UNSETTLED} (key TEXT PRIMARY KEY, calc INTEGER) WITHOUT ROWID`);
  db.exec(`INSERT OR IGNORE INTO ${UNSETTLED} SELECT key, calc FROM event`);
  mendReferences(db);
}

/** Ids whose row was lost must not be given to another session or model: requests keep a session of their own, and an unknown model. */
function mendReferences(db: Database): void {
  for (const table of ['event', 'prompt']) {
    db.exec(`INSERT OR IGNORE INTO session (id, sid, folder, facts) SELECT DISTINCT session, '${LOST_SESSION}-' || session, '', '{}' FROM ${table}
      WHERE session NOT IN (SELECT id FROM session)`);
  }
  db.exec('UPDATE event SET model = NULL WHERE model NOT IN (SELECT id FROM model)');
}

function insertWhole(into: Database, table: string, rows: readonly Row[]): number {
  let saved = 0;
  for (const read of rows) {
    const row = wholeRow(table, read);
    if (row === null) continue;
    const names = Object.keys(row);
    try {
      saved += into
        .sql(`INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
        .run(...(Object.values(row) as Value[]));
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
