import { systemClock } from '../platform/clock.ts';
import { type Place, placeOf } from '../transcripts/project.ts';
import type { Database, Row } from './driver.ts';
import { withoutForgottenOrigin } from './forgotten-origin.ts';
import { mergeFacts, type SessionFacts } from './session-facts.ts';
import { storedJson } from './stored-json.ts';
import type { Forgotten } from './tombstones.ts';

/** A directory's project is looked up again after so long: transactions follow each other many times a second while sessions work. ms. */
const PLACE_MS = 2000;

/** The rows of sessions and models that requests point at, made when first named, and what is learnt of a session. */
export class SessionRows {
  private readonly db: Database;
  private readonly models = new Map<string, number>();
  private readonly sessions = new Map<string, number>();
  private places = new Map<string, Place>();
  private placesAt = Number.NEGATIVE_INFINITY;
  private forgotten: Forgotten = { has: () => false };

  constructor(db: Database) {
    this.db = db;
  }

  /** At the start of a transaction: ids hold for one, since another process may have forgotten a session or restored a backup. */
  begin(forgotten: Forgotten): void {
    this.forgotten = forgotten;
    this.models.clear();
    this.sessions.clear();
    const now = systemClock.monotonic();
    if (now - this.placesAt < PLACE_MS) return;
    this.places = new Map();
    this.placesAt = now;
  }

  id(sid: string, folder: string): number {
    return this.idOf(this.sessions, sid, 'SELECT id FROM session WHERE sid = ?', () =>
      this.db.sql("INSERT INTO session (sid, folder, facts) VALUES (?, ?, '{}')").run(sid, folder),
    );
  }

  modelIdOrNull(name: string | null): number | null {
    return name === null ? null : this.modelId(name);
  }

  modelId(name: string): number {
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

  /** Merges what lines say of a session into its row. `folder` below `projects/`. */
  learn(sid: string, folder: string, facts: SessionFacts): void {
    const id = this.id(sid, folder);
    const row = this.db.sql('SELECT facts, folder, root, root_exists FROM session WHERE id = ?').get(id) as Row;
    const known = storedJson<SessionFacts>(row.facts, {});
    const before = String(row.facts);
    const cwdBefore = known.cwd?.[0];
    mergeFacts(
      known,
      withoutForgottenOrigin(facts, (origin) => this.forgotten.has(origin)),
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

  /** Looked up once for all sessions of a moment. */
  private placeOf(directory: string): Place {
    let place = this.places.get(directory);
    if (place === undefined) {
      place = placeOf(directory);
      this.places.set(directory, place);
    }
    return place;
  }
}
