import { discover } from '../transcripts/discover.ts';
import { type RemovedArchived, removeArchived } from './archive-forget.ts';
import { adoptOrphans } from './archive-orphans.ts';
import { removeFiles } from './archive-owners.ts';
import { type Database, isBusy, type Row, type Value } from './driver.ts';
import { EVENT_COLUMNS } from './event-row.ts';
import { FileSums } from './file-sums.ts';
import { withoutForgottenOrigin } from './forgotten-origin.ts';
import { isUnwritable, type Ledger } from './open.ts';
import type { SessionFacts } from './session-facts.ts';
import { storedJson } from './stored-json.ts';
import { bury, forgottenSessions, unbury } from './tombstones.ts';

export interface ForgottenUsage {
  readonly requests: number;
  readonly prompts: number;
}

export interface Forgetting extends ForgottenUsage {
  /** Archive files that stay and may hold bytes of the sessions: another ledger may need them, or a part of them cannot be read. */
  readonly kept: readonly string[];
}

export const isForgotten = (ledger: Ledger, sid: string): boolean => forgottenSessions(ledger.db).has(sid);

/**
 * Removes requests, prompts, sums and names of sessions, and leaves a tombstone for each so that no re-read brings them back (UR-67). Their ids and the keys
 * of their requests are then in no byte of the ledger, free pages and write-ahead log included (SEC-82). Times in epoch ms.
 */
export function forgetSessions(ledger: Ledger, sids: readonly string[], now: number): Forgetting {
  // An archive that a kill left behind may hold some of them.
  adoptOrphans(ledger);
  const { stale, kept, ...removed } = wiping(ledger.db, () => {
    for (const sid of sids) bury(ledger.db, sid, now);
    return removeSessions(ledger.db, sids, now);
  });
  return { ...removed, kept: [...kept, ...removeFiles(ledger.db, stale)] };
}

export const forgetUsage = (ledger: Ledger, sid: string, now: number): Forgetting => forgetSessions(ledger, [sid], now);

/** Removes name, tags and note, their bytes too. True when there were any. */
export const forgetLabel = (ledger: Ledger, sid: string): boolean => wiping(ledger.db, () => removeLabel(ledger.db, sid));

export const removeLabel = (db: Database, sid: string): boolean => db.sql('DELETE FROM label WHERE sid = ?').run(sid) > 0;

/**
 * All rows that name one of the sessions. In one transaction of the caller's. The ledger may be a copy of an earlier version. `archivedAt`: archive files are
 * written anew without them; epoch ms.
 */
export function removeSessions(
  db: Database,
  sids: readonly string[],
  archivedAt: number | null = null,
): ForgottenUsage & Pick<RemovedArchived, 'stale' | 'kept'> {
  const all = JSON.stringify(sids);
  const run = (sql: string, values: Value = all): number => db.sql(sql).run(values);
  const tables = new Set(
    db
      .sql("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map((row) => String(row.name)),
  );
  run('DELETE FROM label WHERE sid IN (SELECT value FROM json_each(?))');
  removePaths(db, 'file', sids);
  if (tables.has('failure')) removePaths(db, 'failure', sids);
  removeOrigins(db, new Set(sids));
  const ids = db
    .sql('SELECT id FROM session WHERE sid IN (SELECT value FROM json_each(?))')
    .all(all)
    .map((row) => row.id!);
  if (ids.length === 0) return { requests: 0, prompts: 0, stale: [], kept: [] };
  const own = JSON.stringify(ids);
  const OF_THEM = 'session IN (SELECT value FROM json_each(?))';
  if (tables.has('file_sum')) uncount(db, OF_THEM, own);
  run(`DELETE FROM inherited WHERE ${OF_THEM}`, own);
  run(`DELETE FROM inherited WHERE key IN (SELECT key FROM event WHERE ${OF_THEM})`, own);
  if (tables.has('archived')) run(`DELETE FROM inherited WHERE key IN (SELECT key FROM archived WHERE ${OF_THEM})`, own);
  const archived = tables.has('archived') ? removeArchived(db, own, sids, archivedAt) : { requests: 0, stale: [], kept: [] };
  const requests = run(`DELETE FROM event WHERE ${OF_THEM}`, own);
  const prompts = run(`DELETE FROM prompt WHERE ${OF_THEM}`, own);
  run(`DELETE FROM rollup WHERE ${OF_THEM}`, own);
  if (tables.has('memo')) db.exec('DELETE FROM memo');
  run('DELETE FROM session WHERE id IN (SELECT value FROM json_each(?))', own);
  return { requests: requests + archived.requests, prompts, stale: archived.stale, kept: archived.kept };
}

/** Their files are not read any more (ingest.ts): what is remembered of them would keep the id in their path. */
function removePaths(db: Database, table: 'file' | 'failure', sids: readonly string[]): void {
  const own = new Set<Value>(sids);
  for (const row of db.sql(`SELECT * FROM ${table}`).all()) {
    const path = String(row.path);
    if (own.has(row.session ?? null) || sids.some((sid) => path.includes(sid))) db.sql(`DELETE FROM ${table} WHERE path = ?`).run(path);
  }
}

/** A fork of one of them stays known as a fork. */
function removeOrigins(db: Database, sids: ReadonlySet<string>): void {
  for (const { id, facts } of db.sql(`SELECT id, facts FROM session WHERE instr(facts, '"forkedFrom"') > 0`).all()) {
    const known = storedJson<SessionFacts>(facts, {});
    const without = withoutForgottenOrigin(known, (origin) => sids.has(origin));
    if (without !== known) db.sql('UPDATE session SET facts = ? WHERE id = ?').run(JSON.stringify(without), id!);
  }
}

/** Takes their rows out of the sums of their files (REL-15). */
function uncount(db: Database, where: string, own: string): void {
  const sums = new FileSums();
  for (const row of db.sql(`SELECT ${EVENT_COLUMNS} FROM event WHERE ${where}`).arrays(own)) sums.event(row, -1);
  for (const row of db.sql(`SELECT * FROM prompt WHERE ${where}`).all(own) as Row[])
    sums.prompt(row.at as number, row.session as number, row.own_first as number | null, row.own_birth as number, -1);
  sums.flush(db);
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
