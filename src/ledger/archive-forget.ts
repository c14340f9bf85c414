import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { archiveDir, archiveName, encodeBlock, readBlock, readBytes, sha256, writeWhole } from './archive-file.ts';
import { dropEmptyBlocks } from './archive-orphans.ts';
import type { Database, Row, Value } from './driver.ts';

/** Where archived requests of some sessions were. */
export interface RemovedArchived {
  readonly requests: number;
  /** Files that hold bytes of them, to be removed once the transaction is committed. */
  readonly stale: readonly string[];
  /** Files that stay, since a part of them cannot be read; they may hold bytes of the sessions. */
  readonly kept: readonly string[];
}

/**
 * Removes sessions (ids of the table, as a JSON list) from the archive, in a transaction of the caller's: each file that holds bytes of theirs is written
 * anew without these, under another name (SEC-82). `now` in epoch ms; null leaves all files alone, for a copy of the ledger whose archives are another's.
 */
export function removeArchived(db: Database, ids: Value, sids: readonly string[], now: number | null): RemovedArchived {
  const OF_THEM = 'session IN (SELECT value FROM json_each(?))';
  db.sql(`DELETE FROM archived_sum WHERE ${OF_THEM}`).run(ids);
  const requests = db.sql(`DELETE FROM archived WHERE ${OF_THEM}`).run(ids);
  if (now === null) return { requests, stale: [], kept: [] };
  const own = new Set<Value>(sids);
  const files = db.sql('SELECT DISTINCT file FROM archive_block').all();
  const done = files.map(({ file }) => rewrite(db, String(file), own, now));
  dropEmptyBlocks(db);
  return { requests, stale: done.flatMap(({ stale }) => stale ?? []), kept: done.flatMap(({ kept }) => kept ?? []) };
}

interface Piece {
  readonly id: Value;
  readonly bytes: Buffer;
}

/** What became of a file: its path when it is replaced, or when it must stay beside what replaces it. */
interface Rewritten {
  readonly stale?: string;
  readonly kept?: string;
}

/** Writes a file anew when it holds anything of these sessions. What cannot be read stays where it is: the file may be mended or put back. */
function rewrite(db: Database, file: string, own: ReadonlySet<Value>, now: number): Rewritten {
  const old = join(archiveDir(db.path), file);
  const blocks = db.sql('SELECT * FROM archive_block WHERE file = ? AND id IN (SELECT block FROM archived) ORDER BY offset').all(file);
  const size = blocks.reduce((sum, block) => sum + (block.length as number), 0);
  // Bytes that no block refers to, after a power cut or when all of a block came back, may be theirs.
  const found = statSync(old, { throwIfNoEntry: false })?.size;
  let isTouched = found !== size;
  let isWhole = true;
  const pieces: Piece[] = [];
  for (const block of blocks) {
    const [offset, length, hash] = [block.offset as number, block.length as number, String(block.sha256)];
    const rows = readBlock(old, offset, length, hash);
    if (rows === null) {
      isWhole = false;
      continue;
    }
    const kept = archivedIn(db, block, rows);
    const isSame = kept.length === rows.length || !rows.some(({ sid }) => own.has(sid!));
    if (!isSame) isTouched = true;
    const bytes = isSame ? readBytes(old, offset, length) : encodeBlock(kept);
    if (bytes === null) isWhole = false;
    else pieces.push({ id: block.id!, bytes });
  }
  if (!isTouched) return !isWhole && found !== undefined ? { kept: old } : {};
  if (pieces.length > 0) writePieces(db, archiveName(db.path, now), pieces);
  if (isWhole) return { stale: old };
  return found === undefined ? {} : { kept: old };
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
