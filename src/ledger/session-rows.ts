import { systemClock } from '../platform/clock.ts';
import { type Place, placeOf } from '../transcripts/project.ts';
import type { Database, Row } from './driver.ts';
import { withoutForgottenOrigin } from './forgotten-origin.ts';
import { LedgerMemory, type StoredSession } from './ledger-memory.ts';
import type { Newest } from './newest.ts';
import { mergeFacts, type SessionFacts } from './session-facts.ts';
import { storedJson } from './stored-json.ts';

/** A directory's project is looked up again after so long: transactions follow each other many times a second while sessions work. ms. */
const PLACE_MS = 2000;

/** Stands for a session whose row a damage took: a real claim on its requests wins at the next reading. Sorts behind every session id. */
export const LOST_SESSION = '~lost';

/** The rows of sessions and models that requests point at, made when first named, and what is learnt of a session. */
export class SessionRows {
  private readonly db: Database;
  private readonly memory: LedgerMemory;
  private places = new Map<string, Place>();
  private placesAt = Number.NEGATIVE_INFINITY;
  /** No directory was asked for in this transaction. */
  private mayBeOld = true;

  /** `memory` holds for the transaction at least. */
  constructor(db: Database, memory = new LedgerMemory(db)) {
    this.db = db;
    this.memory = memory;
  }

  /** At the start of a transaction. */
  begin(): void {
    this.mayBeOld = true;
  }

  id(sid: string, folder: string): number {
    return this.idOf(this.memory.sessionIds, sid, 'SELECT id FROM session WHERE sid = ?', () =>
      this.db.sql("INSERT INTO session (sid, folder, facts) VALUES (?, ?, '{}')").run(sid, folder),
    );
  }

  modelIdOrNull(name: string | null): number | null {
    return name === null ? null : this.modelId(name);
  }

  modelId(name: string): number {
    return this.idOf(this.memory.modelIds, name, 'SELECT id FROM model WHERE name = ?', () =>
      this.db.sql('INSERT INTO model (name) VALUES (?)').run(name),
    );
  }

  private idOf(known: Newest<string, number>, name: string, select: string, insert: () => void): number {
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

  /** Merges what lines say of a session into its row. `folder` below `projects/`. */
  learn(sid: string, folder: string, facts: SessionFacts): void {
    const id = this.id(sid, folder);
    const stored = this.memory.sessions.get(id) ?? this.stored(id);
    const known = stored.facts;
    const cwdBefore = known.cwd?.[0];
    mergeFacts(
      known,
      withoutForgottenOrigin(facts, (origin) => this.memory.forgotten.has(origin)),
    );
    const text = JSON.stringify(known);
    const keptFolder = stored.folder === '' || (folder !== '' && folder < stored.folder) ? folder : stored.folder;
    const relocated = known.relocatedCwd?.[0] ?? known.originalCwd?.[0];
    let { root, exists } = stored;
    if (known.cwd !== undefined && (root === null || cwdBefore !== known.cwd[0] || exists === 0)) {
      const place = this.placeOf(known.cwd[0]);
      const other = !place.exists && relocated !== undefined ? this.placeOf(relocated) : place;
      // Not reached for a directory that was there once: the ledger remembers what the disk forgot (rule 15).
      [root, exists] = [other.root, other.exists ? 1 : 0];
    }
    if (text !== stored.text || keptFolder !== stored.folder || root !== stored.root) {
      this.write(id, { facts: known, text, folder: keptFolder, root, exists }, stored);
      Object.assign(stored, { text, folder: keptFolder, root, exists: exists ?? 0 });
    }
    this.memory.sessions.set(id, stored);
  }

  private stored(id: number): StoredSession {
    const row = this.db.sql('SELECT facts, folder, root, root_exists FROM session WHERE id = ?').get(id) as Row;
    return {
      facts: storedJson<SessionFacts>(row.facts, {}),
      text: String(row.facts),
      folder: String(row.folder),
      root: row.root as string | null,
      exists: row.root_exists as number | null,
    };
  }

  private write(id: number, now: StoredSession, before: StoredSession): void {
    if (now.folder === before.folder && now.root === before.root && now.exists === before.exists)
      this.db.sql('UPDATE session SET facts = ? WHERE id = ?').run(now.text, id);
    else
      this.db
        .sql('UPDATE session SET facts = ?, folder = ?, root = ?, root_exists = ? WHERE id = ?')
        .run(now.text, now.folder, now.root, now.exists ?? 0, id);
  }

  private forgetOldPlaces(): void {
    this.mayBeOld = false;
    const now = systemClock.monotonic();
    if (now - this.placesAt < PLACE_MS) return;
    this.places = new Map();
    this.placesAt = now;
  }

  /** Looked up once for all sessions of a moment. */
  private placeOf(directory: string): Place {
    if (this.mayBeOld) this.forgetOldPlaces();
    let place = this.places.get(directory);
    if (place === undefined) {
      place = placeOf(directory);
      this.places.set(directory, place);
    }
    return place;
  }
}
