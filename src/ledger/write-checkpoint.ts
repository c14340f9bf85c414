import type { Database, Value } from './driver.ts';
import type { Checkpoint } from './file-part.ts';
import type { LedgerMemory, StoredFile } from './ledger-memory.ts';

/** Stores how far a file was read, without the session's name when that was forgotten (SEC-82). */
export function writeCheckpoint(db: Database, memory: LedgerMemory, read: Checkpoint, isOfForgotten: boolean): void {
  const c = isOfForgotten ? { ...read, session: null } : read;
  const kept = memory.files.get(c.path);
  const stored = kept === undefined ? storedPlace(db, c.path) : placeOf(kept);
  // Another process is further in the same file: its row is a function of a longer prefix of it. A later time says that the file was shortened instead.
  if (
    stored !== null &&
    stored.offset > c.offset &&
    stored.mtime >= c.mtime &&
    stored.headHash === c.headHash &&
    stored.headLength === c.headLength
  )
    return;
  if (kept !== undefined && isSameFile(kept.checkpoint, c)) grow(db, c);
  else replace(db, c, stored?.rewritten ?? 0);
  memory.keepFile(c.path, { checkpoint: c, rewritten: stored?.rewritten ?? 0 });
}

interface Stored extends Pick<Checkpoint, 'offset' | 'mtime' | 'headHash' | 'headLength'> {
  readonly rewritten: number;
}

const placeOf = ({ checkpoint: { offset, mtime, headHash, headLength }, rewritten }: StoredFile): Stored => ({
  offset,
  mtime,
  headHash,
  headLength,
  rewritten,
});

function storedPlace(db: Database, path: string): Stored | null {
  const row = db.sql('SELECT offset, mtime, head_hash, head_len, rewritten FROM file WHERE path = ?').get(path);
  return row === undefined
    ? null
    : {
        offset: row.offset as number,
        mtime: row.mtime as number,
        headHash: row.head_hash as string,
        headLength: row.head_len as number,
        rewritten: row.rewritten as number,
      };
}

/** Only what grows with a file is another. */
const isSameFile = (a: Checkpoint, b: Checkpoint): boolean =>
  a.folder === b.folder &&
  a.dev === b.dev &&
  a.ino === b.ino &&
  a.birth === b.birth &&
  a.headHash === b.headHash &&
  a.headLength === b.headLength &&
  a.firstAt === b.firstAt;

/** What grows with a file. */
const GROWING = 'size, mtime, tail_hash, tail_len, offset, lines, malformed, too_long, flagged, last_at, session, content';
const growing = (c: Checkpoint): Value[] => [
  c.size,
  c.mtime,
  c.tailHash,
  c.tailLength,
  c.offset,
  c.lines,
  c.malformed,
  c.tooLong,
  c.flagged,
  c.lastAt,
  c.session,
  c.content,
];
const places = (columns: string): string => columns.replaceAll(/\w+/g, '?');

const FIXED = 'path, folder, dev, ino, birth, head_hash, head_len, first_at, rewritten';
const GROW = `UPDATE file SET (${GROWING}) = (${places(GROWING)}) WHERE path = ?`;
const REPLACE = `INSERT OR REPLACE INTO file (${GROWING}, ${FIXED}) VALUES (${places(GROWING)}, ${places(FIXED)})`;

/** Of a row that this process wrote itself: it is there, and not of a file that is gone. */
const grow = (db: Database, c: Checkpoint): void => {
  db.sql(GROW).run(...growing(c), c.path);
};

const replace = (db: Database, c: Checkpoint, rewritten: number): void => {
  db.sql(REPLACE).run(...growing(c), c.path, c.folder, c.dev, c.ino, c.birth, c.headHash, c.headLength, c.firstAt, rewritten);
};
