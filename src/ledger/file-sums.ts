import { crc32 } from 'node:zlib';
import type { Database, Value } from './driver.ts';
import { EVENT_COLUMNS } from './event-row.ts';

/**
 * What a file's requests and prompts add up to (REL-15). A request belongs to the file that its owner's evidence names: first timestamped line and birth. Of
 * copies in several files that is one, whatever was read first (D-5). Written with the rows and never made from them again but in `rebuild`, so that a row
 * that changed by itself shows even after all other sums were made anew from it.
 */
export interface FileSum {
  /** Epoch ms of the file's first timestamped line, {@link NO_TIME} without one; and of its birth. */
  readonly firstAt: number;
  readonly birth: number;
  events: number;
  prompts: number;
  /** Tokens. */
  input: number;
  output: number;
  write5m: number;
  write1h: number;
  read: number;
  /** Sum over the rows of a number that any change of one of their other columns changes. */
  mark: number;
}

/** Beyond every date. */
const NO_TIME = Number.MAX_SAFE_INTEGER;
/** A Mersenne prime: no single flipped bit is a multiple of it, and sums of smaller numbers stay exact over four million rows. */
const PRIME = 2 ** 31 - 1;

const COLUMNS = ['events', 'prompts', 'input', 'output', 'write5m', 'write1h', 'read', 'mark'] as const;
const UPSERT = `INSERT INTO file_sum VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (first_at, birth) DO UPDATE SET
  ${COLUMNS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`;

const DROP_EMPTY =
  'DELETE FROM file_sum WHERE first_at = ? AND birth = ? AND events = 0 AND prompts = 0 AND input = 0 AND output = 0 AND read = 0 AND mark = 0';

const add = (db: Database, s: FileSum): void => {
  db.sql(UPSERT).run(s.firstAt, s.birth, s.events, s.prompts, s.input, s.output, s.write5m, s.write1h, s.read, s.mark);
};

export const fileSumKey = (firstAt: Value, birth: Value): string => `${firstAt ?? NO_TIME}:${birth}`;

/** Changes of the sums in one transaction. Rows of events are in the order of {@link EVENT_COLUMNS}. */
export class FileSums {
  private readonly sums = new Map<string, FileSum>();
  private last: FileSum | null = null;

  clear(): void {
    this.sums.clear();
    this.last = null;
  }

  event(row: readonly Value[], sign: 1 | -1): void {
    const sum = this.of(row[22] as number | null, row[23] as number);
    const n = (place: number): number => (row[place] as number) * sign;
    sum.events += sign;
    sum.input += n(6);
    sum.output += n(7);
    sum.write5m += n(8);
    sum.write1h += n(9);
    sum.read += n(10);
    sum.mark += eventMark(row) * sign;
  }

  prompt(at: number, session: number, firstAt: number | null, birth: number, sign: 1 | -1): void {
    const sum = this.of(firstAt, birth);
    sum.prompts += sign;
    sum.mark += ((at % PRIME) + 3 * session) * sign;
  }

  /** Adds what was counted to the stored sums. In a transaction of the caller's. */
  flush(db: Database): void {
    for (const sum of this.sums.values()) {
      if (COLUMNS.every((name) => sum[name] === 0)) continue;
      add(db, sum);
      // The last of its rows may have gone to another file.
      if (sum.events < 0 || sum.prompts < 0) db.sql(DROP_EMPTY).run(sum.firstAt, sum.birth);
    }
    this.clear();
  }

  all(): ReadonlyMap<string, FileSum> {
    return this.sums;
  }

  private of(first: number | null, birth: number): FileSum {
    const firstAt = first ?? NO_TIME;
    // Nearly all rows of a stretch are of one file.
    if (this.last?.firstAt === firstAt && this.last.birth === birth) return this.last;
    const key = fileSumKey(firstAt, birth);
    let sum = this.sums.get(key);
    if (sum === undefined) {
      sum = { firstAt, birth, events: 0, prompts: 0, input: 0, output: 0, write5m: 0, write1h: 0, read: 0, mark: 0 };
      this.sums.set(key, sum);
    }
    this.last = sum;
    return sum;
  }
}

/** A sum with weights: a change of any one column changes it. Iterations are text, and rare. */
function eventMark(row: readonly Value[]): number {
  const n = (place: number): number => ((row[place] as number | null) ?? -1) % PRIME;
  const iterations = row[16];
  const kinds = n(4) + 4 * n(5) + 64 * n(11) + 256 * n(12);
  const said = typeof iterations === 'string' ? 17 + (iterations === '[]' ? 0 : crc32(iterations)) : 0;
  return n(1) + 3 * n(2) + 5 * n(3) + 7 * kinds + 11 * n(13) + 13 * n(14) + said;
}

/** The sums that the rows have now. */
export function sumsOfRows(db: Database): ReadonlyMap<string, FileSum> {
  const sums = new FileSums();
  for (const row of db.sql(`SELECT ${EVENT_COLUMNS} FROM event`).arrays()) sums.event(row, 1);
  for (const row of db.sql('SELECT at, session, own_first, own_birth FROM prompt').arrays())
    sums.prompt(row[0] as number, row[1] as number, row[2] as number | null, row[3] as number, 1);
  return sums.all();
}

/** A file whose sums are not those of its rows. */
export interface FileSumFault {
  readonly key: string;
  readonly message: string;
}

export function fileSumFaults(db: Database): FileSumFault[] {
  const want = sumsOfRows(db);
  const have = new Map(
    db
      .sql(`SELECT first_at, birth, ${COLUMNS.join(', ')} FROM file_sum`)
      .all()
      .map((row) => [fileSumKey(row.first_at!, row.birth!), row as unknown as FileSum] as const),
  );
  const faults: FileSumFault[] = [];
  for (const key of new Set([...want.keys(), ...have.keys()])) {
    const wrong = COLUMNS.filter((name) => (have.get(key)?.[name] ?? 0) !== (want.get(key)?.[name] ?? 0));
    if (wrong.length > 0)
      faults.push({
        key,
        message: wrong.map((name) => `${name} ${have.get(key)?.[name] ?? 0}, its rows say ${want.get(key)?.[name] ?? 0}`).join('; '),
      });
  }
  return faults;
}

/** Makes the sums anew from the rows: of all files, or of those with these keys. In a transaction of the caller's. */
export function remakeFileSums(db: Database, keys: ReadonlySet<string> | null = null): void {
  for (const row of db.sql('SELECT first_at, birth FROM file_sum').all()) {
    if (keys === null || keys.has(fileSumKey(row.first_at!, row.birth!)))
      db.sql('DELETE FROM file_sum WHERE first_at = ? AND birth = ?').run(row.first_at!, row.birth!);
  }
  for (const [key, sum] of sumsOfRows(db)) {
    if (keys === null || keys.has(key)) add(db, sum);
  }
}
