import { chmodSync, closeSync, copyFileSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { configError, errnoOf, KnownError } from '../platform/errors.ts';
import { ensurePrivateDir } from '../platform/files.ts';
import type { PriceTable } from '../pricing/types.ts';
import { Appender } from './append.ts';
import { pricedBy } from './archive-hold.ts';
import { adoptOrphans } from './archive-orphans.ts';
import { type Database, hasSafeWal, openDatabase, sqliteCode, sqliteVersion } from './driver.ts';
import { remakeFileSums } from './file-sums.ts';
import { type LabelKeys, NO_LABEL_KEYS } from './label-keys.ts';
import { salvage } from './salvage.ts';
import { KEY_INDEX, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';

/** Where the ledger's figures are kept this time: on disk, on a disk that cannot be written, or only in memory (REL-7). */
export type LedgerMode = 'disk' | 'memory';

export interface Ledger {
  readonly db: Database;
  readonly table: PriceTable;
  readonly mode: LedgerMode;
  /** One sentence for the person when something is not as it should be, else null. */
  readonly notice: string | null;
  /** Appends what files say; see {@link Appender}. */
  readonly appender: Appender;
  /** Opens names, tags and notes that are stored sealed. */
  readonly labelKeys: LabelKeys;
  /** When it was opened, an archive file could not be read that some sums or lines need (archive-hold.ts). */
  readonly waitsForArchive: boolean;
  /** What the first reading of new lines shall see to besides; it takes this away. */
  chores?: Chores;
  [Symbol.dispose](): void;
}

/** What is due once in a while, beside reading (ingest.ts). */
export interface Chores {
  /** Looks whether some files that seem unchanged still hold what was read (REL-13). */
  readonly sample: boolean;
  /** Requests older than this are archived, at most once a day; ms, null = never (UR-113). */
  readonly keepMs: number | null;
}

export interface OpenOptions {
  readonly path: string;
  readonly table: PriceTable;
  readonly version: string;
  /** Epoch ms, for the name of a file moved away. */
  readonly now: number;
  /** Absent: names, tags and notes are stored in the clear. */
  readonly labelKeys?: LabelKeys;
}

/** SQLite codes: 11 corrupt, 26 not a database; 8 read-only, 13 full, 14 cannot open, 10 I/O error. */
const CORRUPT = new Set([11, 26]);
const UNWRITABLE = new Set([8, 10, 13, 14]);
const UNWRITABLE_ERRNO = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT', 'ENOTDIR']);

/**
 * Opens the ledger, makes or migrates it, and re-prices it when the price table changed. A corrupt file is moved away and its readable rows saved
 * (REL-22); where nothing can be written the ledger lives in memory for this run (REL-7). Throws exit 78 for a ledger of a newer program.
 */
export function openLedger(options: OpenOptions): Ledger {
  try {
    return onDisk(options, null);
  } catch (error) {
    if (isDamaged(error)) return recover(options, error);
    if (isUnwritable(error))
      return inMemory(
        options,
        `The ledger at ${options.path} cannot be written (${reason(error)}): figures come from memory, nothing is kept. Make it writable, or set TIDEMARK_DB to a file that is.`,
      );
    throw error;
  }
}

/** The file is no database or a damaged one: {@link recover} helps, also when this shows only while reading or writing. */
export const isDamaged = (error: unknown): boolean => {
  const code = sqliteCode(error) ?? -1;
  // Code 1 is any error in SQL. Ours is fixed, so a name it does not find was taken out of the stored schema by a damage.
  return (
    CORRUPT.has(code) ||
    (code === 1 &&
      /no such (?:table|column|index)|has no column|ON CONFLICT clause does not match|table \S+ has \d+ columns/.test(
        (error as Error).message,
      ))
  );
};

export const isUnwritable = (error: unknown): boolean => {
  const cause = error instanceof KnownError ? (error.cause ?? error) : error;
  return (
    UNWRITABLE.has(sqliteCode(cause) ?? -1) ||
    UNWRITABLE_ERRNO.has(errnoOf(cause) ?? '') ||
    (error instanceof KnownError && error.exitCode === 1)
  );
};

const reason = (error: unknown): string => {
  const cause = error instanceof KnownError ? (error.cause ?? error) : error;
  return sqliteCode(cause) === 13
    ? 'disk full'
    : ((errnoOf(cause) === 'ERR_SQLITE_ERROR' ? undefined : errnoOf(cause)) ?? (cause as Error).message);
};

export function inMemory(options: OpenOptions, notice: string): Ledger {
  const db = openDatabase(':memory:');
  migrate(db, options);
  return ledgerOf(db, options, 'memory', notice);
}

function onDisk(options: OpenOptions, notice: string | null): Ledger {
  ensurePrivateDir(dirname(options.path));
  refuseNewer(options);
  if (!existsSync(options.path)) closeSync(openSync(options.path, 'a', 0o600));
  const db = openDatabase(options.path);
  try {
    prepare(db);
    migrate(db, options);
    return ledgerOf(db, options, 'disk', notice);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Before anything may change the file: a connection that could write would turn its journal mode or take in its WAL when it closes (REL-22). */
function refuseNewer(options: OpenOptions): void {
  if (!existsSync(options.path) || statSync(options.path).size === 0) return;
  let db: Database | null = null;
  try {
    db = openDatabase(options.path, { readOnly: true });
    if (schemaOf(db) > SCHEMA_VERSION) throw newer(db, options);
  } catch (error) {
    if (error instanceof KnownError) throw error;
    // What else is wrong with the file shows when it is opened to write.
  } finally {
    db?.close();
  }
}

const schemaOf = (db: Database): number => Number(db.sql('PRAGMA user_version').get()?.user_version);

function newer(db: Database, options: OpenOptions): KnownError {
  let writer: unknown;
  try {
    writer = db.sql("SELECT value FROM meta WHERE name = 'version'").get()?.value;
  } catch {
    // Its tables may be others than ours.
  }
  return configError(`The ledger ${options.path} was written by Tidemark ${writer ?? 'of a newer version'}; this is ${options.version}.`, {
    hint: 'Update, or set TIDEMARK_DB to another file',
  });
}

function ledgerOf(db: Database, { table, labelKeys = NO_LABEL_KEYS }: OpenOptions, mode: LedgerMode, notice: string | null): Ledger {
  const appender = new Appender(db, table);
  // A first reading was killed before it made the index of what it had written.
  if (db.sql("SELECT 1 FROM sqlite_master WHERE name = 'event_key'").get() === undefined) db.exec(KEY_INDEX);
  let priced = pricedBy(db, table.fingerprint);
  if (priced === 'no') {
    appender.recountAll();
    priced = pricedBy(db, table.fingerprint);
  }
  return { db, table, mode, notice, appender, labelKeys, waitsForArchive: priced === 'waits', [Symbol.dispose]: () => db.close() };
}

function prepare(db: Database): void {
  // Version first: a WAL written by several processes can be corrupted by SQLite before 3.51.3.
  db.exec(hasSafeWal(sqliteVersion(db)) ? 'PRAGMA journal_mode = WAL' : 'PRAGMA journal_mode = TRUNCATE');
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8000; PRAGMA temp_store = MEMORY');
}

function migrate(db: Database, options: OpenOptions): void {
  const version = schemaOf(db);
  if (version === SCHEMA_VERSION) return;
  if (version > SCHEMA_VERSION) throw newer(db, options);
  if (version > 0 && options.path !== ':memory:') backup(db, options.path, version);
  db.write(() => {
    // Another process may have migrated while this one waited for the lock.
    const now = schemaOf(db);
    for (let v = now; v < SCHEMA_VERSION; v++) db.exec(MIGRATIONS[v]!);
    if (now > 0 && now < 3) remakeFileSums(db);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run('version', options.version);
    if (now === 0) db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run('prices', options.table.fingerprint);
  });
}

function backup(db: Database, path: string, version: number): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const copy = `${path}.v${version}`;
  copyFileSync(path, copy);
  chmodSync(copy, 0o600);
}

/** Moves a corrupt ledger away, opens a new one and saves into it what can be read of the old. Transcripts are then read again as usual. */
export function recover(options: OpenOptions, error: unknown): Ledger {
  const away = `${options.path}.corrupt-${options.now}`;
  try {
    renameSync(options.path, away);
    for (const suffix of ['-wal', '-shm']) if (existsSync(options.path + suffix)) renameSync(options.path + suffix, away + suffix);
  } catch (moving) {
    return inMemory(
      options,
      `The ledger at ${options.path} is damaged (${(error as Error).message}) and cannot be moved away (${errnoOf(moving)}): figures come from memory.`,
    );
  }
  const fresh = onDisk(options, null);
  const saved = salvage(away, fresh.db);
  fresh.appender.recountAll();
  fresh.db.write(() => remakeFileSums(fresh.db));
  try {
    adoptOrphans(fresh);
  } catch (full) {
    // The archive stays where it is, and comes in with the next archiving or rebuild.
    if (!isUnwritable(full)) throw full;
  }
  return {
    ...fresh,
    notice: `The ledger was damaged: it was moved to ${away}, ${saved} of its requests were saved and transcripts are read again.`,
    [Symbol.dispose]: fresh[Symbol.dispose],
  };
}
