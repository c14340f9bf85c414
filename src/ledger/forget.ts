import { discover } from '../transcripts/discover.ts';
import { type Database, isBusy } from './driver.ts';
import { withoutForgottenOrigin } from './forgotten-origin.ts';
import { isUnwritable, type Ledger } from './open.ts';
import type { SessionFacts } from './session-facts.ts';
import { storedJson } from './stored-json.ts';
import { bury, forgottenSessions, unbury } from './tombstones.ts';

export interface ForgottenUsage {
  readonly requests: number;
  readonly prompts: number;
}

export const isForgotten = (ledger: Ledger, sid: string): boolean => forgottenSessions(ledger.db).has(sid);

/**
 * Removes a session's requests, prompts, sums and names, and leaves a tombstone so that no re-read brings them back (UR-67). Its id and the keys of its
 * requests are then in no byte of the ledger, free pages and write-ahead log included (SEC-82). Times in epoch ms.
 */
export function forgetUsage(ledger: Ledger, sid: string, now: number): ForgottenUsage {
  return wiping(ledger.db, () => {
    bury(ledger.db, sid, now);
    return removeSession(ledger.db, sid);
  });
}

/** Removes name, tags and note, their bytes too. True when there were any. */
export const forgetLabel = (ledger: Ledger, sid: string): boolean => wiping(ledger.db, () => removeLabel(ledger.db, sid));

export const removeLabel = (db: Database, sid: string): boolean => db.sql('DELETE FROM label WHERE sid = ?').run(sid) > 0;

/** All rows that name the session. In one transaction of the caller's. */
export function removeSession(db: Database, sid: string): ForgottenUsage {
  removeLabel(db, sid);
  // Its files are not read any more (ingest.ts): what is remembered of them would keep the id in their path.
  db.sql('DELETE FROM file WHERE session = ? OR instr(path, ?) > 0').run(sid, sid);
  for (const { id, facts } of db.sql('SELECT id, facts FROM session WHERE sid <> ? AND instr(facts, ?) > 0').all(sid, sid)) {
    const known = withoutForgottenOrigin(storedJson<SessionFacts>(facts, {}), (origin) => origin === sid);
    db.sql('UPDATE session SET facts = ? WHERE id = ?').run(JSON.stringify(known), id!);
  }
  const id = db.sql('SELECT id FROM session WHERE sid = ?').get(sid)?.id as number | undefined;
  if (id === undefined) return { requests: 0, prompts: 0 };
  db.sql('DELETE FROM inherited WHERE session = ? OR key IN (SELECT key FROM event WHERE session = ?)').run(id, id);
  const requests = db.sql('DELETE FROM event WHERE session = ?').run(id);
  const prompts = db.sql('DELETE FROM prompt WHERE session = ?').run(id);
  db.sql('DELETE FROM rollup WHERE session = ?').run(id);
  db.exec('DELETE FROM memo');
  db.sql('DELETE FROM session WHERE id = ?').run(id);
  return { requests, prompts };
}

/** What a transaction deletes is overwritten; then the file is written anew, since earlier changes left old bytes in free space. */
export function wiping<T>(db: Database, work: () => T): T {
  db.exec('PRAGMA secure_delete = ON');
  const result = db.write(work);
  try {
    db.exec('VACUUM');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    // Another process reads, or the disk is full: the rows are gone and overwritten; older copies in free pages go with the next use of these.
    if (!isBusy(error) && !isUnwritable(error)) throw error;
  }
  return result;
}

/**
 * Lifts the tombstone, and drops the checkpoints of the folders with the session's files, so that the next reading takes them whole again. Nothing happens,
 * and false is returned, when none of its files is there any more: its usage could not come back (UR-67).
 */
export function unforget(ledger: Ledger, sid: string, claudeDirs: readonly string[]): boolean {
  const { db } = ledger;
  const folders = new Set(
    discover(claudeDirs)
      .files.filter((file) => file.sessionFromPath === sid)
      .map(({ folder }) => folder),
  );
  if (folders.size === 0) return false;
  db.write(() => {
    unbury(db, sid);
    // Files of the session's folder too: a fork's copy may hold a request with more of it. Reading twice is a merge and changes nothing.
    for (const folder of folders) db.sql('DELETE FROM file WHERE gone_at IS NULL AND folder = ?').run(folder);
  });
  return true;
}
