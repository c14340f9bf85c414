import { mainCost } from './billing.ts';
import type { Database, Row, Value } from './driver.ts';
import { EVENT_COLUMNS, fromRow } from './event-row.ts';
import { remakeFileSums } from './file-sums.ts';
import type { Ledger } from './open.ts';
import { freshLedger } from './reread.ts';
import { UNSETTLED } from './salvage.ts';
import { KEY_INDEX } from './schema.ts';
import { mergeFacts, type SessionFacts } from './session-facts.ts';
import { storedJson } from './stored-json.ts';
import { type Forgotten, forgottenSessions } from './tombstones.ts';
import { contradicts } from './verify.ts';

export const EVENTS =
  'SELECT event.*, session.sid, model.name FROM event LEFT JOIN session ON session.id = event.session LEFT JOIN model ON model.id = event.model';
export const PROMPTS = 'SELECT prompt.*, session.sid FROM prompt LEFT JOIN session ON session.id = prompt.session';
const COUNTERS = ['input', 'output', 'write5m', 'write1h', 'read'] as const;

/** True after a salvage whose rows were not yet compared with the transcripts. */
export const isUnsettled = (db: Database): boolean =>
  db.sql('SELECT 1 AS yes FROM sqlite_schema WHERE name = ?').get(UNSETTLED) !== undefined;

/**
 * Makes the totals of a salvaged ledger exact where transcripts exist (REL-22): what they say stands; a salvaged row they do not know is kept, since its
 * transcript may be gone, unless it is one of their rows under a key that a flipped byte changed. Does nothing to a ledger that was not salvaged.
 */
export function settleSalvage(ledger: Ledger, claudeDirs: readonly string[]): void {
  const { db } = ledger;
  if (!isUnsettled(db)) return;
  const { fresh } = freshLedger(ledger.table, claudeDirs);
  try {
    db.write(() => {
      db.exec(KEY_INDEX);
      const forgotten = forgottenSessions(db);
      settleEvents(ledger, fresh, forgotten);
      settlePrompts(db, fresh.db, forgotten);
      settleFacts(db, fresh.db, forgotten);
      remakeFileSums(db);
    });
    ledger.appender.recountAll();
    // Last: a kill before makes the next opening do it all again.
    db.exec(`DROP TABLE IF EXISTS ${UNSETTLED}`);
  } finally {
    fresh[Symbol.dispose]();
  }
}

function settleEvents(ledger: Ledger, fresh: Ledger, forgotten: Forgotten): void {
  const { db } = ledger;
  const said = byName(fresh.db.sql(EVENTS).all(), 'key');
  const saved = byName(db.sql(`SELECT t.*, s.calc AS was FROM (${EVENTS}) AS t LEFT JOIN ${UNSETTLED} AS s ON s.key = t.key`).all(), 'key');
  const theirs = new SaidRows(said, saved, 'key');
  const drop = db.sql('DELETE FROM event WHERE key = ?');
  for (const [key, row] of saved) {
    if (forgotten.has(String(row.sid)) || (!said.has(key) && theirs.has(row))) drop.run(key);
  }
  for (const [key, row] of said) {
    if (forgotten.has(String(row.sid))) drop.run(key);
    else if (!knowsMore(ledger, saved.get(key), row)) adopt(db, row);
  }
}

/** A transcript that was shortened or rewritten says less than was counted (REL-2): a row that is sound in itself, the same but for larger counters. */
export function knowsMore(ledger: Ledger, saved: Row | undefined, said: Row): boolean {
  // Counters of one line: a damaged index can have merged two requests into one row.
  if (saved === undefined || contradicts(saved) || sumOf(saved) !== saved.ord_sum) return false;
  if ((['at', 'sid', 'name', 'rank'] as const).some((name) => saved[name] !== said[name])) return false;
  if (COUNTERS.some((name) => (saved[name] as number) < (said[name] as number)) || countersOf(saved) === countersOf(said)) return false;
  return saved.was !== null && saved.was === mainCost(fromRow(saved, '', saved.name as string | null), ledger.table);
}

/** Writes a row of another ledger, as {@link EVENTS} gives it, under this one's ids. The index of keys must be there. */
export function adopt(db: Database, row: Row): void {
  const values: Row = {
    ...row,
    session: sessionIdOf(db, String(row.sid)),
    model: row.name === null ? null : modelIdOf(db, String(row.name)),
  };
  const names = EVENT_COLUMNS.split(', ');
  db.sql(`INSERT OR REPLACE INTO event (${EVENT_COLUMNS}) VALUES (${names.map(() => '?').join(', ')})`).run(
    ...names.map((name): Value => values[name] ?? null),
  );
}

/** Writes a prompt of another ledger, as {@link PROMPTS} gives it, under this one's ids. */
export function adoptPrompt(db: Database, row: Row): void {
  db.sql('INSERT OR REPLACE INTO prompt VALUES (?, ?, ?, ?, ?, ?)').run(
    ...[row.uuid!, row.at!, sessionIdOf(db, String(row.sid)), row.named!, row.own_first ?? null, row.own_birth!],
  );
}

function sessionIdOf(db: Database, sid: string): number {
  db.sql("INSERT OR IGNORE INTO session (sid, folder, facts) VALUES (?, '', '{}')").run(sid);
  return db.sql('SELECT id FROM session WHERE sid = ?').get(sid)?.id as number;
}

function modelIdOf(db: Database, name: string): number {
  db.sql('INSERT OR IGNORE INTO model (name) VALUES (?)').run(name);
  return db.sql('SELECT id FROM model WHERE name = ?').get(name)?.id as number;
}

function settlePrompts(db: Database, fresh: Database, forgotten: Forgotten): void {
  const said = byName(fresh.sql(PROMPTS).all(), 'uuid');
  const saved = byName(db.sql(PROMPTS).all(), 'uuid');
  const theirs = new SaidRows(said, saved, 'uuid');
  const drop = db.sql('DELETE FROM prompt WHERE uuid = ?');
  for (const [uuid, row] of saved) {
    if (forgotten.has(String(row.sid)) || (!said.has(uuid) && theirs.has(row))) drop.run(uuid);
  }
  for (const [uuid, row] of said) {
    if (forgotten.has(String(row.sid))) drop.run(uuid);
    else adoptPrompt(db, row);
  }
}

/** Titles, directories and so on: a fact that transcripts place where the ledger has it is as they say. */
function settleFacts(db: Database, fresh: Database, forgotten: Forgotten): void {
  for (const { sid, folder, facts, root, root_exists: exists } of fresh
    .sql('SELECT sid, folder, facts, root, root_exists FROM session')
    .all()) {
    if (forgotten.has(String(sid))) continue;
    const id = sessionIdOf(db, String(sid));
    const saved = storedJson<SessionFacts>(db.sql('SELECT facts FROM session WHERE id = ?').get(id)?.facts, {});
    const merged = factsOver(storedJson<SessionFacts>(facts, {}), saved);
    db.sql('UPDATE session SET folder = ?, facts = ? WHERE id = ?').run(folder!, JSON.stringify(merged), id);
    // The project directory stays where it was found from the same working directory: the ledger remembers what the disk forgot (rule 15).
    if (merged.cwd?.[0] !== saved.cwd?.[0] || exists === 1)
      db.sql('UPDATE session SET root = ?, root_exists = ? WHERE id = ?').run(root ?? null, exists!, id);
  }
}

function factsOver(said: SessionFacts, saved: SessionFacts): SessionFacts {
  const merged = { ...said };
  const others = Object.entries(saved).filter(([name, fact]) => {
    const own = said[name as keyof SessionFacts];
    return Array.isArray(fact) && Array.isArray(fact[1]) && (own === undefined || String(own[1]) !== String(fact[1]));
  });
  mergeFacts(merged, Object.fromEntries(others) as SessionFacts);
  return merged;
}

const byName = (rows: readonly Row[], name: string): Map<string, Row> => new Map(rows.map((row) => [String(row[name]), row]));

/** Rows of transcripts, looked up by what a flip in the key of a row leaves alone. */
class SaidRows {
  private readonly found = new Map<string, Row[]>();
  private readonly saved: ReadonlyMap<string, Row>;
  private readonly name: 'key' | 'uuid';

  constructor(said: ReadonlyMap<string, Row>, saved: ReadonlyMap<string, Row>, name: 'key' | 'uuid') {
    this.saved = saved;
    this.name = name;
    for (const row of said.values()) {
      for (const trait of traits(row)) {
        const others = this.found.get(trait);
        if (others === undefined) this.found.set(trait, [row]);
        else others.push(row);
      }
    }
  }

  /**
   * True when a row that no transcript knows is one of theirs under a damaged key. Two requests are never on one line; two prompts may be of one moment, so
   * theirs must be near by name too, or missing from the ledger. Near a missing one it is enough to come from the same file.
   */
  has(row: Row): boolean {
    const { name, saved } = this;
    return traits(row).some((trait) =>
      this.found.get(trait)?.some((said) => {
        const near = isNear(String(row[name]), String(said[name]));
        const lost = !saved.has(String(said[name]));
        if (lineOf(row) === lineOf(said)) return near || lost || name === 'key';
        return near && lost && row.own_birth === said.own_birth;
      }),
    );
  }
}

const sumOf = (row: Row): number => COUNTERS.reduce((sum, name) => sum + (row[name] as number), 0);
const countersOf = (row: Row): string => COUNTERS.map((name) => row[name]).join();
const isEvent = (row: Row): boolean => row.ord_pos !== undefined;
const traits = (row: Row): string[] => [lineOf(row), `at ${row.at}`, ...(isEvent(row) ? [`counters ${countersOf(row)}`] : [])];

/** Where the line of a row stands: its time and place, and the evidence of its file. */
export const lineOf = (row: Row): string =>
  (isEvent(row) ? [row.ord_at, row.ord_pos, row.own_first, row.own_birth] : [row.at, row.own_first, row.own_birth]).join();

/** Texts of which eight flipped bits can have made one of the other: of one length and at most two characters apart, or one the beginning of the other. */
export function isNear(a: string, b: string): boolean {
  if (a.length !== b.length) return a.startsWith(b) || b.startsWith(a);
  let apart = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && ++apart > 2) return false;
  return true;
}
