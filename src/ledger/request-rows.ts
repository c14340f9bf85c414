import type { NanoUsd, PriceTable } from '../pricing/types.ts';
import { mergeRequests, type RequestState } from '../usage/merge.ts';
import { holdFolders } from './archive-hold.ts';
import { ArchivedEvents } from './archived.ts';
import { billedParts, mainCost } from './billing.ts';
import { type CellSums, cellOf } from './cell-sums.ts';
import type { Database, Row, Value } from './driver.ts';
import { EVENT_COLUMNS, fromRow, toRow } from './event-row.ts';
import type { FileSums } from './file-sums.ts';
import type { KeyIndex } from './key-index.ts';
import type { LedgerMemory, StoredRequest } from './ledger-memory.ts';
import { LOST_SESSION, type SessionRows } from './session-rows.ts';

const sameRow = (a: readonly Value[], b: readonly Value[]): boolean => a.every((value, i) => value === b[i]);

const STATE =
  'SELECT event.*, session.sid, model.name FROM event LEFT JOIN session ON session.id = event.session LEFT JOIN model ON model.id = event.model WHERE';
const places = (count: number): string => Array.from({ length: count }, () => '?').join(',');
const NAMES = EVENT_COLUMNS.split(', ');
const INSERT_NEW = `INSERT INTO event (id, ${EVENT_COLUMNS}) VALUES (${places(NAMES.length + 1)})`;
const INSERT_EVENT = `INSERT INTO event (${EVENT_COLUMNS}) VALUES (${places(NAMES.length)}) ON CONFLICT (key) DO NOTHING`;
/** Every column: SQLite then compares the row with its entries in the indexes and finds a damage. */
const UPDATE_WHOLE = `UPDATE event SET (${EVENT_COLUMNS}) = (${places(NAMES.length)}) WHERE id = ?`;
/** Of a row that this process wrote a moment ago: indexes are left alone unless their column changes. The key never does, the time seldom. */
const UPDATE_AT = `UPDATE event SET (${NAMES.slice(1).join(', ')}) = (${places(NAMES.length - 1)}) WHERE key = ?`;
const UPDATE_REST = `UPDATE event SET (${NAMES.slice(2).join(', ')}) = (${places(NAMES.length - 2)}) WHERE key = ?`;
/** Of a transaction with more requests none is remembered: that is history, whose lines do not come one by one. */
const MAX_REMEMBERED = 64;

/** What a transaction writes into, beside the rows of requests. */
export interface RequestContext {
  readonly db: Database;
  readonly table: PriceTable;
  readonly memory: LedgerMemory;
  readonly keys: KeyIndex;
  readonly rows: SessionRows;
  readonly sums: CellSums;
  readonly files: FileSums;
}

/** The rows of `event`: each request once, merged from all lines that tell of it. */
export class RequestRows {
  private readonly o: RequestContext;
  readonly archived: ArchivedEvents;
  private remembers = false;
  /** Lines of archived requests that could not be merged, as their archive cannot be read; and in which folders they are. */
  private passedOver = 0;
  private readonly heldFolders = new Set<string>();

  constructor(context: RequestContext) {
    this.o = context;
    this.archived = new ArchivedEvents(context.db, context.table);
  }

  /** How many lines were passed over so far because their archive could not be read. */
  get heldBack(): number {
    return this.passedOver;
  }

  /** At the start of a transaction with so many requests. */
  begin(count: number): void {
    this.archived.begin(this.o.memory.hasArchived);
    this.heldFolders.clear();
    this.remembers = count <= MAX_REMEMBERED && this.o.keys.exists;
  }

  /** At its end. */
  finish(): void {
    if (this.heldFolders.size > 0) holdFolders(this.o.db, this.heldFolders);
  }

  /** True when it was new or changed. */
  add(r: RequestState, folder: string): boolean {
    const { memory, rows, table, files, sums } = this.o;
    const known = memory.requests.get(r.key);
    if (known === undefined && this.archived.has(r.key)) return this.mergeArchived(r, folder);
    const session = rows.id(r.owner.sessionId, folder);
    const model = rows.modelIdOrNull(r.model);
    if (known !== undefined) return this.merge(known, null, r, folder);
    const calc = mainCost(r, table);
    const row = toRow(r, session, model, calc);
    if (!this.insert(r.key, row)) return this.mergeStored(r, folder);
    memory.noteChange(session, r.key, r.at);
    files.event(row, 1);
    for (const part of billedParts(r, table, calc)) sums.count(part, r.at, session);
    this.remember(r.key, { state: r, session, model, calc });
    return true;
  }

  /** False when the key is there already. */
  private insert(key: string, row: readonly Value[]): boolean {
    const { keys, db } = this.o;
    if (keys.exists) return db.sql(INSERT_EVENT).run(...row) === 1;
    const id = keys.add(key);
    if (id !== null) db.sql(INSERT_NEW).run(id, ...row);
    return id !== null;
  }

  private remember(key: string, request: StoredRequest): void {
    if (this.remembers) this.o.memory.keepRequest(key, request);
    else this.o.memory.requests.delete(key);
  }

  /** A line of an archived request mostly says what is known. If not, the requests of its session's cell come back first (REL-24). */
  private mergeArchived(r: RequestState, folder: string): boolean {
    const row = this.archived.row(r.key);
    // Its archive cannot be read: it was counted, and stays as it was counted until the archive is back.
    if (row === null) return this.passOver(folder);
    const before = stateOf(row);
    const merged = mergeRequests(before, r);
    const isKnown =
      merged.owner.sessionId === before.owner.sessionId &&
      merged.model === before.model &&
      sameRow(toRow(merged, 0, null, null), toRow(before, 0, null, null));
    if (isKnown) return false;
    const modelId = (name: string): number => this.o.rows.modelId(name);
    if (!this.archived.thaw(row.session as number, row.cell as number, modelId, this.o.files)) return this.passOver(folder);
    return this.mergeStored(r, folder);
  }

  private passOver(folder: string): false {
    this.passedOver++;
    if (folder !== '') this.heldFolders.add(folder);
    return false;
  }

  private mergeStored(r: RequestState, folder: string): boolean {
    const { keys, db } = this.o;
    const place = keys.rowOf(r.key);
    const row = (place === null ? db.sql(`${STATE} key = ?`).get(r.key) : db.sql(`${STATE} event.id = ?`).get(place)) as Row;
    const stored: StoredRequest = {
      state: stateOf(row),
      session: row.session as number,
      model: row.model as number | null,
      calc: row.calc as NanoUsd | null,
    };
    return this.merge(stored, row.id as number, r, folder);
  }

  /** `id` of the row, null for one that is remembered: nobody has touched it since it was written. */
  private merge(stored: StoredRequest, id: number | null, r: RequestState, folder: string): boolean {
    const { rows, files, table, memory } = this.o;
    const merged = mergeRequests(stored.state, r);
    const now: StoredRequest = {
      state: merged,
      session: rows.id(merged.owner.sessionId, folder),
      model: rows.modelIdOrNull(merged.model),
      calc: mainCost(merged, table),
    };
    const after = toRow(merged, now.session, now.model, now.calc);
    const before = toRow(stored.state, stored.session, stored.model, stored.calc);
    this.remember(r.key, now);
    if (sameRow(after, before)) return false;
    if (merged.at > stored.state.at) memory.movedLater++;
    const oldest = Math.min(merged.at, stored.state.at);
    for (const session of [stored.session, now.session]) memory.noteChange(session, r.key, oldest);
    files.event(before, -1);
    if (memory.forgotten.has(merged.owner.sessionId)) this.drop(r.key, id);
    else {
      this.update(after, id, merged.at !== stored.state.at);
      files.event(after, 1);
    }
    this.recount(stored, now, id === null);
    return true;
  }

  private update(row: readonly Value[], id: number | null, isMoved: boolean): void {
    const { db } = this.o;
    const key = row[0]!;
    if (id !== null) db.sql(UPDATE_WHOLE).run(...row, id);
    else if (isMoved) db.sql(UPDATE_AT).run(...row.slice(1), key);
    else db.sql(UPDATE_REST).run(...row.slice(2), key);
  }

  private drop(key: string, id: number | null): void {
    const { db, keys, memory } = this.o;
    if (id === null) db.sql('DELETE FROM event WHERE key = ?').run(key);
    else db.sql('DELETE FROM event WHERE id = ?').run(id);
    keys.drop(key);
    memory.requests.delete(key);
  }

  private recount(before: StoredRequest, after: StoredRequest, isRemembered: boolean): void {
    const { sums, table, memory } = this.o;
    const { at } = after.state;
    const isThere = before.session === after.session && before.state.at === at && !memory.forgotten.has(after.state.owner.sessionId);
    if (isRemembered && isThere) {
      sums.replace(billedParts(before.state, table, before.calc), billedParts(after.state, table, after.calc), at, after.session);
      return;
    }
    sums.touch(cellOf(before.state.at), before.session);
    sums.touch(cellOf(at), after.session);
  }
}

const stateOf = (row: Row): RequestState => fromRow(row, String(row.sid ?? LOST_SESSION), row.name as string | null);
