import type { Database, Row } from './driver.ts';
import type { Checkpoint } from './read-file.ts';

/** A row of `file` as the checkpoint it stores. */
export function checkpointFrom(row: Row): Checkpoint {
  return {
    path: row.path as string,
    folder: row.folder as string,
    dev: row.dev as number,
    ino: row.ino as number,
    size: row.size as number,
    mtime: row.mtime as number,
    birth: row.birth as number,
    headHash: row.head_hash as string,
    headLength: row.head_len as number,
    tailHash: row.tail_hash as string,
    tailLength: row.tail_len as number,
    offset: row.offset as number,
    content: row.content as number | null,
    lines: row.lines as number,
    malformed: row.malformed as number,
    tooLong: row.too_long as number,
    flagged: row.flagged as number,
    firstAt: row.first_at as number | null,
    lastAt: row.last_at as number,
    session: row.session as string | null,
  };
}

/** Stores how far a file was read, without the session's name when that was forgotten (SEC-82). */
export function writeCheckpoint(db: Database, c: Checkpoint, isOfForgotten: boolean): void {
  const stored = db.sql('SELECT offset, mtime, head_hash, head_len, rewritten FROM file WHERE path = ?').get(c.path);
  // Another process is further in the same file: its row is a function of a longer prefix of it. A later time says that the file was shortened instead.
  if (
    stored &&
    (stored.offset as number) > c.offset &&
    (stored.mtime as number) >= c.mtime &&
    stored.head_hash === c.headHash &&
    stored.head_len === c.headLength
  )
    return;
  db.sql(`INSERT OR REPLACE INTO file (path, folder, dev, ino, size, mtime, birth, head_hash, head_len, tail_hash, tail_len, offset, lines, malformed, too_long,
            flagged, first_at, last_at, session, gone_at, content, rewritten) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,?,?)`).run(
    c.path,
    c.folder,
    c.dev,
    c.ino,
    c.size,
    c.mtime,
    c.birth,
    c.headHash,
    c.headLength,
    c.tailHash,
    c.tailLength,
    c.offset,
    c.lines,
    c.malformed,
    c.tooLong,
    c.flagged,
    c.firstAt,
    c.lastAt,
    isOfForgotten ? null : c.session,
    c.content,
    stored?.rewritten ?? 0,
  );
}
