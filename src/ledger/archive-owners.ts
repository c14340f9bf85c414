import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { backupDir, isArchiveName } from './archive-file.ts';
import { type Database, openDatabase } from './driver.ts';

/*
 * Whose an archive file is. A copy of a ledger refers to the files of the first one, so a file goes only when no ledger and no backup beside it refers to it:
 * a byte too many is said and can be deleted, a request too few is lost.
 */

/**
 * Removes archive files that no block refers to any more. In a transaction: an archiver refers to a file, and a forgetter stops doing so, only in one too.
 * Returns the files that are still there.
 */
export function removeFiles(db: Database, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const needed = neededElsewhere(
    db.path,
    paths.map((path) => basename(path)),
  );
  try {
    db.write(() => {
      const used = db.sql('SELECT 1 FROM archive_block WHERE file = ?');
      for (const path of paths) if (!needed.has(basename(path)) && used.get(basename(path)) === undefined) rmSync(path, { force: true });
    });
  } catch (error) {
    // What was forgotten or restored is committed: the next adoption takes the files away.
    if (errnoOf(error) === undefined) throw error;
  }
  return paths.filter((path) => existsSync(path));
}

/** Of some archive files, those that are not this ledger's own, or that another ledger or a backup beside it refers to, or may do so. */
export function neededElsewhere(ledgerPath: string, files: readonly string[]): ReadonlySet<string> {
  const needed = new Set(files.filter((file) => !isArchiveName(file, ledgerPath)));
  const own = files.filter((file) => !needed.has(file));
  if (own.length > 0) for (const other of ledgersBeside(ledgerPath)) for (const file of referredIn(other, own)) needed.add(file);
  return needed;
}

/** Databases beside a ledger and in the folder of its backups; what this program put aside of the ledger itself is left out. */
function ledgersBeside(ledgerPath: string): string[] {
  const self = statSync(ledgerPath, { throwIfNoEntry: false });
  const name = basename(ledgerPath);
  const isPutAside = (file: string): boolean =>
    file.startsWith(name) && /^(?:\.v\d+|\.corrupt-\d+)?(?:-wal|-shm|-journal)?$/.test(file.slice(name.length));
  return [dirname(ledgerPath), backupDir(ledgerPath)].flatMap((dir) =>
    namesIn(dir)
      .filter((file) => file !== name && !isPutAside(file))
      .map((file) => join(dir, file))
      .filter((path) => {
        const found = statSync(path, { throwIfNoEntry: false });
        return found?.isFile() && !(found.ino === self?.ino && found.dev === self.dev) && isDatabase(path);
      }),
  );
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

const MAGIC = 'SQLite format 3\0';

function isDatabase(path: string): boolean {
  try {
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(MAGIC.length);
      readSync(fd, head, 0, head.length, 0);
      return head.toString('latin1') === MAGIC;
    } finally {
      closeSync(fd);
    }
  } catch {
    // It may be one.
    return true;
  }
}

/** Which of the files a database refers to; all of them when it cannot be asked. */
function referredIn(path: string, files: readonly string[]): readonly string[] {
  let db: Database | null = null;
  try {
    db = openDatabase(path, { readOnly: true });
    if (db.sql("SELECT 1 FROM sqlite_schema WHERE name = 'archive_block'").get() === undefined) return [];
    const refers = db.sql('SELECT 1 FROM archive_block WHERE file = ? AND id IN (SELECT block FROM archived)');
    return files.filter((file) => refers.get(file) !== undefined);
  } catch {
    return files;
  } finally {
    db?.close();
  }
}
