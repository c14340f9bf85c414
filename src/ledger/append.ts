import type { NanoUsd, PriceTable } from '../pricing/types.ts';
import { type Place, placeOf } from '../transcripts/project.ts';
import { compareOwner, mergeRequests, type OwnerClaim, type RequestState } from '../usage/merge.ts';
import { billedParts, mainCost } from './billing.ts';
import { CellSums, cellOf } from './cell-sums.ts';
import type { Database, Row, Value } from './driver.ts';
import { EVENT_COLUMNS, fromRow, toRow } from './event-row.ts';
import { withoutForgottenOrigin } from './forgotten-origin.ts';
import type { Checkpoint, FilePart, PromptClaim } from './read-file.ts';
import { KEY_INDEX, PROMPT_CELL } from './schema.ts';
import { mergeFacts, type SessionFacts } from './session-facts.ts';
import { storedJson } from './stored-json.ts';
import { type Forgotten, forgottenSessions } from './tombstones.ts';

const sameRow = (a: readonly Value[], b: readonly Value[]): boolean => a.every((value, i) => value === b[i]);

const STATE =
  'SELECT event.*, session.sid, model.name FROM event LEFT JOIN session ON session.id = event.session LEFT JOIN model ON model.id = event.model WHERE';
const INSERT_NEW = `INSERT INTO event (id, ${EVENT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`;
const INSERT_EVENT = `INSERT INTO event (${EVENT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (key) DO NOTHING`;
const UPDATE_EVENT = `UPDATE event SET (${EVENT_COLUMNS}) = (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE id = ?`;
/** Row of `meta` that names the process reading a history for the first time. */
const FIRST_READER = 'first-reader';

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
  private readonly models = new Map<string, number>();
  private readonly sessions = new Map<string, number>();
  private tombstones: Forgotten = { has: () => false };
  private places = new Map<string, Place>();
  /** Row ids of all keys while the ledger has no index of them; null in ordinary use. */
  private unindexed: Map<string, number> | null = null;
  /** This process's name as a first reader. */
  private self = '';
  private lastId = 0;

  constructor(db: Database, table: PriceTable) {
    this.db = db;
    this.table = table;
    this.sums = new CellSums(db, table, (name) => this.knownModel(name));
  }

  /**
   * Begins a first reading: into an empty ledger rows go without the index of their keys, which costs more than they do; this process remembers the keys.
   * Nothing happens when there are requests already. A process that is killed, or another one that writes, leaves a ledger that the next writer indexes.
   */
  beginFirst(): void {
    this.db.write(() => {
      if (this.db.sql('SELECT 1 FROM event LIMIT 1').get() !== undefined) return;
      this.self = crypto.randomUUID();
      this.db.exec('DROP INDEX IF EXISTS event_key');
      this.db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(FIRST_READER, this.self);
      this.unindexed = new Map();
      this.lastId = 0;
    });
  }

  endFirst(): void {
    if (this.unindexed === null) return;
    this.unindexed = null;
    this.db.write(() => this.makeIndex());
  }

  private makeIndex(): void {
    this.db.exec(KEY_INDEX);
    this.db.sql('DELETE FROM meta WHERE name = ?').run(FIRST_READER);
  }

  /** Only the process that the ledger names as its first reader goes without the index: of two that began together the later one. */
  private checkIndex(): void {
    const exists = this.db.sql("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'event_key'").get() !== undefined;
    const isReader =
      !exists && this.self !== '' && this.db.sql('SELECT value FROM meta WHERE name = ?').get(FIRST_READER)?.value === this.self;
    if (!isReader) this.unindexed = null;
    if (!exists && this.unindexed === null) this.makeIndex();
  }

  /** Appends in one transaction. Returns the number of events that were new or changed. */
  append(parts: readonly FilePart[]): number {
    try {
      return this.db.write(() => {
        this.checkIndex();
        this.tombstones = forgottenSessions(this.db);
        // Another process may have forgotten a session or restored a backup: ids hold for one transaction.
        this.models.clear();
        this.sessions.clear();
        let changed = 0;
        for (const part of parts) {
          changed += this.requests(part);
          for (const prompt of part.prompts) this.prompt(prompt);
          for (const sid of this.foreignOwners(part)) this.facts(sid, part.checkpoint.folder, {});
          for (const [sid, facts] of part.sessions) if (!this.tombstones.has(sid)) this.facts(sid, part.checkpoint.folder, facts);
          this.inherited(part);
          this.checkpoint(part.checkpoint, this.tombstones.has(part.checkpoint.session ?? ''));
        }
        this.sums.flush();
        return changed;
      });
    } catch (error) {
      // Ids handed out inside the transaction that was rolled back are no longer true.
      this.models.clear();
      this.sessions.clear();
      this.unindexed = null;
      throw error;
    } finally {
      this.places = new Map();
      this.sums.clear();
    }
  }

  private requests(part: FilePart): number {
    let changed = 0;
    for (const request of part.requests) {
      if (this.tombstones.has(request.owner.sessionId)) continue;
      changed += this.request(request, part.checkpoint.folder) ? 1 : 0;
    }
    return changed;
  }

  /** Requests that a fork's own client count includes; nothing of a session that was forgotten (SEC-82). */
  private inherited({ inherited, requests, checkpoint }: FilePart): void {
    const gone = new Set(requests.filter(({ owner }) => this.tombstones.has(owner.sessionId)).map(({ key }) => key));
    for (const [sid, key] of inherited)
      if (!gone.has(key) && !this.tombstones.has(sid))
        this.db.sql('INSERT OR IGNORE INTO inherited VALUES (?, ?)').run(this.sessionId(sid, checkpoint.folder), key);
  }

  /** Owners named by a mark only: they learn the folder here, so that it does not depend on which of two files was read first. */
  private foreignOwners(part: FilePart): ReadonlySet<string> {
    const own = new Set(part.sessions.map(([sid]) => sid));
    return new Set(part.requests.map((r) => r.owner.sessionId).filter((sid) => !own.has(sid) && !this.tombstones.has(sid)));
  }

  private request(r: RequestState, folder: string): boolean {
    const session = this.sessionId(r.owner.sessionId, folder);
    const calc = mainCost(r, this.table);
    const row = toRow(r, session, this.modelId(r.model), calc);
    if (!this.insert(r.key, row)) return this.mergeInto(r, folder);
    for (const part of billedParts(r, this.table, calc)) this.sums.count(part, r.at, session);
    return true;
  }

  /** False when the key is there already. */
  private insert(key: string, row: readonly Value[]): boolean {
    if (this.unindexed === null) return this.db.sql(INSERT_EVENT).run(...row) === 1;
    if (this.unindexed.has(key)) return false;
    const id = ++this.lastId;
    this.unindexed.set(key, id);
    this.db.sql(INSERT_NEW).run(id, ...row);
    return true;
  }

  private mergeInto(r: RequestState, folder: string): boolean {
    const place = this.unindexed?.get(r.key);
    const row = (place === undefined ? this.db.sql(`${STATE} key = ?`).get(r.key) : this.db.sql(`${STATE} event.id = ?`).get(place)) as Row;
    const before = fromRow(row, String(row.sid ?? LOST_SESSION), row.name as string | null);
    const merged = mergeRequests(before, r);
    const session = this.sessionId(merged.owner.sessionId, folder);
    const after = toRow(merged, session, this.modelId(merged.model), mainCost(merged, this.table));
    if (sameRow(after, toRow(before, row.session as number, row.model as number | null, row.calc as NanoUsd | null))) return false;
    const id = row.id as number;
    if (this.tombstones.has(merged.owner.sessionId)) {
      this.db.sql('DELETE FROM event WHERE id = ?').run(id);
      this.unindexed?.delete(r.key);
    } else this.db.sql(UPDATE_EVENT).run(...after, id);
    this.sums.touch(cellOf(before.at), row.session as number);
    this.sums.touch(cellOf(merged.at), session);
    return true;
  }

  private prompt(p: PromptClaim): void {
    if (this.tombstones.has(p.owner.sessionId)) return;
    const session = this.sessionId(p.owner.sessionId, '');
    const first = Number.isFinite(p.owner.fileFirstAt) ? p.owner.fileFirstAt : null;
    const insert = this.db.sql('INSERT INTO prompt VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO NOTHING');
    if (insert.run(p.uuid, p.at, session, p.owner.named ? 1 : 0, first, p.owner.fileBirth) === 1) {
      this.sums.cell(cellOf(p.at), session, 0, PROMPT_CELL, p.at).prompts++;
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
    this.sums.touch(cellOf(row.at as number), row.session as number);
    this.sums.touch(cellOf(p.at), session);
  }

  private facts(sid: string, folder: string, facts: SessionFacts): void {
    const id = this.sessionId(sid, folder);
    const row = this.db.sql('SELECT facts, folder, root, root_exists FROM session WHERE id = ?').get(id) as Row;
    const known = storedJson<SessionFacts>(row.facts, {});
    const before = String(row.facts);
    const cwdBefore = known.cwd?.[0];
    mergeFacts(
      known,
      withoutForgottenOrigin(facts, (origin) => this.tombstones.has(origin)),
    );
    const after = JSON.stringify(known);
    const keptFolder = row.folder === '' || (folder !== '' && folder < String(row.folder)) ? folder : String(row.folder);
    const relocated = known.relocatedCwd?.[0] ?? known.originalCwd?.[0];
    let { root, root_exists: exists } = row;
    if (known.cwd !== undefined && (root === null || cwdBefore !== known.cwd[0] || exists === 0)) {
      const place = this.placeOf(known.cwd[0]);
      const other = !place.exists && relocated !== undefined ? this.placeOf(relocated) : place;
      // Not reached for a directory that was there once: the ledger remembers what the disk forgot (rule 15).
      [root, exists] = [other.root, other.exists ? 1 : 0];
    }
    if (after === before && keptFolder === row.folder && root === row.root) return;
    this.db
      .sql('UPDATE session SET facts = ?, folder = ?, root = ?, root_exists = ? WHERE id = ?')
      .run(after, keptFolder, root ?? null, exists ?? 0, id);
  }

  /** Looked up once for all sessions of a transaction. */
  private placeOf(directory: string): Place {
    let place = this.places.get(directory);
    if (place === undefined) {
      place = placeOf(directory);
      this.places.set(directory, place);
    }
    return place;
  }

  private checkpoint(c: Checkpoint, isOfForgotten: boolean): void {
    const stored = this.db.sql('SELECT offset, mtime, head_hash, head_len FROM file WHERE path = ?').get(c.path);
    // Another process is further in the same file: its row is a function of a longer prefix of it. A later time says that the file was shortened instead.
    if (
      stored &&
      (stored.offset as number) > c.offset &&
      (stored.mtime as number) >= c.mtime &&
      stored.head_hash === c.headHash &&
      stored.head_len === c.headLength
    )
      return;
    this.db
      .sql(`INSERT OR REPLACE INTO file (path, folder, dev, ino, size, mtime, birth, head_hash, head_len, tail_hash, tail_len, offset, lines, malformed, too_long,
            flagged, first_at, last_at, session, gone_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL)`)
      .run(
        c.path,
        c.folder,
        c.dev,
        c.ino,
        c.size,
        c.mtime,
        c.birth,
        c.headHash,
        c.headLength,
        c.tailHash,
        c.tailLength,
        c.offset,
        c.lines,
        c.malformed,
        c.tooLong,
        c.flagged,
        c.firstAt,
        c.lastAt,
        isOfForgotten ? null : c.session,
      );
  }

  private sessionId(sid: string, folder: string): number {
    return this.idOf(this.sessions, sid, 'SELECT id FROM session WHERE sid = ?', () =>
      this.db.sql("INSERT INTO session (sid, folder, facts) VALUES (?, ?, '{}')").run(sid, folder),
    );
  }

  private modelId(name: string | null): number | null {
    return name === null ? null : this.knownModel(name);
  }

  private knownModel(name: string): number {
    return this.idOf(this.models, name, 'SELECT id FROM model WHERE name = ?', () =>
      this.db.sql('INSERT INTO model (name) VALUES (?)').run(name),
    );
  }

  private idOf(known: Map<string, number>, name: string, select: string, insert: () => void): number {
    let id = known.get(name);
    if (id !== undefined) return id;
    id = this.db.sql(select).get(name)?.id as number | undefined;
    if (id === undefined) {
      insert();
      id = this.db.sql(select).get(name)?.id as number;
    }
    known.set(name, id);
    return id;
  }

  /** Prices every event anew and makes all sums again, in one transaction: after a change of the price table, or in `rebuild`. */
  recountAll(): void {
    this.db.write(() => {
      this.db.exec('DELETE FROM rollup');
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
      this.db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run('prices', this.table.fingerprint);
    });
    this.sums.clear();
  }
}
