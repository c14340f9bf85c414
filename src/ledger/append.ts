import type { NanoUsd, PriceTable } from '../pricing/types.ts';
import { compareOwner, mergeRequests, type OwnerClaim, type RequestState } from '../usage/merge.ts';
import { holdFolders, settlePrices } from './archive-hold.ts';
import { ArchivedEvents } from './archived.ts';
import { billedParts, mainCost } from './billing.ts';
import { CellSums, cellOf } from './cell-sums.ts';
import { writeCheckpoint } from './checkpoint-row.ts';
import type { Database, Row, Value } from './driver.ts';
import { EVENT_COLUMNS, fromRow, toRow } from './event-row.ts';
import { FileSums } from './file-sums.ts';
import { KeyIndex } from './key-index.ts';
import type { FilePart, PromptClaim } from './read-file.ts';
import { PROMPT_CELL } from './schema.ts';
import { SessionRows } from './session-rows.ts';
import { type Forgotten, forgottenSessions } from './tombstones.ts';

const sameRow = (a: readonly Value[], b: readonly Value[]): boolean => a.every((value, i) => value === b[i]);

const STATE =
  'SELECT event.*, session.sid, model.name FROM event LEFT JOIN session ON session.id = event.session LEFT JOIN model ON model.id = event.model WHERE';
const INSERT_NEW = `INSERT INTO event (id, ${EVENT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`;
const INSERT_EVENT = `INSERT INTO event (${EVENT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (key) DO NOTHING`;
const UPDATE_EVENT = `UPDATE event SET (${EVENT_COLUMNS}) = (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE id = ?`;
/** Stands for a session whose row a damage took: a real claim on its requests wins at the next reading. Sorts behind every session id. */
export const LOST_SESSION = '~lost';

/**
 * Writes stretches of files into the ledger: events, session facts, sums and checkpoints in one transaction. Everything it does is a merge that may be
 * repeated, so that two processes reading one file, or one reading it twice, give what one reading gives (REL-1).
 */
export class Appender {
  private readonly db: Database;
  private readonly table: PriceTable;
  private readonly sums: CellSums;
  private readonly keys: KeyIndex;
  private readonly rows: SessionRows;
  private readonly files = new FileSums();
  private readonly archived: ArchivedEvents;
  private tombstones: Forgotten = { has: () => false };
  /** Lines of archived requests that could not be merged, as their archive cannot be read; and in which folders they are. */
  private passedOver = 0;
  private readonly heldFolders = new Set<string>();

  constructor(db: Database, table: PriceTable) {
    this.db = db;
    this.table = table;
    this.keys = new KeyIndex(db);
    this.rows = new SessionRows(db);
    this.archived = new ArchivedEvents(db, table);
    this.sums = new CellSums(db, table, (name) => this.rows.modelId(name));
  }

  /** How many lines were passed over so far because their archive could not be read. */
  get heldBack(): number {
    return this.passedOver;
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
    return this.transaction(() => {
      let changed = 0;
      for (const part of parts) {
        changed += this.requests(part.requests, part.checkpoint.folder);
        for (const prompt of part.prompts) this.prompt(prompt);
        for (const sid of this.foreignOwners(part)) this.rows.learn(sid, part.checkpoint.folder, {});
        for (const [sid, facts] of part.sessions) if (!this.tombstones.has(sid)) this.rows.learn(sid, part.checkpoint.folder, facts);
        this.inherited(part);
        writeCheckpoint(this.db, part.checkpoint, this.tombstones.has(part.checkpoint.session ?? ''));
      }
      return changed;
    });
  }

  /** Merges requests that no file was read for, in one transaction: from an archive that came back. Returns the number that were new or changed. */
  absorb(requests: readonly RequestState[]): number {
    return this.transaction(() => this.requests(requests, ''));
  }

  private transaction(work: () => number): number {
    try {
      return this.db.write(() => {
        this.keys.check();
        this.tombstones = forgottenSessions(this.db);
        this.rows.begin(this.tombstones);
        this.archived.begin();
        this.heldFolders.clear();
        const changed = work();
        this.sums.flush();
        this.files.flush(this.db);
        if (this.heldFolders.size > 0) holdFolders(this.db, this.heldFolders);
        return changed;
      });
    } catch (error) {
      // What was handed out inside the transaction that was rolled back is no longer true.
      this.keys.distrust();
      this.rows.begin(this.tombstones);
      throw error;
    } finally {
      this.sums.clear();
      this.files.clear();
    }
  }

  private requests(requests: readonly RequestState[], folder: string): number {
    let changed = 0;
    for (const request of requests) {
      if (this.tombstones.has(request.owner.sessionId)) continue;
      changed += this.request(request, folder) ? 1 : 0;
    }
    return changed;
  }

  /** Requests that a fork's own client count includes; nothing of a session that was forgotten (SEC-82). */
  private inherited({ inherited, requests, checkpoint }: FilePart): void {
    const gone = new Set(requests.filter(({ owner }) => this.tombstones.has(owner.sessionId)).map(({ key }) => key));
    for (const [sid, key] of inherited)
      if (!gone.has(key) && !this.tombstones.has(sid))
        this.db.sql('INSERT OR IGNORE INTO inherited VALUES (?, ?)').run(this.rows.id(sid, checkpoint.folder), key);
  }

  /** Owners named by a mark only: they learn the folder here, so that it does not depend on which of two files was read first. */
  private foreignOwners(part: FilePart): ReadonlySet<string> {
    const own = new Set(part.sessions.map(([sid]) => sid));
    return new Set(part.requests.map((r) => r.owner.sessionId).filter((sid) => !own.has(sid) && !this.tombstones.has(sid)));
  }

  private request(r: RequestState, folder: string): boolean {
    if (this.archived.has(r.key)) return this.mergeArchived(r, folder);
    const session = this.rows.id(r.owner.sessionId, folder);
    const calc = mainCost(r, this.table);
    const row = toRow(r, session, this.rows.modelIdOrNull(r.model), calc);
    if (!this.insert(r.key, row)) return this.mergeInto(r, folder);
    this.files.event(row, 1);
    for (const part of billedParts(r, this.table, calc)) this.sums.count(part, r.at, session);
    return true;
  }

  /** False when the key is there already. */
  private insert(key: string, row: readonly Value[]): boolean {
    if (this.keys.exists) return this.db.sql(INSERT_EVENT).run(...row) === 1;
    const id = this.keys.add(key);
    if (id !== null) this.db.sql(INSERT_NEW).run(id, ...row);
    return id !== null;
  }

  /** A line of an archived request mostly says what is known. If not, the requests of its session's cell come back first (REL-24). */
  private mergeArchived(r: RequestState, folder: string): boolean {
    const row = this.archived.row(r.key);
    // Its archive cannot be read: it was counted, and stays as it was counted until the archive is back.
    if (row === null) return this.passOver(folder);
    const before = fromRow(row, String(row.sid ?? LOST_SESSION), row.name as string | null);
    const merged = mergeRequests(before, r);
    const isKnown =
      merged.owner.sessionId === before.owner.sessionId &&
      merged.model === before.model &&
      sameRow(toRow(merged, 0, null, null), toRow(before, 0, null, null));
    const modelId = (name: string): number => this.rows.modelId(name);
    if (isKnown) return false;
    if (!this.archived.thaw(row.session as number, row.cell as number, modelId, this.files)) return this.passOver(folder);
    return this.mergeInto(r, folder);
  }

  private passOver(folder: string): false {
    this.passedOver++;
    if (folder !== '') this.heldFolders.add(folder);
    return false;
  }

  private mergeInto(r: RequestState, folder: string): boolean {
    const place = this.keys.rowOf(r.key);
    const row = (place === null ? this.db.sql(`${STATE} key = ?`).get(r.key) : this.db.sql(`${STATE} event.id = ?`).get(place)) as Row;
    const before = fromRow(row, String(row.sid ?? LOST_SESSION), row.name as string | null);
    const merged = mergeRequests(before, r);
    const session = this.rows.id(merged.owner.sessionId, folder);
    const after = toRow(merged, session, this.rows.modelIdOrNull(merged.model), mainCost(merged, this.table));
    const stored = toRow(before, row.session as number, row.model as number | null, row.calc as NanoUsd | null);
    if (sameRow(after, stored)) return false;
    const id = row.id as number;
    this.files.event(stored, -1);
    if (this.tombstones.has(merged.owner.sessionId)) {
      this.db.sql('DELETE FROM event WHERE id = ?').run(id);
      this.keys.drop(r.key);
    } else {
      this.db.sql(UPDATE_EVENT).run(...after, id);
      this.files.event(after, 1);
    }
    this.sums.touch(cellOf(before.at), row.session as number);
    this.sums.touch(cellOf(merged.at), session);
    return true;
  }

  private prompt(p: PromptClaim): void {
    if (this.tombstones.has(p.owner.sessionId)) return;
    const session = this.rows.id(p.owner.sessionId, '');
    const first = Number.isFinite(p.owner.fileFirstAt) ? p.owner.fileFirstAt : null;
    const insert = this.db.sql('INSERT INTO prompt VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO NOTHING');
    if (insert.run(p.uuid, p.at, session, p.owner.named ? 1 : 0, first, p.owner.fileBirth) === 1) {
      this.sums.cell(cellOf(p.at), session, 0, PROMPT_CELL, p.at).prompts++;
      this.files.prompt(p.at, session, first, p.owner.fileBirth, 1);
      return;
    }
    const row = this.db
      .sql('SELECT prompt.*, session.sid FROM prompt LEFT JOIN session ON session.id = prompt.session WHERE uuid = ?')
      .get(p.uuid) as Row;
    const owner: OwnerClaim = {
      sessionId: String(row.sid ?? LOST_SESSION),
      named: row.named === 1,
      fileFirstAt: row.own_first === null ? Number.POSITIVE_INFINITY : (row.own_first as number),
      fileBirth: row.own_birth as number,
    };
    const claim = compareOwner(p.owner, owner);
    // Two lines of one file with one uuid: the earlier time, whichever was read first.
    if (claim > 0 || (claim === 0 && p.at >= (row.at as number))) return;
    this.db
      .sql('UPDATE prompt SET at = ?, session = ?, named = ?, own_first = ?, own_birth = ? WHERE uuid = ?')
      .run(p.at, session, p.owner.named ? 1 : 0, first, p.owner.fileBirth, p.uuid);
    this.files.prompt(row.at as number, row.session as number, row.own_first as number | null, row.own_birth as number, -1);
    this.files.prompt(p.at, session, first, p.owner.fileBirth, 1);
    this.sums.touch(cellOf(row.at as number), row.session as number);
    this.sums.touch(cellOf(p.at), session);
  }

  /** Prices every event anew and makes all sums again, in one transaction: after a change of the price table, or in `rebuild`. */
  recountAll(): void {
    this.db.write(() => {
      this.db.exec('DELETE FROM rollup');
      const lost = this.archived.recount(new CellSums(this.db, this.table, (name) => this.rows.modelId(name), 'archived_sum'));
      this.db.exec('INSERT INTO rollup SELECT * FROM archived_sum');
      const update = this.db.sql('UPDATE event SET calc = ? WHERE key = ?');
      for (const row of this.db.sql('SELECT event.*, model.name FROM event LEFT JOIN model ON model.id = event.model').all()) {
        const r = fromRow(row, '', row.name as string | null);
        const calc = mainCost(r, this.table);
        if (calc !== row.calc) update.run(calc, r.key);
        for (const part of billedParts(r, this.table, calc)) this.sums.count(part, r.at, row.session as number);
      }
      this.db.exec('DELETE FROM memo');
      for (const row of this.db.sql('SELECT at, session FROM prompt').all()) {
        this.sums.cell(cellOf(row.at as number), row.session as number, 0, PROMPT_CELL, row.at as number).prompts++;
      }
      this.sums.flush();
      settlePrices(this.db, this.table.fingerprint, lost);
    });
    this.sums.clear();
  }
}
