import type { NanoUsd, PriceTable } from '../pricing/types.ts';
import { placeOf } from '../transcripts/project.ts';
import { compareOwner, mergeRequests, type OwnerClaim, type RequestState } from '../usage/merge.ts';
import { type BilledPart, billedParts, mainCost } from './billing.ts';
import type { Database, Row, Value } from './driver.ts';
import { EVENT_COLUMNS, fromRow, toRow } from './event-row.ts';
import type { Checkpoint, FilePart, PromptClaim } from './read-file.ts';
import { CELL_MS, PROMPT_CELL } from './schema.ts';
import { mergeFacts, type SessionFacts } from './session-facts.ts';
import { storedJson } from './stored-json.ts';

const cellOf = (at: number): number => Math.floor(at / CELL_MS);
const sameRow = (a: readonly Value[], b: readonly Value[]): boolean => a.every((value, i) => value === b[i]);

/** Stands for a session whose row a damage took: a real claim on its requests wins at the next reading. Sorts behind every session id. */
export const LOST_SESSION = '~lost';

interface CellSum {
  readonly key: readonly [cell: number, session: number, model: number, flags: number];
  requests: number;
  events: number;
  input: number;
  output: number;
  write5m: number;
  write1h: number;
  read: number;
  web: number;
  calc: number;
  logged: number;
  prompts: number;
  firstAt: number;
  lastAt: number;
}

/**
 * Writes stretches of files into the ledger: events, session facts, sums and checkpoints in one transaction. Everything it does is a merge that may be
 * repeated, so that two processes reading one file, or one reading it twice, give what one reading gives (REL-1).
 */
export class Appender {
  private readonly db: Database;
  private readonly table: PriceTable;
  private cells = new Map<string, CellSum>();
  /** Cells whose sums must be made again from their events, since an event in them changed. */
  private dirty = new Map<string, readonly [cell: number, session: number]>();
  private readonly models = new Map<string, number>();
  private readonly sessions = new Map<string, number>();
  private tombstones: ReadonlySet<string> = new Set();

  constructor(db: Database, table: PriceTable) {
    this.db = db;
    this.table = table;
  }

  /** Appends in one transaction. Returns the number of events that were new or changed. */
  append(parts: readonly FilePart[]): number {
    try {
      return this.db.write(() => {
        this.tombstones = new Set(
          this.db
            .sql('SELECT sid FROM tombstone')
            .all()
            .map((row) => String(row.sid)),
        );
        let changed = 0;
        for (const part of parts) {
          changed += this.requests(part);
          for (const prompt of part.prompts) this.prompt(prompt);
          for (const sid of this.foreignOwners(part)) this.facts(sid, part.checkpoint.folder, {});
          for (const [sid, facts] of part.sessions) this.facts(sid, part.checkpoint.folder, facts);
          for (const [sid, key] of part.inherited)
            this.db.sql('INSERT OR IGNORE INTO inherited VALUES (?, ?)').run(this.sessionId(sid, part.checkpoint.folder), key);
          this.checkpoint(part.checkpoint);
        }
        this.flushCells();
        return changed;
      });
    } catch (error) {
      // Ids handed out inside the transaction that was rolled back are no longer true.
      this.models.clear();
      this.sessions.clear();
      throw error;
    } finally {
      this.cells = new Map();
      this.dirty = new Map();
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

  /** Owners named by a mark only: they learn the folder here, so that it does not depend on which of two files was read first. */
  private foreignOwners(part: FilePart): ReadonlySet<string> {
    const own = new Set(part.sessions.map(([sid]) => sid));
    return new Set(part.requests.map((r) => r.owner.sessionId).filter((sid) => !own.has(sid) && !this.tombstones.has(sid)));
  }

  private request(r: RequestState, folder: string): boolean {
    const session = this.sessionId(r.owner.sessionId, folder);
    const calc = mainCost(r, this.table);
    const insert = this.db.sql(
      `INSERT INTO event (${EVENT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (key) DO NOTHING`,
    );
    if (insert.run(...toRow(r, session, this.modelId(r.model), calc)) === 1) {
      for (const part of billedParts(r, this.table, calc)) this.count(part, r.at, session);
      return true;
    }
    return this.mergeInto(r, folder);
  }

  private mergeInto(r: RequestState, folder: string): boolean {
    const row = this.db
      .sql(
        'SELECT event.*, session.sid, model.name FROM event LEFT JOIN session ON session.id = event.session LEFT JOIN model ON model.id = event.model WHERE key = ?',
      )
      .get(r.key) as Row;
    const before = fromRow(row, String(row.sid ?? LOST_SESSION), row.name as string | null);
    const merged = mergeRequests(before, r);
    const session = this.sessionId(merged.owner.sessionId, folder);
    const after = toRow(merged, session, this.modelId(merged.model), mainCost(merged, this.table));
    if (sameRow(after, toRow(before, row.session as number, row.model as number | null, row.calc as NanoUsd | null))) return false;
    if (this.tombstones.has(merged.owner.sessionId)) this.db.sql('DELETE FROM event WHERE key = ?').run(r.key);
    else
      this.db.sql(`INSERT OR REPLACE INTO event (${EVENT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`).run(...after);
    this.touch(cellOf(before.at), row.session as number);
    this.touch(cellOf(merged.at), session);
    return true;
  }

  private prompt(p: PromptClaim): void {
    if (this.tombstones.has(p.owner.sessionId)) return;
    const session = this.sessionId(p.owner.sessionId, '');
    const first = Number.isFinite(p.owner.fileFirstAt) ? p.owner.fileFirstAt : null;
    const insert = this.db.sql('INSERT INTO prompt VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO NOTHING');
    if (insert.run(p.uuid, p.at, session, p.owner.named ? 1 : 0, first, p.owner.fileBirth) === 1) {
      this.cell(cellOf(p.at), session, 0, PROMPT_CELL, p.at).prompts++;
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
    this.touch(cellOf(row.at as number), row.session as number);
    this.touch(cellOf(p.at), session);
  }

  private facts(sid: string, folder: string, facts: SessionFacts): void {
    const id = this.sessionId(sid, folder);
    const row = this.db.sql('SELECT facts, folder, root, root_exists FROM session WHERE id = ?').get(id) as Row;
    const known = storedJson<SessionFacts>(row.facts, {});
    const before = String(row.facts);
    const cwdBefore = known.cwd?.[0];
    mergeFacts(known, facts);
    const after = JSON.stringify(known);
    const keptFolder = row.folder === '' || (folder !== '' && folder < String(row.folder)) ? folder : String(row.folder);
    const relocated = known.relocatedCwd?.[0] ?? known.originalCwd?.[0];
    let { root, root_exists: exists } = row;
    if (known.cwd !== undefined && (root === null || cwdBefore !== known.cwd[0] || exists === 0)) {
      const place = placeOf(known.cwd[0]);
      const other = !place.exists && relocated !== undefined ? placeOf(relocated) : place;
      // Not reached for a directory that was there once: the ledger remembers what the disk forgot (rule 15).
      [root, exists] = [other.root, other.exists ? 1 : 0];
    }
    if (after === before && keptFolder === row.folder && root === row.root) return;
    this.db
      .sql('UPDATE session SET facts = ?, folder = ?, root = ?, root_exists = ? WHERE id = ?')
      .run(after, keptFolder, root ?? null, exists ?? 0, id);
  }

  private checkpoint(c: Checkpoint): void {
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
        c.session,
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

  private count(part: BilledPart, at: number, session: number): void {
    const sum = this.cell(cellOf(at), session, this.knownModel(part.model), part.flags, at);
    const { tokens } = part;
    sum.requests += part.requests;
    sum.events++;
    sum.input += tokens.input;
    sum.output += tokens.output;
    sum.write5m += tokens.cacheWrite5m;
    sum.write1h += tokens.cacheWrite1h;
    sum.read += tokens.cacheRead;
    sum.web += part.webSearches;
    sum.calc += part.calc ?? 0;
    sum.logged += part.logged;
  }

  private cell(cell: number, session: number, model: number, flags: number, at: number): CellSum {
    const name = `${cell}:${session}:${model}:${flags}`;
    let sum = this.cells.get(name);
    if (!sum) {
      sum = {
        key: [cell, session, model, flags],
        requests: 0,
        events: 0,
        input: 0,
        output: 0,
        write5m: 0,
        write1h: 0,
        read: 0,
        web: 0,
        calc: 0,
        logged: 0,
        prompts: 0,
        firstAt: at,
        lastAt: at,
      };
      this.cells.set(name, sum);
    }
    if (at < sum.firstAt) sum.firstAt = at;
    if (at > sum.lastAt) sum.lastAt = at;
    return sum;
  }

  private touch(cell: number, session: number): void {
    this.dirty.set(`${cell}:${session}`, [cell, session]);
  }

  private flushCells(): void {
    for (const [name, { key }] of this.cells) if (this.dirty.has(`${key[0]}:${key[1]}`)) this.cells.delete(name);
    for (const [cell, session] of this.dirty.values()) this.recount(cell, session);
    const upsert =
      this.db.sql(`INSERT INTO rollup VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (cell, session, model, flags) DO UPDATE SET
      requests = requests + excluded.requests, events = events + excluded.events, input = input + excluded.input, output = output + excluded.output,
      write5m = write5m + excluded.write5m, write1h = write1h + excluded.write1h, read = read + excluded.read, web = web + excluded.web,
      calc = calc + excluded.calc, logged = logged + excluded.logged, prompts = prompts + excluded.prompts,
      first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`);
    for (const s of this.cells.values()) {
      upsert.run(
        ...s.key,
        s.requests,
        s.events,
        s.input,
        s.output,
        s.write5m,
        s.write1h,
        s.read,
        s.web,
        s.calc,
        s.logged,
        s.prompts,
        s.firstAt,
        s.lastAt,
      );
    }
  }

  /** Makes the sums of one session's cell again from its events, into `cells`. */
  recount(cell: number, session: number): void {
    const [from, to] = [cell * CELL_MS, (cell + 1) * CELL_MS];
    this.db.sql('DELETE FROM rollup WHERE cell = ? AND session = ?').run(cell, session);
    const rows = this.db
      .sql('SELECT event.*, model.name FROM event LEFT JOIN model ON model.id = event.model WHERE at >= ? AND at < ? AND session = ?')
      .all(from, to, session);
    for (const row of rows) {
      const r = fromRow(row, '', row.name as string | null);
      for (const part of billedParts(r, this.table, row.calc as NanoUsd | null)) this.count(part, r.at, session);
    }
    for (const row of this.db.sql('SELECT at FROM prompt WHERE at >= ? AND at < ? AND session = ?').all(from, to, session)) {
      this.cell(cell, session, 0, PROMPT_CELL, row.at as number).prompts++;
    }
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
        for (const part of billedParts(r, this.table, calc)) this.count(part, r.at, row.session as number);
      }
      for (const row of this.db.sql('SELECT at, session FROM prompt').all()) {
        this.cell(cellOf(row.at as number), row.session as number, 0, PROMPT_CELL, row.at as number).prompts++;
      }
      this.flushCells();
      this.db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run('prices', this.table.fingerprint);
    });
    this.cells = new Map();
  }
}
