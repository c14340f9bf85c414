import type { PriceTable } from '../pricing/types.ts';
import type { RequestState } from '../usage/merge.ts';
import { CellSums } from './cell-sums.ts';
import type { Database } from './driver.ts';
import type { FilePart } from './file-part.ts';
import { FileSums } from './file-sums.ts';
import { KeyIndex } from './key-index.ts';
import { LedgerMemory } from './ledger-memory.ts';
import { addPrompt } from './prompt-rows.ts';
import { recountAll } from './recount.ts';
import { type RequestContext, RequestRows } from './request-rows.ts';
import { SessionRows } from './session-rows.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

const OUTDATED = new Error('others have written meanwhile');
const NOBODY: ReadonlySet<string> = new Set();

/**
 * Writes stretches of files into the ledger: events, session facts, sums and checkpoints in one transaction. Everything it does is a merge that may be
 * repeated, so that two processes reading one file, or one reading it twice, give what one reading gives (REL-1).
 */
export class Appender {
  /** What it wrote last, for as long as nobody else writes. */
  readonly memory: LedgerMemory;
  private readonly db: Database;
  private readonly sums: CellSums;
  private readonly keys: KeyIndex;
  private readonly rows: SessionRows;
  private readonly files = new FileSums();
  private readonly context: RequestContext;
  private readonly events: RequestRows;

  constructor(db: Database, table: PriceTable) {
    this.db = db;
    this.memory = new LedgerMemory(db);
    this.keys = new KeyIndex(db);
    this.rows = new SessionRows(db, this.memory);
    this.sums = new CellSums(db, table, (name) => this.rows.modelId(name), 'rollup', this.memory);
    const { memory, keys, rows, sums, files } = this;
    this.context = { db, table, memory, keys, rows, sums, files };
    this.events = new RequestRows(this.context);
  }

  /** How many lines were passed over so far because their archive could not be read. */
  get heldBack(): number {
    return this.events.heldBack;
  }

  /** Around a first reading of everything; see {@link KeyIndex}. */
  beginFirst(): void {
    this.keys.begin();
  }

  endFirst(): void {
    this.keys.end();
  }

  /** Appends in one transaction. Returns the number of events that were new or changed. */
  append(parts: readonly FilePart[]): number {
    const count = parts.reduce((sum, { requests }) => sum + requests.length, 0);
    return this.transaction(count, () => parts.reduce((changed, part) => changed + this.part(part), 0));
  }

  /** The same for parts that were read by what {@link memory} knew of its `generation`. False, with nothing done, when it knows better now. */
  appendAsKnown(parts: readonly FilePart[], generation: number): boolean {
    const count = parts.reduce((sum, { requests }) => sum + requests.length, 0);
    try {
      this.transaction(count, () => {
        if (this.memory.generation !== generation) throw OUTDATED;
        return parts.reduce((changed, part) => changed + this.part(part), 0);
      });
      return true;
    } catch (error) {
      if (error === OUTDATED) return false;
      throw error;
    }
  }

  /** Merges requests that no file was read for, in one transaction: from an archive that came back. Returns the number that were new or changed. */
  absorb(requests: readonly RequestState[]): number {
    return this.transaction(requests.length, () => this.requests(requests, ''));
  }

  private transaction(count: number, work: () => number): number {
    try {
      const changed = this.db.write(() => {
        this.memory.check();
        this.checkKeys();
        this.rows.begin();
        this.events.begin(count);
        const done = work();
        this.sums.flush();
        this.files.flush(this.db);
        this.events.finish();
        return done;
      });
      this.memory.keep();
      return changed;
    } catch (error) {
      // What was handed out inside the transaction that was rolled back is no longer true.
      this.keys.distrust();
      this.memory.forget();
      throw error;
    } finally {
      this.sums.clear();
      this.files.clear();
    }
  }

  private checkKeys(): void {
    if (this.memory.isKeyed && this.keys.exists) return;
    this.keys.check();
    this.memory.isKeyed = this.keys.exists;
  }

  private part(part: FilePart): number {
    const { forgotten } = this.memory;
    const { checkpoint } = part;
    const { folder } = checkpoint;
    const changed = this.requests(part.requests, folder);
    for (const prompt of part.prompts) addPrompt(prompt, this.context);
    for (const sid of this.foreignOwners(part)) this.rows.learn(sid, folder, {});
    for (const [sid, facts] of part.sessions) if (!forgotten.has(sid)) this.rows.learn(sid, folder, facts);
    this.inherited(part);
    writeCheckpoint(this.db, this.memory, checkpoint, forgotten.has(checkpoint.session ?? ''));
    return changed;
  }

  private requests(requests: readonly RequestState[], folder: string): number {
    let changed = 0;
    for (const request of requests) {
      if (this.memory.forgotten.has(request.owner.sessionId)) continue;
      changed += this.events.add(request, folder) ? 1 : 0;
    }
    return changed;
  }

  /** Requests that a fork's own client count includes; nothing of a session that was forgotten (SEC-82). */
  private inherited({ inherited, requests, checkpoint }: FilePart): void {
    if (inherited.length === 0) return;
    const { forgotten } = this.memory;
    const gone = new Set(requests.filter(({ owner }) => forgotten.has(owner.sessionId)).map(({ key }) => key));
    for (const [sid, key] of inherited)
      if (!gone.has(key) && !forgotten.has(sid))
        this.db.sql('INSERT OR IGNORE INTO inherited VALUES (?, ?)').run(this.rows.id(sid, checkpoint.folder), key);
  }

  /** Owners named by a mark only: they learn the folder here, so that it does not depend on which of two files was read first. */
  private foreignOwners({ sessions, requests }: FilePart): ReadonlySet<string> {
    const only = sessions.length === 1 ? sessions[0]![0] : null;
    if (requests.every(({ owner }) => owner.sessionId === only)) return NOBODY;
    const own = new Set(sessions.map(([sid]) => sid));
    const { forgotten } = this.memory;
    return new Set(requests.map((r) => r.owner.sessionId).filter((sid) => !own.has(sid) && !forgotten.has(sid)));
  }

  /** Prices every event anew and makes all sums again; see {@link recountAll}. */
  recountAll(): void {
    this.memory.forget();
    try {
      recountAll(this.context, this.events);
    } finally {
      this.memory.forget();
      this.sums.clear();
    }
  }
}
