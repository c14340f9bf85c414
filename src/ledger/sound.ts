import { KnownError } from '../platform/errors.ts';
import { type Database, openDatabase } from './driver.ts';
import { codeOf } from './ingest-errors.ts';
import { isDamaged, isUnwritable, type Ledger, type OpenOptions, openLedger, recover } from './open.ts';
import { isSound } from './salvage.ts';
import { SCHEMA_VERSION } from './schema.ts';
import { checkSchema } from './stored-schema.ts';

/**
 * The damage behind an error, or null where there is none. SQLite answers from a damaged index or schema with rows that are not there and keys that are
 * there twice: what then fails is a line of ours. So an error that would be a bug is one only when the file is whole (REL-22). Reads the whole file then.
 */
export function damageBehind(error: unknown, db: Database): unknown {
  if (isDamaged(error)) return error;
  if (error instanceof KnownError || isUnwritable(error) || codeOf(error) !== 'BUG') return null;
  return isWholeFile(db)
    ? null
    : Object.assign(new Error('its pages contradict each other', { cause: error }), { code: 'ERR_SQLITE_ERROR', errcode: 11 });
}

function isWholeFile(db: Database): boolean {
  try {
    checkSchema(db);
    return isSound(db) && db.sql('PRAGMA user_version').get()?.user_version === SCHEMA_VERSION;
  } catch {
    return false;
  }
}

/** Opens the ledger as {@link openLedger} does, and takes for damage too what fails there because of one: a flipped byte in the header or the schema. */
export function openSoundLedger(options: OpenOptions): Ledger {
  let damage: unknown;
  try {
    const ledger = openLedger(options);
    try {
      checkSchema(ledger.db);
      return ledger;
    } catch (error) {
      ledger[Symbol.dispose]();
      damage = error;
    }
  } catch (error) {
    damage = damageOnDisk(error, options.path);
    if (damage === null) throw error;
  }
  return recover(options, damage);
}

function damageOnDisk(error: unknown, path: string): unknown {
  if (isDamaged(error)) return error;
  let db: Database;
  try {
    db = openDatabase(path, { readOnly: true });
  } catch {
    return null;
  }
  try {
    return damageBehind(error, db);
  } finally {
    db.close();
  }
}
