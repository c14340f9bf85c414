import type { NanoUsd } from '../pricing/types.ts';
import type { RequestState } from '../usage/merge.ts';
import { hasArchived } from './archive-hold.ts';
import { checkpointFrom } from './checkpoint-row.ts';
import type { Database } from './driver.ts';
import type { Checkpoint } from './file-part.ts';
import { Newest } from './newest.ts';
import type { SessionFacts } from './session-facts.ts';
import { SessionTotals } from './session-totals.ts';
import { type Forgotten, forgottenSessions } from './tombstones.ts';

/** A row of `file` as this process wrote it; `rewritten`: how often its content was found changed (REL-13). */
export interface StoredFile {
  readonly checkpoint: Checkpoint;
  readonly rewritten: number;
}

/** A row of `event`: what it says, and the ids and the price (nano-USD) that it has in this ledger. */
export interface StoredRequest {
  readonly state: RequestState;
  readonly session: number;
  readonly model: number | null;
  readonly calc: NanoUsd | null;
}

/** What a row of `session` says; `text`: its facts as they are stored. */
export interface StoredSession {
  readonly facts: SessionFacts;
  text: string;
  folder: string;
  root: string | null;
  exists: number | null;
}

/** Requests of a session that this process has added or changed. */
export interface ChangedRequests {
  /** The oldest one, at its former or its new time. Epoch ms. */
  oldest: number;
  /** Null: they are many. */
  keys: Set<string> | null;
}

/** More changed requests of a session are not known singly: that is history. */
const MAX_CHANGED = 32;
/** Of a process that writes many times a second one hears within so many checks. */
const QUIET_CHECKS = 16;

/**
 * What this process has seen or written in its ledger last, so that a few new lines need not ask for it again many times a second. It holds as long as nobody
 * else has written: neither another connection (`PRAGMA data_version`) nor other code on this one ({@link Database.writes}). {@link check} tells, and forgets
 * everything when in doubt; a transaction that failed forgets everything too. Inside a transaction, which holds the write lock, nothing can change after the
 * check; what is read outside of one may be old by then, as any row that was read before the lock was had.
 */
export class LedgerMemory {
  readonly sessionIds = new Newest<string, number>(4096);
  readonly modelIds = new Newest<string, number>(256);
  readonly sessions = new Newest<number, StoredSession>(256);
  /** Events by key: Claude Code writes a response as several lines, which arrive one by one. */
  readonly requests = new Newest<string, StoredRequest>(512);
  readonly files = new Newest<string, StoredFile>(512);
  readonly totals = new SessionTotals();
  /** How many requests have so far become later ones: a line counts that the earlier lines must stand back for, or that knows the time they did not (D-10, D-12). */
  movedLater = 0;
  /** By session (its row); whoever takes them in deletes them. */
  readonly changed = new Map<number, ChangedRequests>();
  /** The index of keys is there (key-index.ts). */
  isKeyed = false;
  private readonly db: Database;
  /** Rises whenever everything is forgotten. */
  generation = 0;
  private version: unknown = null;
  /** How many checks in a row have found it still to hold. */
  private quiet = 0;
  private writes = -1;
  private tombstones: Forgotten | null = null;
  private archived: boolean | null = null;
  private failing: boolean | null = null;
  private memoEnd: number | null = null;

  constructor(db: Database) {
    this.db = db;
  }

  /** Forgets everything if anyone else has written since the last time. */
  check(): void {
    const version = this.db.sql('PRAGMA data_version').get()?.data_version;
    if (version === this.version && this.db.writes === this.writes) {
      this.quiet++;
      return;
    }
    this.forget();
    this.quiet = 0;
    this.version = version;
    this.writes = this.db.writes;
  }

  /** What is kept is as this process has left it. What another process has written since shows at the next {@link check}. */
  get isOwn(): boolean {
    return this.version !== null && this.db.writes === this.writes;
  }

  /** Others have not written for a while: what is read by this may be so, and {@link generation} tells inside the transaction whether it was. */
  get isQuiet(): boolean {
    return this.isOwn && this.quiet >= QUIET_CHECKS;
  }

  /** After a transaction that noted here what it wrote, and was committed. */
  keep(): void {
    this.writes = this.db.writes;
  }

  forget(): void {
    this.generation++;
    this.version = null;
    for (const kept of [this.sessionIds, this.modelIds, this.sessions, this.requests, this.files, this.totals]) kept.clear();
    this.isKeyed = false;
    this.tombstones = null;
    this.archived = null;
    this.failing = null;
    this.memoEnd = null;
  }

  /** A request of this session (row number) was written, whose time was or is `at`, epoch ms. */
  noteChange(session: number, key: string, at: number): void {
    const changed = this.changed.get(session);
    if (changed === undefined) {
      this.changed.set(session, { oldest: at, keys: new Set([key]) });
      return;
    }
    changed.oldest = Math.min(changed.oldest, at);
    if (changed.keys?.add(key).size === MAX_CHANGED) changed.keys = null;
  }

  /** Sessions whose usage was forgotten. */
  get forgotten(): Forgotten {
    this.tombstones ??= forgottenSessions(this.db);
    return this.tombstones;
  }

  /** Some request lies in an archive. */
  get hasArchived(): boolean {
    this.archived ??= hasArchived(this.db);
    return this.archived;
  }

  /** Some transcript could not be read the last time. */
  get hasFailures(): boolean {
    this.failing ??= this.db.sql('SELECT 1 FROM failure LIMIT 1').get() !== undefined;
    return this.failing;
  }

  /** Kept sums of days reach up to this cell; -1 without any. */
  get memoUntil(): number {
    this.memoEnd ??= (this.db.sql('SELECT max(until_cell) AS until FROM memo').get()?.until ?? -1) as number;
    return this.memoEnd;
  }

  /** Kept sums of days hold only before this cell. */
  cutMemo(cell: number): void {
    if (this.memoUntil <= cell) return;
    this.db.sql('UPDATE memo SET until_cell = ? WHERE until_cell > ?').run(cell, cell);
    this.memoEnd = cell;
  }

  checkpointOf(path: string): Checkpoint | null {
    const kept = this.files.get(path);
    if (kept !== undefined) return kept.checkpoint;
    const row = this.db.sql('SELECT * FROM file WHERE path = ?').get(path);
    return row === undefined ? null : checkpointFrom(row);
  }

  /** Only names that the database gives back as they are: two others could be one to it. */
  keepFile(path: string, file: StoredFile): void {
    if (path.isWellFormed()) this.files.set(path, file);
  }

  /** A request as its row says, where that is known without a look. */
  requestOf(key: string): StoredRequest | undefined {
    return this.isOwn ? this.requests.get(key) : undefined;
  }

  /** The same of a session (its row and its name): where it was forgotten, another one may have its row by now. */
  sessionOf(id: number, sid: string): StoredSession | undefined {
    return this.isOwn && this.sessionIds.get(sid) === id ? this.sessions.get(id) : undefined;
  }

  /** As with a file: of key and model the database may give other names back. */
  keepRequest(key: string, request: StoredRequest): void {
    if (key.isWellFormed() && request.state.model?.isWellFormed() !== false) this.requests.set(key, request);
    else this.requests.delete(key);
  }
}
