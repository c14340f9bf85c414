import { closeSync, fstatSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateDir } from '../platform/files.ts';
import { archiveDir, archiveName, BLOCK_ROWS, encodeBlock, sha256, writeWhole } from './archive-file.ts';
import { mayBeAtFormerPrices } from './archive-hold.ts';
import { adoptOrphans } from './archive-orphans.ts';
import { wholeCost } from './archived.ts';
import { billedParts } from './billing.ts';
import { CellSums, cellOf } from './cell-sums.ts';
import { type Database, isBusy, type Row, type Value } from './driver.ts';
import { EVENT_COLUMNS, fromRow } from './event-row.ts';
import { FileSums } from './file-sums.ts';
import { isUnwritable, type Ledger } from './open.ts';
import { CELL_MS } from './schema.ts';
import { SessionRows } from './session-rows.ts';

export interface Archived {
  /** Requests that were moved. */
  readonly requests: number;
  /** The new file, null when there was nothing to move. */
  readonly path: string | null;
  readonly bytes: number;
  /** False when there is more to move than was asked for at once. */
  readonly isDone: boolean;
}

const NOTHING: Archived = { requests: 0, path: null, bytes: 0, isDone: true };
const OLD = `SELECT event.*, session.sid, model.name FROM event JOIN session ON session.id = event.session LEFT JOIN model ON model.id = event.model
  WHERE at < ? AND (event.model IS NULL OR model.name IS NOT NULL) ORDER BY at, event.id LIMIT ${BLOCK_ROWS}`;

/**
 * Moves the requests before an instant (epoch ms, rounded down to a cell) into a new compressed file beside the ledger (REL-24). What they add to the sums
 * stays, so that no figure changes; their keys stay, so that no re-read counts them twice. Block by block: the file's bytes are on the disk before the
 * transaction that refers to them and takes the rows away, so that a kill at any point leaves each request in one place that counts. At most `maxBlocks`.
 */
export function archiveEvents(ledger: Ledger, before: number, now: number, maxBlocks = Number.POSITIVE_INFINITY): Archived {
  const { db } = ledger;
  if (ledger.mode !== 'disk') return NOTHING;
  if (isBeingReadFirst(db)) return { ...NOTHING, isDone: false };
  adoptOrphans(ledger);
  const until = Math.floor(before / CELL_MS) * CELL_MS;
  if (db.sql(OLD).get(until) === undefined) return NOTHING;
  ensurePrivateDir(archiveDir(db.path), { ours: true });
  const path = join(archiveDir(db.path), archiveName(db.path, now));
  const fd = openSync(path, 'wx', 0o600);
  let [requests, bytes] = [0, 0];
  let isDone = false;
  try {
    for (let blocks = 0; blocks < maxBlocks; blocks++) {
      const rows = db.sql(OLD).all(until);
      if (rows.length === 0) {
        isDone = true;
        break;
      }
      const block = encodeBlock(rows);
      writeWhole(fd, block, bytes);
      fsyncSync(fd);
      if (bytes === 0) syncDirectory(archiveDir(db.path));
      const moved = db.write(() => move(ledger, rows, { path, fd, offset: bytes, block }));
      bytes += block.length;
      // Its file was taken away, or every one of these rows changed just now: the next pass goes on.
      if (moved === 0) break;
      requests += moved;
    }
  } finally {
    closeSync(fd);
    if (requests === 0) rmSync(path, { force: true });
  }
  return requests === 0 ? { ...NOTHING, isDone } : { requests, path, bytes, isDone };
}

/** A pass ends early when another process changes the same requests, and the next one goes on in a file of its own. */
const PASSES = 5;

/** All of it, in some passes if need be. `path` is then that of the last one. */
export function archiveAll(ledger: Ledger, before: number, now: number): Archived {
  let all = archiveEvents(ledger, before, now);
  for (let pass = 1; !all.isDone && pass < PASSES; pass++) {
    const next = archiveEvents(ledger, before, now);
    all = { requests: all.requests + next.requests, path: next.path ?? all.path, bytes: all.bytes + next.bytes, isDone: next.isDone };
  }
  return all;
}

/** Another process fills an empty ledger without the index that the move needs. */
const isBeingReadFirst = (db: Database): boolean =>
  db.sql("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'event_key'").get() === undefined;

interface Place {
  readonly path: string;
  readonly fd: number;
  readonly offset: number;
  readonly block: Buffer;
}

/** In a transaction: the rows that are still what was written to the file become archived. */
function move(ledger: Ledger, rows: readonly Row[], { path, fd, offset, block }: Place): number {
  const { db, table } = ledger;
  const still = db.sql(`SELECT ${EVENT_COLUMNS} FROM event WHERE key = ?`);
  const isSame = (row: Row): boolean => {
    const now = still.get(row.key!);
    return now !== undefined && Object.keys(now).every((name) => now[name] === row[name]);
  };
  const taken = rows.filter(isSame);
  const file = path.slice(archiveDir(db.path).length + 1);
  // Written anew without a forgotten session, the file is about to go.
  const isReplaced =
    offset > 0 && db.sql('SELECT 1 FROM archive_block WHERE file = ? AND offset + length = ?').get(file, offset) === undefined;
  if (isReplaced || taken.length === 0 || statSync(path, { throwIfNoEntry: false })?.ino !== fstatSync(fd).ino) return 0;
  const times = taken.map((row) => row.at as number);
  db.sql('INSERT INTO archive_block (file, offset, length, sha256, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?)').run(
    ...[file, offset, block.length, sha256(block), Math.min(...times), Math.max(...times)],
  );
  const id = db.sql('SELECT max(id) AS id FROM archive_block').get()?.id as number;
  const names = new SessionRows(db);
  const sums = new CellSums(db, table, (name) => names.modelId(name), 'archived_sum');
  const files = new FileSums();
  const insert = db.sql('INSERT INTO archived VALUES (?, ?, ?, ?, ?)');
  const drop = db.sql('DELETE FROM event WHERE key = ?');
  for (const row of taken) {
    const calc = row.calc as number | null;
    insert.run(row.key!, row.session!, cellOf(row.at as number), id, wholeCost(row, table, calc));
    for (const part of billedParts(fromRow(row, '', row.name as string | null), table, calc))
      sums.count(part, row.at as number, row.session as number);
    files.event(
      EVENT_COLUMNS.split(', ').map((name): Value => row[name] ?? null),
      -1,
    );
    drop.run(row.key!);
  }
  sums.flush();
  files.flush(db);
  return taken.length;
}

/** Gives the space of what was moved back to the disk, which an ordinary pass leaves for new requests. Not while another process reads. */
export function shrink(db: Database): void {
  try {
    db.exec('VACUUM');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (!isBusy(error) && !isUnwritable(error)) throw error;
  }
}

export interface ArchiveStats {
  readonly requests: number;
  readonly files: number;
  /** Bytes of these files. */
  readonly bytes: number;
  /** Paths of files that are gone or shorter than the ledger says. */
  readonly missing: readonly string[];
  /** The prices changed while an archive file could not be read: costs of its requests may be at former prices. */
  readonly formerPrices: boolean;
}

/** What is archived, and whether its files are there: a look at their sizes, not their content. */
export function archiveStats(db: Database): ArchiveStats {
  const files = filesOf(db);
  return {
    requests: Number(db.sql('SELECT count(*) AS n FROM archived').get()?.n),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + Math.max(0, size), 0),
    missing: missingArchives(db),
    formerPrices: mayBeAtFormerPrices(db),
  };
}

/** Archive files that are gone or shorter than they were. */
export const missingArchives = (db: Database): string[] =>
  filesOf(db)
    .filter(({ size, want }) => size < want)
    .map(({ path }) => path);

/** Sizes in bytes, as found (-1 = gone) and as written. Few rows: a block holds thousands of requests. */
function filesOf(db: Database): { readonly path: string; readonly size: number; readonly want: number }[] {
  const rows = db.sql('SELECT file, max(offset + length) AS size FROM archive_block GROUP BY file').all();
  return rows.map((row) => {
    const path = join(archiveDir(db.path), String(row.file));
    return { path, size: statSync(path, { throwIfNoEntry: false })?.size ?? -1, want: row.size as number };
  });
}

function syncDirectory(path: string): void {
  try {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Some file systems refuse it; the file's own bytes are safe.
  }
}
