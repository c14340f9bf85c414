/** Version of the schema below; each entry of MIGRATIONS leads from the version of its index to the next. Forward only, one transaction each (REL-23). */
export const SCHEMA_VERSION = 3;

/** Length of a rollup cell in ms. Five minutes divide every zone's offset and every window's edge, so days and windows are sums of whole cells. */
export const CELL_MS = 300_000;

/** Bits of `event.flags`. */
export const EVENT_FLAGS = { noStopReason: 1, timeIsGuess: 2, weak: 4, ownerNamed: 8 } as const;

/** Bits of `rollup.flags`: what splits the sums of one session, model and cell. */
export const CELL_FLAGS = { sidechain: 1, fast: 2, lowerBound: 4, calculated: 8, loggedPositive: 16, loggedZero: 32 } as const;

const V1 = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
-- facts: JSON of src/ledger/session-facts.ts; root: project directory (D-7), null until a working directory is known
CREATE TABLE session (id INTEGER PRIMARY KEY, sid TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, facts TEXT NOT NULL, root TEXT, root_exists INTEGER NOT NULL DEFAULT 0);
CREATE TABLE file (
  path TEXT PRIMARY KEY, folder TEXT NOT NULL, dev REAL NOT NULL, ino REAL NOT NULL, size INTEGER NOT NULL, mtime REAL NOT NULL, birth REAL NOT NULL,
  head_hash TEXT NOT NULL, head_len INTEGER NOT NULL, tail_hash TEXT NOT NULL, tail_len INTEGER NOT NULL, offset INTEGER NOT NULL,
  lines INTEGER NOT NULL, malformed INTEGER NOT NULL, too_long INTEGER NOT NULL, flagged INTEGER NOT NULL,
  first_at INTEGER, last_at INTEGER NOT NULL, session TEXT, gone_at INTEGER
) WITHOUT ROWID;
-- one API response (D-10) with what merging a further line of it needs; tokens, epoch ms, nano-USD
CREATE TABLE event (
  key TEXT PRIMARY KEY, at INTEGER NOT NULL, session INTEGER NOT NULL, model INTEGER, rank INTEGER NOT NULL, flags INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL, read INTEGER NOT NULL,
  speed INTEGER NOT NULL, geo INTEGER NOT NULL, web INTEGER, logged INTEGER, calc INTEGER, iterations TEXT,
  ord_sum INTEGER NOT NULL, ord_output INTEGER NOT NULL, ord_at INTEGER NOT NULL, ord_pos INTEGER NOT NULL, orders TEXT, own_first INTEGER, own_birth INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX event_at ON event (at);
-- sums of the requests of one session, model and kind in one cell; flags 64 rows count prompts only
CREATE TABLE rollup (
  cell INTEGER NOT NULL, session INTEGER NOT NULL, model INTEGER NOT NULL, flags INTEGER NOT NULL,
  requests INTEGER NOT NULL, events INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL, read INTEGER NOT NULL,
  web INTEGER NOT NULL, calc INTEGER NOT NULL, logged INTEGER NOT NULL, prompts INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (cell, session, model, flags)
) WITHOUT ROWID;
CREATE INDEX rollup_session ON rollup (session);
CREATE TABLE prompt (uuid TEXT PRIMARY KEY, at INTEGER NOT NULL, session INTEGER NOT NULL, named INTEGER NOT NULL, own_first INTEGER, own_birth INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX prompt_at ON prompt (at);
-- requests that a forked session's own client count includes (D-18)
CREATE TABLE inherited (session INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (session, key)) WITHOUT ROWID;
-- a person's own words about a session; they survive deletion and rebuild
CREATE TABLE label (sid TEXT PRIMARY KEY, name TEXT, tags TEXT NOT NULL DEFAULT '[]', note TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX label_name ON label (lower(name)) WHERE name IS NOT NULL;
-- sessions whose usage was forgotten: no re-read brings it back
CREATE TABLE tombstone (sid TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
`;

/**
 * Events in the order of their arrival, with the key as an index: keys are random, and a table ordered by them has all its pages written anew at every
 * commit of a first reading (measured: 1.6 s against 1.1 s for 106,000 requests in batches of 2,000). `memo`: sums of whole days kept for reports.
 */
const V2 = `
ALTER TABLE event RENAME TO event_v1;
DROP INDEX event_at;
CREATE TABLE event (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, at INTEGER NOT NULL, session INTEGER NOT NULL, model INTEGER, rank INTEGER NOT NULL, flags INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL, read INTEGER NOT NULL,
  speed INTEGER NOT NULL, geo INTEGER NOT NULL, web INTEGER, logged INTEGER, calc INTEGER, iterations TEXT,
  ord_sum INTEGER NOT NULL, ord_output INTEGER NOT NULL, ord_at INTEGER NOT NULL, ord_pos INTEGER NOT NULL, orders TEXT, own_first INTEGER, own_birth INTEGER NOT NULL
);
INSERT INTO event (key, at, session, model, rank, flags, input, output, write5m, write1h, read, speed, geo, web, logged, calc, iterations,
  ord_sum, ord_output, ord_at, ord_pos, orders, own_first, own_birth)
  SELECT key, at, session, model, rank, flags, input, output, write5m, write1h, read, speed, geo, web, logged, calc, iterations,
  ord_sum, ord_output, ord_at, ord_pos, orders, own_first, own_birth FROM event_v1 ORDER BY at;
DROP TABLE event_v1;
CREATE UNIQUE INDEX event_key ON event (key);
CREATE INDEX event_at ON event (at);
-- sums of the days before until_cell, one row for each form of day (src/ledger/queries/day-memo.ts); whoever changes a cell before it lowers it
CREATE TABLE memo (name TEXT PRIMARY KEY, until_cell INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
`;

/**
 * `file.content`: CRC-32 of all bytes before the offset, null until known; `rewritten`: how often these bytes were found changed under an equal size and time
 * (REL-13). `file_sum`: sums of the requests and prompts whose owner's evidence is one file, its first time and birth (REL-15); made from the events when a
 * ledger of an earlier version is opened. `failure`: transcripts that could not be read the last times (UR-103). `archived`: requests that lie in an archive
 * file (REL-24), by key, with their cost in nano-USD (null = unpriced); `archived_sum`: what they add to `rollup`, row for row; `archive_block`: a stretch of
 * such a file.
 */
const V3 = `
ALTER TABLE file RENAME TO file_v2;
CREATE TABLE file (
  path TEXT PRIMARY KEY, folder TEXT NOT NULL, dev REAL NOT NULL, ino REAL NOT NULL, size INTEGER NOT NULL, mtime REAL NOT NULL, birth REAL NOT NULL,
  head_hash TEXT NOT NULL, head_len INTEGER NOT NULL, tail_hash TEXT NOT NULL, tail_len INTEGER NOT NULL, offset INTEGER NOT NULL,
  lines INTEGER NOT NULL, malformed INTEGER NOT NULL, too_long INTEGER NOT NULL, flagged INTEGER NOT NULL,
  first_at INTEGER, last_at INTEGER NOT NULL, session TEXT, gone_at INTEGER, content INTEGER, rewritten INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO file SELECT path, folder, dev, ino, size, mtime, birth, head_hash, head_len, tail_hash, tail_len, offset, lines, malformed, too_long, flagged,
  first_at, last_at, session, gone_at, NULL, 0 FROM file_v2;
DROP TABLE file_v2;
CREATE TABLE file_sum (
  first_at INTEGER NOT NULL, birth INTEGER NOT NULL, events INTEGER NOT NULL, prompts INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL, read INTEGER NOT NULL, mark INTEGER NOT NULL,
  PRIMARY KEY (first_at, birth)
) WITHOUT ROWID;
CREATE TABLE failure (path TEXT PRIMARY KEY, code TEXT NOT NULL, times INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE archived (key TEXT PRIMARY KEY, session INTEGER NOT NULL, cell INTEGER NOT NULL, block INTEGER NOT NULL, cost INTEGER) WITHOUT ROWID;
CREATE INDEX archived_session ON archived (session, cell);
CREATE TABLE archived_sum (
  cell INTEGER NOT NULL, session INTEGER NOT NULL, model INTEGER NOT NULL, flags INTEGER NOT NULL,
  requests INTEGER NOT NULL, events INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL, read INTEGER NOT NULL,
  web INTEGER NOT NULL, calc INTEGER NOT NULL, logged INTEGER NOT NULL, prompts INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (cell, session, model, flags)
) WITHOUT ROWID;
CREATE TABLE archive_block (
  id INTEGER PRIMARY KEY, file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, sha256 TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL
);
-- the few sessions of which the client has counted a cost itself: every report asks for them
CREATE INDEX session_client ON session (id) WHERE instr(facts, '"clientCost"') > 0;
`;

export const MIGRATIONS: readonly string[] = [V1, V2, V3];

/** What makes a key occur once. A first reading works without it and makes it at its end; whoever finds it missing makes it before writing. */
export const KEY_INDEX = 'CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event (key)';

/** The rollup row that carries prompts. */
export const PROMPT_CELL = 64;
