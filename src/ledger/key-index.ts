import type { Database } from './driver.ts';
import { KEY_INDEX } from './schema.ts';

/** Row of `meta` that names the process reading a history for the first time. */
const FIRST_READER = 'first-reader';

/**
 * What makes a request's key occur once: an index of the ledger, but for the time of a first reading. Into an empty ledger rows go without it, as keeping
 * it costs more than they do; the reading process remembers the keys and makes the index at its end. A process that is killed, or another one that writes,
 * leaves a ledger that the next writer indexes.
 */
export class KeyIndex {
  private readonly db: Database;
  /** Row ids by key while the ledger has no index of them; null in ordinary use. */
  private rows: Map<string, number> | null = null;
  /** This process's name as a first reader. */
  private self = '';
  private lastId = 0;

  constructor(db: Database) {
    this.db = db;
  }

  get exists(): boolean {
    return this.rows === null;
  }

  /** Begins a first reading; nothing happens when there are requests already. */
  begin(): void {
    this.db.write(() => {
      if (this.db.sql('SELECT 1 FROM event UNION ALL SELECT 1 FROM archived LIMIT 1').get() !== undefined) return;
      this.self = crypto.randomUUID();
      this.db.exec('DROP INDEX IF EXISTS event_key');
      this.db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(FIRST_READER, this.self);
      this.rows = new Map();
      this.lastId = 0;
    });
  }

  end(): void {
    if (this.rows === null) return;
    this.rows = null;
    this.db.write(() => this.make());
  }

  /** At the start of a transaction: only the process that the ledger names goes without the index, of two that began together the later one. */
  check(): void {
    const exists = this.db.sql("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'event_key'").get() !== undefined;
    const isReader =
      !exists && this.self !== '' && this.db.sql('SELECT value FROM meta WHERE name = ?').get(FIRST_READER)?.value === this.self;
    if (!isReader) this.rows = null;
    if (!exists && this.rows === null) this.make();
  }

  /** After a transaction that was rolled back: the next one makes the index. */
  distrust(): void {
    this.rows = null;
  }

  /** The row id for a new key, null when the key is there already. Only while there is no index. */
  add(key: string): number | null {
    if (this.rows === null || this.rows.has(key)) return null;
    this.rows.set(key, ++this.lastId);
    return this.lastId;
  }

  /** Where a key's row is while there is no index; null: ask the index. */
  rowOf(key: string): number | null {
    return this.rows?.get(key) ?? null;
  }

  drop(key: string): void {
    this.rows?.delete(key);
  }

  private make(): void {
    this.db.exec(KEY_INDEX);
    this.db.sql('DELETE FROM meta WHERE name = ?').run(FIRST_READER);
  }
}
