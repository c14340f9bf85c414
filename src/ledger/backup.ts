import { closeSync, existsSync, lstatSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, KnownError } from '../platform/errors.ts';
import { ensurePrivateDir } from '../platform/files.ts';
import { backupDir, readArchivesOf } from './archive-file.ts';
import { hasArchived } from './archive-hold.ts';
import { dropEmptyBlocks } from './archive-orphans.ts';
import { ArchivedEvents } from './archived.ts';
import { type Database, openDatabase, sqliteCode } from './driver.ts';
import { FileSums } from './file-sums.ts';
import { removeLabel, removeSessions, wiping } from './forget.ts';
import type { Ledger } from './open.ts';
import { SessionRows } from './session-rows.ts';

/** `2026-11-20T13:42:10.123Z` → `ledger-20261120-134210.db`. `now` in epoch ms. */
export const backupName = (now: number): string =>
  `ledger-${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.db`;

/** Copies the ledger into a new private file while others may write it (REL-25). Returns its bytes. Never replaces a file. */
export function backupLedger(ledger: Ledger, path: string): number {
  if (dirname(path) === backupDir(ledger.db.path)) ensurePrivateDir(dirname(path));
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new KnownError(`${path} exists already`, { hint: 'use another name' });
    throw new KnownError(`Cannot write ${path} (${errnoOf(error)})`, { cause: error });
  }
  try {
    ledger.db.sql('VACUUM INTO ?').run(path);
    makeWhole(path, ledger);
  } catch (error) {
    rmSync(path, { force: true });
    if (sqliteCode(error) === null) throw error;
    throw new KnownError(`The backup ${path} could not be written (${(error as Error).message}); nothing is left of it`, { cause: error });
  }
  return statSync(path).size;
}

/** A copy holds its archived requests itself: archive files are rewritten when a session is forgotten, and may not be where it is restored. */
function makeWhole(path: string, { db, table }: Ledger): void {
  if (!hasArchived(db)) return;
  const copy = openDatabase(path);
  try {
    readArchivesOf(copy, db.path);
    copy.write(() => {
      const archived = new ArchivedEvents(copy, table);
      const names = new SessionRows(copy);
      const files = new FileSums();
      for (const { session, cell } of copy.sql('SELECT DISTINCT session, cell FROM archived').all())
        archived.thaw(session as number, cell as number, (name) => names.modelId(name), files);
      files.flush(copy);
      dropEmptyBlocks(copy);
    });
  } finally {
    copy.close();
  }
}

/** Where `ledger restore` checks a backup before it takes it. */
export const RESTORE_PREFIX = 'restore-';
const RESTORE_DIR = /^restore-[A-Za-z0-9]{6}$/;
/** A restore takes seconds; what is older was left by a kill. ms. */
const STALE_MS = 3_600_000;

const restoreDirs = (ledgerPath: string): string[] =>
  namesIn(dirname(ledgerPath))
    .filter((name) => RESTORE_DIR.test(name))
    .map((name) => join(dirname(ledgerPath), name));

/** Removes copies that a killed `ledger restore` left behind (SEC-82). `now` in epoch ms. */
export function removeStaleRestores(ledgerPath: string, now: number): void {
  for (const dir of restoreDirs(ledgerPath)) {
    const found = lstatSync(dir, { throwIfNoEntry: false });
    if (found?.isDirectory() && existsSync(join(dir, 'ledger.db')) && now - found.mtimeMs > STALE_MS)
      rmSync(dir, { recursive: true, force: true });
  }
}

/** Copies of the ledger that this program makes: backups by their default name, those before a migration, damaged ones put aside, one being restored. */
export function copiesOf(ledgerPath: string): string[] {
  const name = basename(ledgerPath);
  const beside = namesIn(dirname(ledgerPath)).filter(
    (file) => file.startsWith(`${name}.`) && /^\.(?:v\d+|corrupt-\d+)(?:-wal|-shm)?$/.test(file.slice(name.length)),
  );
  const backups = namesIn(backupDir(ledgerPath)).filter((file) => /^ledger-[\d-]+\.db(?:-wal|-shm)?$/.test(file));
  const restored = restoreDirs(ledgerPath).flatMap((dir) =>
    ['ledger.db', 'ledger.db-wal', 'ledger.db-shm'].map((file) => join(dir, file)).filter((path) => existsSync(path)),
  );
  return [
    ...restored,
    ...beside.map((file) => join(dirname(ledgerPath), file)),
    ...backups.map((file) => join(backupDir(ledgerPath), file)),
  ];
}

function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir).sort() : [];
}

/**
 * Removes sessions, or their names, tags and notes alone, from every copy of the ledger that this program made (SEC-82). Returns the copies that could not
 * be changed, such as damaged ones.
 */
export function forgetInCopies(ledgerPath: string, sids: readonly string[], what: 'session' | 'label'): string[] {
  const holding = copiesOf(ledgerPath).filter((path) => holds(path, sids));
  const isDone = new Set(holding.filter((path) => !/-(?:wal|shm)$/.test(path) && removedFrom(path, sids, what)));
  // A label leaves the id where it was; the journal of a damaged copy is opened by nobody.
  return holding.filter((path) => existsSync(path) && (what === 'label' ? !isDone.has(path) : holds(path, sids)));
}

function removedFrom(path: string, sids: readonly string[], what: 'session' | 'label'): boolean {
  let db: Database | null = null;
  try {
    db = openDatabase(path);
    const copy = db;
    wiping(copy, () => {
      if (what === 'session') removeSessions(copy, sids);
      else for (const sid of sids) removeLabel(copy, sid);
    });
    return true;
  } catch {
    // Said by the caller.
    return false;
  } finally {
    db?.close();
  }
}

const CHUNK = 1024 * 1024;

/** Whether the bytes of one of the texts are anywhere in a file. */
function holds(path: string, texts: readonly string[]): boolean {
  const wanted = texts.map((text) => Buffer.from(text));
  const buffer = Buffer.alloc(CHUNK + Math.max(0, ...wanted.map(({ length }) => length)));
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    // A restore in another process just ended. What cannot be opened for another reason may hold them.
    return errnoOf(error) !== 'ENOENT';
  }
  try {
    for (let at = 0; ; at += CHUNK) {
      const read = readSync(fd, buffer, 0, buffer.length, at);
      if (wanted.some((text) => buffer.subarray(0, read).includes(text))) return true;
      if (read < buffer.length) return false;
    }
  } finally {
    closeSync(fd);
  }
}
