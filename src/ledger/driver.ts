import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** The only file that touches node:sqlite. */
export type Row = Record<string, string | number | null>;
export type Value = string | number | null;

export interface Statement {
  run(...values: Value[]): number;
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
  /** Rows as arrays of their columns: cheaper than objects where there are many. */
  arrays(...values: Value[]): Value[][];
}

export interface Database {
  readonly path: string;
  /** How many statements that may write this connection has run; what begins and ends the transactions of {@link write} and {@link read} does not count. */
  readonly writes: number;
  exec(sql: string): void;
  /** A prepared statement, kept for the life of the connection. */
  sql(text: string): Statement;
  /** Runs `work` in one write transaction; its error rolls everything back. */
  write<T>(work: () => T): T;
  /** Runs several reads on one state of the database, whatever other processes write meanwhile. */
  read<T>(work: () => T): T;
  close(): void;
}

export function openDatabase(path: string, options: { readonly readOnly?: boolean } = {}): Database {
  const db = new DatabaseSync(path, { timeout: 5000, readOnly: options.readOnly ?? false, enableForeignKeyConstraints: true });
  const prepared = new Map<string, Statement>();
  let writes = 0;
  // Prepared once: a program that follows sessions writes ten times a second.
  const [begin, beginWriting, commit] = [db.prepare('BEGIN'), db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const counted = (): void => {
    writes++;
  };
  return {
    path,
    get writes() {
      return writes;
    },
    exec(sql) {
      writes++;
      db.exec(sql);
    },
    sql(text) {
      let statement = prepared.get(text);
      if (!statement) {
        statement = wrap(db.prepare(text), counted);
        prepared.set(text, statement);
      }
      return statement;
    },
    write(work) {
      beginWriting.run();
      try {
        const result = work();
        commit.run();
        return result;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    read(work) {
      if (db.isTransaction) return work();
      begin.run();
      try {
        return work();
      } finally {
        if (db.isTransaction) commit.run();
      }
    },
    close: () => db.close(),
  };
}

function wrap(statement: StatementSync, counted: () => void): Statement {
  return {
    run(...values) {
      counted();
      return Number(statement.run(...values).changes);
    },
    get: (...values) => exactOr(statement, () => statement.get(...values)) as Row | undefined,
    all: (...values) => exactOr(statement, () => statement.all(...values)) as Row[],
    arrays(...values) {
      statement.setReturnArrays(true);
      try {
        return exactOr(statement, () => statement.all(...values)) as unknown as Value[][];
      } finally {
        statement.setReturnArrays(false);
      }
    },
  };
}

/** node:sqlite refuses integers beyond 2^53. A hostile transcript can make such sums; they are read as the nearest number instead (HZ-23). */
function exactOr(statement: StatementSync, read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_OUT_OF_RANGE') throw error;
    statement.setReadBigInts(true);
    try {
      const found = read();
      return Array.isArray(found) ? found.map(toNumbers) : toNumbers(found);
    } finally {
      statement.setReadBigInts(false);
    }
  }
}

const toNumbers = (row: unknown): unknown =>
  Array.isArray(row) ? row.map((value) => (typeof value === 'bigint' ? Number(value) : value)) : namedNumbers(row);

const namedNumbers = (row: unknown): Row =>
  Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]));

/** SQLite's version as numbers, from the library itself. */
export function sqliteVersion(db: Database): readonly number[] {
  return String(db.sql('SELECT sqlite_version() AS v').get()?.v).split('.').map(Number);
}

/** SQLite before 3.51.3 can corrupt a WAL file that several processes write (REL-20). */
export function hasSafeWal(version: readonly number[]): boolean {
  const [major = 0, minor = 0, patch = 0] = version;
  return major !== 3 ? major > 3 : minor !== 51 ? minor > 51 : patch >= 3;
}

/** Another process holds the write lock longer than we wait. */
export const isBusy = (error: unknown): boolean => sqliteCode(error) === 5;

/** SQLite's own error code, e.g. 5 busy, 8 read-only, 11 corrupt, 13 full, 14 cannot open, 26 not a database; null for other errors. */
export function sqliteCode(error: unknown): number | null {
  const e = error as { code?: unknown; errcode?: unknown };
  return e?.code === 'ERR_SQLITE_ERROR' && typeof e.errcode === 'number' ? e.errcode & 0xff : null;
}
