import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, KnownError } from '../platform/errors.ts';
import { archiveDir } from './archive-file.ts';
import { HOLD_ROWS } from './archive-hold.ts';
import { removeFiles } from './archive-owners.ts';
import { archivedRows } from './archived.ts';
import { RESTORE_PREFIX } from './backup.ts';
import { type Database, openDatabase, type Row } from './driver.ts';
import { removeSessions } from './forget.ts';
import { type Ledger, type OpenOptions, openLedger } from './open.ts';
import { isSound } from './salvage.ts';
import { forgottenSessions } from './tombstones.ts';

/** Requests that the ledger had and the backup has not; they come back from transcripts, or are lost. */
export interface Missing {
  /** Keys of requests. */
  readonly keys: readonly string[];
}

/** Parents first. All of a ledger but what is made again from the rest. */
const TABLES = [
  'model',
  'session',
  'event',
  'prompt',
  'inherited',
  'label',
  'tombstone',
  'file',
  'rollup',
  'file_sum',
  'archived',
  'archived_sum',
  'archive_block',
] as const;

/**
 * Puts a backup in the place of the ledger's content, in one transaction, while other processes may have it open (REL-25). The caller then reads what is new
 * in the transcripts. Forgotten sessions stay forgotten. `before` is called when the backup is known to be good.
 * Returns what the backup has not.
 */
export function restoreLedger(ledger: Ledger, path: string, options: OpenOptions, before: () => void = () => {}): Missing {
  if (!existsSync(path)) throw new KnownError(`There is no backup ${path}`);
  const dir = mkdtempSync(join(dirname(options.path), RESTORE_PREFIX));
  const copy = join(dir, 'ledger.db');
  try {
    checkedCopy(path, copy, options);
    before();
    const { db } = ledger;
    const archives = wholeArchives(db);
    db.sql('ATTACH DATABASE ? AS backup').run(copy);
    try {
      const missing = db.write(() => {
        const keys = db
          .sql(`SELECT key FROM (SELECT key FROM main.event UNION ALL SELECT key FROM main.archived)
            WHERE key NOT IN (SELECT key FROM backup.event UNION ALL SELECT key FROM backup.archived) ORDER BY key`)
          .all()
          .map((row) => String(row.key));
        const tombstones = db.sql('SELECT * FROM main.tombstone').all();
        const labels = db.sql('SELECT * FROM main.label').all();
        for (const table of TABLES) {
          db.exec(`DELETE FROM main.${table}`);
          db.exec(`INSERT INTO main.${table} SELECT * FROM backup.${table}`);
        }
        for (const name of HOLD_ROWS) {
          db.sql('DELETE FROM main.meta WHERE name = ?').run(name);
          db.sql('INSERT INTO main.meta SELECT * FROM backup.meta WHERE name = ?').run(name);
        }
        db.exec('DELETE FROM main.memo; DELETE FROM main.failure');
        for (const { sid, at } of tombstones) db.sql('INSERT OR IGNORE INTO main.tombstone VALUES (?, ?)').run(sid!, at!);
        for (const label of labels) keepNewer(db, label);
        removeForgotten(db);
        return { keys };
      });
      // What they held is in the copy that was made before. Those that the backup refers to stay: it may be a plain copy of the ledger.
      removeFiles(db, archives);
      return missing;
    } finally {
      db.exec('DETACH DATABASE backup');
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Paths of archive files all of whose requests can be read, and so went into a copy. */
function wholeArchives(db: Database): string[] {
  const rows = db.sql('SELECT DISTINCT file FROM archive_block').all();
  return rows.flatMap(({ file }) => {
    const { lost } = archivedRows(db, 'archived.block IN (SELECT id FROM archive_block WHERE file = ?)', file!);
    return lost.length === 0 ? [join(archiveDir(db.path), String(file))] : [];
  });
}

/** A person's own words since the backup are in no transcript: they stay, unless a name belongs to another session now. */
function keepNewer(db: Database, label: Row): void {
  const before = db.sql('SELECT updated_at AS at FROM main.label WHERE sid = ?').get(label.sid!)?.at as number | undefined;
  if (before !== undefined && before >= (label.updated_at as number)) return;
  const { sid, name, tags, note, created_at, updated_at } = label;
  const isTaken = db.sql('SELECT 1 AS yes FROM main.label WHERE lower(name) = lower(?) AND sid <> ?').get(name ?? null, sid!) !== undefined;
  db.sql('INSERT OR REPLACE INTO main.label (sid, name, tags, note, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)').run(
    ...[sid!, isTaken ? null : name!, tags!, note!, created_at!, updated_at!],
  );
}

function removeForgotten(db: Database): void {
  const forgotten = forgottenSessions(db);
  const gone = db
    .sql('SELECT sid FROM main.session')
    .all()
    .map(({ sid }) => String(sid))
    .filter((sid) => forgotten.has(sid));
  if (gone.length > 0) removeSessions(db, gone);
}

/** A private copy of the backup in the form of this version. Refuses what is no ledger, damaged, or of a newer version. */
function checkedCopy(path: string, copy: string, options: OpenOptions): void {
  try {
    copyFileSync(path, copy);
    chmodSync(copy, 0o600);
  } catch (error) {
    throw new KnownError(`${path} cannot be read (${errnoOf(error)})`, { cause: error });
  }
  let whole = false;
  try {
    const db = openDatabase(copy);
    try {
      whole = isSound(db) && db.sql("SELECT 1 FROM sqlite_schema WHERE name = 'event'").get() !== undefined;
    } finally {
      db.close();
    }
  } catch {
    // Not a database.
  }
  if (!whole) throw new KnownError(`${path} is no backup of a ledger, or a damaged one: nothing was changed`);
  const opened = openLedger({ ...options, path: copy });
  const isUsable = opened.mode === 'disk' && opened.notice === null;
  opened[Symbol.dispose]();
  if (!isUsable) throw new KnownError(`${path} is a damaged backup: nothing was changed`);
}

/** How many of the requests that a restored backup lacked no transcript brought back either. */
export function stillMissing(ledger: Ledger, { keys }: Missing): number {
  const has = ledger.db.sql('SELECT 1 FROM event WHERE key = ? UNION ALL SELECT 1 FROM archived WHERE key = ?');
  return keys.filter((key) => has.get(key, key) === undefined).length;
}
