import type { Ledger } from './open.ts';

/** Files of a session: its transcript, and those of its subagents below the directory of its id. */
const FILES = 'gone_at IS NULL AND (session = ? OR instr(path, ?) > 0)';

export interface Forgotten {
  readonly requests: number;
  readonly prompts: number;
}

export const isForgotten = (ledger: Ledger, sid: string): boolean =>
  ledger.db.sql('SELECT 1 AS yes FROM tombstone WHERE sid = ?').get(sid) !== undefined;

/** Removes a session's requests, prompts and sums, and leaves a tombstone so that no re-read brings them back (UR-67). Times in epoch ms. */
export function forgetUsage(ledger: Ledger, sid: string, now: number): Forgotten {
  const { db } = ledger;
  // What is forgotten is overwritten, in free pages too, and does not stay in the write-ahead log (SEC-82).
  db.exec('PRAGMA secure_delete = ON');
  const forgotten = db.write(() => {
    db.sql('INSERT OR REPLACE INTO tombstone VALUES (?, ?)').run(sid, now);
    const id = db.sql('SELECT id FROM session WHERE sid = ?').get(sid)?.id as number | undefined;
    if (id === undefined) return { requests: 0, prompts: 0 };
    const requests = db.sql('DELETE FROM event WHERE session = ?').run(id);
    const prompts = db.sql('DELETE FROM prompt WHERE session = ?').run(id);
    db.sql('DELETE FROM inherited WHERE session = ?').run(id);
    db.sql('DELETE FROM rollup WHERE session = ?').run(id);
    db.exec('DELETE FROM memo');
    return { requests, prompts };
  });
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return forgotten;
}

/**
 * Lifts the tombstone and drops the checkpoints of the session's files, so that the next reading takes them whole again. Nothing happens, and false is
 * returned, when none of its files is there any more: its usage could not come back (UR-67).
 */
export function unforget(ledger: Ledger, sid: string): boolean {
  const { db } = ledger;
  return db.write(() => {
    // Files of the session's folder too: a fork's copy may hold a request with more of it. Reading twice is a merge and changes nothing.
    const folders = db.sql(`SELECT DISTINCT folder FROM file WHERE ${FILES}`).all(sid, `/${sid}/`);
    if (folders.length === 0) return false;
    for (const { folder } of folders) db.sql('DELETE FROM file WHERE gone_at IS NULL AND folder = ?').run(folder as string);
    db.sql(`DELETE FROM file WHERE ${FILES}`).run(sid, `/${sid}/`);
    db.sql('DELETE FROM tombstone WHERE sid = ?').run(sid);
    return true;
  });
}
