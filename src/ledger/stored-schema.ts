import { type Database, openDatabase } from './driver.ts';
import { UNSETTLED } from './salvage.ts';
import { MIGRATIONS } from './schema.ts';

/** The index of keys is away during a first reading, and after a kill in one until the next writer makes it; that of a salvage is there for a while. */
const STORED = `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT IN ('event_key', '${UNSETTLED}') ORDER BY sql`;

/** SQLite's own error for a damaged file, for damage that SQLite does not see. */
const damaged = (message: string): Error => Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode: 11 });

/** Of SCHEMA_VERSION, without the index of keys. With another number the schemas are compared as a whole. */
const TABLES_AND_INDEXES = 22;

let ours: string | null = null;

/** The schema as a new file stores it. Made once, in memory: a millisecond. */
function ourSchema(): string {
  if (ours !== null) return ours;
  const made = openDatabase(':memory:');
  try {
    for (const migration of MIGRATIONS) made.exec(migration);
    ours = textOf(made);
    return ours;
  } finally {
    made.close();
  }
}

const textOf = (db: Database): string => JSON.stringify(db.sql(STORED).all());

/**
 * Throws when the schema stored in the file is not the one this program makes: a flipped byte in a column's name gives no error but values that are not
 * there (REL-22). Every statement that stands in our migrations word for word is ours without making them.
 */
export function checkSchema(db: Database): void {
  const text = MIGRATIONS.join('\n');
  const stored = db.sql(STORED).all();
  if (stored.length === TABLES_AND_INDEXES && stored.every(({ sql }) => text.includes(String(sql)))) return;
  if (textOf(db) !== ourSchema()) throw damaged('the stored schema is not the one that was written');
}
