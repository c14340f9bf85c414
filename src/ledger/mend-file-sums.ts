import type { Row, Value } from './driver.ts';
import { EVENT_COLUMNS } from './event-row.ts';
import { type FileSumFault, fileSumFaults, fileSumKey, remakeFileSums, sumsOfRows } from './file-sums.ts';
import type { Ledger } from './open.ts';
import { freshLedger } from './reread.ts';
import { KEY_INDEX } from './schema.ts';
import { adopt, adoptPrompt, EVENTS, knowsMore, PROMPTS } from './settle.ts';
import { type Forgotten, forgottenSessions } from './tombstones.ts';

export interface MendedSums {
  /** Rows that were made again from a transcript. */
  readonly mended: number;
  /** Files whose sums still differ after that and some of whose rows no transcript can prove any more: these rows stand as they are. */
  readonly unproven: number;
}

/**
 * Files whose sums are not those of their rows (REL-15): either a row or the sum changed by itself. What the present transcripts say is put in the place of
 * rows that differ. When that gives the stored sums, it is proven; else only rows that cannot know more than their transcript are replaced, as after a
 * salvage. The sums themselves are made anew by the caller when all has been read again. `only`: key of the one file to mend.
 */
export function mendFileSums(ledger: Ledger, claudeDirs: readonly string[], only: string | null): MendedSums {
  const faults = fileSumFaults(ledger.db).filter(({ key }) => only === null || key === only);
  if (faults.length === 0) return { mended: 0, unproven: 0 };
  const { fresh } = freshLedger(ledger.table, claudeDirs);
  try {
    ledger.db.exec(KEY_INDEX);
    return ledger.db.write(() => mendAll(ledger, fresh, faults));
  } finally {
    fresh[Symbol.dispose]();
  }
}

/** A row as its transcript says it, and what the ledger has in its place. */
interface Said {
  readonly table: 'event' | 'prompt';
  readonly row: Row;
  readonly stored: Row | undefined;
}

function mendAll(ledger: Ledger, fresh: Ledger, faults: readonly FileSumFault[]): MendedSums {
  const { db } = ledger;
  const forgotten = forgottenSessions(db);
  const bad = new Set(faults.map(({ key }) => key));
  const said = [...saidRows(ledger, fresh, 'event', bad, forgotten), ...saidRows(ledger, fresh, 'prompt', bad, forgotten)];
  const byFile = Map.groupBy(said, ({ row }) => keyOf(row));
  let mended = 0;
  const write = (one: Said): void => {
    if (one.table === 'event') adopt(db, one.row);
    else adoptPrompt(db, one.row);
    mended++;
  };
  const wanted = storedSums(ledger);
  // First all that transcripts say: most often one damage in one file, and then the sums fit again.
  db.exec('SAVEPOINT mend');
  for (const one of said) write(one);
  const now = sumsOfRows(db);
  const proven = new Set([...bad].filter((key) => textOf(now.get(key)) === wanted.get(key)));
  if (proven.size < bad.size) {
    db.exec('ROLLBACK TO mend');
    mended = 0;
    for (const [key, rows] of byFile) {
      for (const one of rows) if (proven.has(key) || !isRicher(ledger, one)) write(one);
    }
  }
  db.exec('RELEASE mend');
  const unproven = [...bad].filter((key) => !proven.has(key) && hasRowsOfItsOwn(ledger, fresh, key)).length;
  return { mended, unproven };
}

/** A transcript that was shortened says less than was counted: such a request is kept (REL-2). */
const isRicher = (ledger: Ledger, { table, row, stored }: Said): boolean =>
  table === 'event' && stored !== undefined && knowsMore(ledger, { ...stored, was: stored.calc! }, row);

/** Rows that belong to one of the files, in the ledger or by what transcripts say, and are not as these say. */
function* saidRows(ledger: Ledger, fresh: Ledger, table: Said['table'], bad: ReadonlySet<string>, forgotten: Forgotten): Generator<Said> {
  const [sql, name] = table === 'event' ? ([EVENTS, 'key'] as const) : ([PROMPTS, 'uuid'] as const);
  const mine = new Map(
    ledger.db
      .sql(sql)
      .all()
      .map((row) => [row[name], row]),
  );
  const isArchived = ledger.db.sql('SELECT 1 FROM archived WHERE key = ?');
  for (const row of fresh.db.sql(sql).all()) {
    const stored = mine.get(row[name]!);
    if (!bad.has(keyOf(row)) && !(stored !== undefined && bad.has(keyOf(stored)))) continue;
    // An archived request is no part of these sums.
    if (table === 'event' && stored === undefined && isArchived.get(row.key!) !== undefined) continue;
    if (forgotten.has(String(row.sid)) || (stored !== undefined && sameSaid(stored, row, table))) continue;
    yield { table, row, stored };
  }
}

const keyOf = (row: Row): string => fileSumKey(row.own_first ?? null, row.own_birth!);

const COMPARED = EVENT_COLUMNS.split(', ').filter((name) => name !== 'session' && name !== 'model' && name !== 'calc');

function sameSaid(a: Row, b: Row, table: Said['table']): boolean {
  const names = table === 'event' ? [...COMPARED, 'sid', 'name'] : ['at', 'named', 'own_first', 'own_birth', 'sid'];
  return names.every((name) => a[name] === b[name]);
}

const textOf = (sum: object | undefined): string => JSON.stringify(sum ?? null);

/** As {@link textOf} gives a sum of rows. */
function storedSums(ledger: Ledger): Map<string, string> {
  const rows = ledger.db.sql('SELECT * FROM file_sum').all();
  return new Map(
    rows.map(({ first_at: firstAt, birth, ...sums }) => [fileSumKey(firstAt!, birth!), textOf({ firstAt, birth, ...sums })] as const),
  );
}

/** Whether a file has requests or prompts that no present transcript has a line of. */
function hasRowsOfItsOwn(ledger: Ledger, fresh: Ledger, key: string): boolean {
  const isAlone = (table: string, name: string): boolean => {
    const known = fresh.db.sql(`SELECT 1 AS yes FROM ${table} WHERE ${name} = ?`);
    return ledger.db
      .sql(`SELECT ${name} AS name, own_first, own_birth FROM ${table}`)
      .all()
      .some((row) => keyOf(row) === key && known.get(row.name as Value) === undefined);
  };
  return isAlone('event', 'key') || isAlone('prompt', 'uuid');
}

/** After all was read again: the sums of the mended files, or of all, as their rows give them. */
export function settleFileSums(ledger: Ledger, only: string | null): void {
  ledger.db.write(() => remakeFileSums(ledger.db, only === null ? null : new Set([only])));
}
