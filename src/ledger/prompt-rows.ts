import { compareOwner, type OwnerClaim } from '../usage/merge.ts';
import { cellOf } from './cell-sums.ts';
import type { Row } from './driver.ts';
import type { PromptClaim } from './file-part.ts';
import type { RequestContext } from './request-rows.ts';
import { PROMPT_CELL } from './schema.ts';
import { LOST_SESSION } from './session-rows.ts';

const INSERT = 'INSERT INTO prompt VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO NOTHING';
const STORED = 'SELECT prompt.*, session.sid FROM prompt LEFT JOIN session ON session.id = prompt.session WHERE uuid = ?';
const UPDATE = 'UPDATE prompt SET at = ?, session = ?, named = ?, own_first = ?, own_birth = ? WHERE uuid = ?';

/** Counts a prompt once, for the session with the best claim on it. */
export function addPrompt(p: PromptClaim, { db, memory, rows, sums, files }: RequestContext): void {
  if (memory.forgotten.has(p.owner.sessionId)) return;
  const session = rows.id(p.owner.sessionId, '');
  const named = p.owner.named ? 1 : 0;
  const first = Number.isFinite(p.owner.fileFirstAt) ? p.owner.fileFirstAt : null;
  if (db.sql(INSERT).run(p.uuid, p.at, session, named, first, p.owner.fileBirth) === 1) {
    sums.cell(cellOf(p.at), session, 0, PROMPT_CELL, p.at).prompts++;
    files.prompt(p.at, session, first, p.owner.fileBirth, 1);
    return;
  }
  const row = db.sql(STORED).get(p.uuid) as Row;
  const claim = compareOwner(p.owner, ownerOf(row));
  // Two lines of one file with one uuid: the earlier time, whichever was read first.
  if (claim > 0 || (claim === 0 && p.at >= (row.at as number))) return;
  db.sql(UPDATE).run(p.at, session, named, first, p.owner.fileBirth, p.uuid);
  files.prompt(row.at as number, row.session as number, row.own_first as number | null, row.own_birth as number, -1);
  files.prompt(p.at, session, first, p.owner.fileBirth, 1);
  sums.touch(cellOf(row.at as number), row.session as number);
  sums.touch(cellOf(p.at), session);
}

const ownerOf = (row: Row): OwnerClaim => ({
  sessionId: String(row.sid ?? LOST_SESSION),
  named: row.named === 1,
  fileFirstAt: row.own_first === null ? Number.POSITIVE_INFINITY : (row.own_first as number),
  fileBirth: row.own_birth as number,
});
