import type { Row } from './driver.ts';
import type { Checkpoint } from './file-part.ts';

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
