import { closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { archiveDir, archiveName, encodeBlock, readBlock, readBytes, sha256, writeWhole } from './archive-file.ts';
import { dropEmptyBlocks } from './archive-orphans.ts';
import type { Database, Row, Value } from './driver.ts';

/** Where archived requests of some sessions were. */
export interface RemovedArchived {
  readonly requests: number;
  /** Files that hold bytes of them, to be removed once the transaction is committed. */
  readonly stale: readonly string[];
}

/**
 * Removes sessions (ids of the table, as a JSON list) from the archive, in a transaction of the caller's: each file that holds bytes of theirs is written
 * anew without these, under another name (SEC-82). `now` in epoch ms; null leaves all files alone, for a copy of the ledger whose archives are another's.
 */
export function removeArchived(db: Database, ids: Value, sids: readonly string[], now: number | null): RemovedArchived {
  const OF_THEM = 'session IN (SELECT value FROM json_each(?))';
  db.sql(`DELETE FROM archived_sum WHERE ${OF_THEM}`).run(ids);
  const requests = db.sql(`DELETE FROM archived WHERE ${OF_THEM}`).run(ids);
  if (now === null) return { requests, stale: [] };
  const own = new Set<Value>(sids);
  const files = db.sql('SELECT DISTINCT file FROM archive_block').all();
  const stale = files.flatMap(({ file }) => rewrite(db, String(file), own, now));
  dropEmptyBlocks(db);
  return { requests, stale };
}

interface Piece {
  readonly id: Value;
  readonly bytes: Buffer;
}

/** Writes a file anew when it holds anything of these sessions. Returns the path of the old one then. */
function rewrite(db: Database, file: string, own: ReadonlySet<Value>, now: number): string[] {
  const old = join(archiveDir(db.path), file);
  const blocks = db.sql('SELECT * FROM archive_block WHERE file = ? AND id IN (SELECT block FROM archived) ORDER BY offset').all(file);
  const size = blocks.reduce((sum, block) => sum + (block.length as number), 0);
  // Bytes that no block refers to, after a power cut or when all of a block came back, may be theirs.
  let isTouched = statSync(old, { throwIfNoEntry: false })?.size !== size;
  const pieces: Piece[] = [];
  for (const block of blocks) {
    const [offset, length, hash] = [block.offset as number, block.length as number, String(block.sha256)];
    const rows = readBlock(old, offset, length, hash);
    // What cannot be read now has been unreadable before: its sums stay, and it is named by verify.
    if (rows === null) continue;
    const kept = archivedIn(db, block, rows);
    const isWhole = kept.length === rows.length || !rows.some(({ sid }) => own.has(sid!));
    if (!isWhole) isTouched = true;
    const bytes = isWhole ? readBytes(old, offset, length) : encodeBlock(kept);
    if (bytes !== null) pieces.push({ id: block.id!, bytes });
  }
  if (!isTouched) return [];
  if (pieces.length > 0) writePieces(db, archiveName(db.path, now), pieces);
  return [old];
}

/** Rows of a block that are archived there: others came back into the ledger since. */
function archivedIn(db: Database, block: Row, rows: readonly Row[]): Row[] {
  const keys = new Set(
    db
      .sql('SELECT key FROM archived WHERE block = ?')
      .all(block.id!)
      .map(({ key }) => key),
  );
  return rows.filter(({ key }) => keys.has(key!));
}

function writePieces(db: Database, name: string, pieces: readonly Piece[]): void {
  const fd = openSync(join(archiveDir(db.path), name), 'wx', 0o600);
  try {
    let offset = 0;
    const update = db.sql('UPDATE archive_block SET file = ?, offset = ?, length = ?, sha256 = ? WHERE id = ?');
    for (const { id, bytes } of pieces) {
      writeWhole(fd, bytes, offset);
      update.run(name, offset, bytes.length, sha256(bytes), id);
      offset += bytes.length;
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function removeFiles(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { force: true });
}
