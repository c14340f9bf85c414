import { join } from 'node:path';
import type { NanoUsd, PriceTable } from '../pricing/types.ts';
import { archiveDirOf, readBlock } from './archive-file.ts';
import { hasArchived } from './archive-hold.ts';
import { billedParts, mainCost } from './billing.ts';
import type { CellSums } from './cell-sums.ts';
import type { Database, Row, Value } from './driver.ts';
import { EVENT_COLUMNS, fromRow } from './event-row.ts';
import type { FileSums } from './file-sums.ts';

/** Blocks that are kept decoded: a transcript's requests lie in few of them. */
const KEPT_BLOCKS = 12;

interface Kept {
  readonly rows: ReadonlyMap<string, Row>;
}

/** Decoded blocks by ledger, newest use last. A block's file never changes: what is rewritten gets another name. */
const kept = new WeakMap<Database, Map<string, Kept | null>>();

/** The requests of a block by key, with sums of the ledger's ids, or null when its file is gone or damaged. */
function blockOf(db: Database, id: number): Kept | null {
  const block = db.sql('SELECT file, offset, length, sha256 FROM archive_block WHERE id = ?').get(id);
  if (block === undefined) return null;
  let blocks = kept.get(db);
  if (blocks === undefined) {
    blocks = new Map();
    kept.set(db, blocks);
  }
  const name = `${block.sha256} ${block.file}`;
  let found = blocks.get(name);
  if (found === undefined) {
    const path = join(archiveDirOf(db), String(block.file));
    const rows = readBlock(path, block.offset as number, block.length as number, String(block.sha256));
    found = rows === null ? null : { rows: new Map(rows.map((row) => [String(row.key), row])) };
  }
  blocks.delete(name);
  // What could not be read is tried again the next time.
  if (found !== null) blocks.set(name, found);
  if (blocks.size > KEPT_BLOCKS) blocks.delete(blocks.keys().next().value!);
  return found;
}

/** What the table says of an archived request. */
const PLACES = `SELECT archived.key, archived.session, archived.cell, archived.block, archived.cost, session.sid
  FROM archived LEFT JOIN session ON session.id = archived.session`;

export interface ArchivedRows {
  /** As `EVENTS` gives rows (settle.ts), with the ledger's ids; `calc` is null. */
  readonly rows: readonly Row[];
  /** Keys whose archive cannot be read. */
  readonly lost: readonly string[];
}

/** Archived requests under some condition on {@link PLACES}, with the block of each. */
export function archivedRows(db: Database, where = '1', ...values: Value[]): ArchivedRows {
  const rows: Row[] = [];
  const lost: string[] = [];
  // Tried once a call: its requests may be thousands.
  const failed = new Set<number>();
  for (const place of db.sql(`${PLACES} WHERE ${where} ORDER BY archived.block`).all(...values)) {
    const id = place.block as number;
    const block = failed.has(id) ? null : blockOf(db, id);
    if (block === null) failed.add(id);
    const row = block?.rows.get(String(place.key));
    if (row === undefined) lost.push(String(place.key));
    else rows.push({ ...row, ...place });
  }
  return { rows, lost };
}

/** Archived requests between two instants (epoch ms, half-open), of one session or of all, priced. */
export function archivedBetween(db: Database, table: PriceTable, from: number, to: number, session: number | null): Row[] {
  if (db.sql('SELECT 1 FROM archive_block WHERE first_at < ? AND last_at >= ? LIMIT 1').get(to, from) === undefined) return [];
  const own = session === null ? '' : 'AND archived.session = ?';
  const { rows } = archivedRows(
    db,
    `archived.block IN (SELECT id FROM archive_block WHERE first_at < ? AND last_at >= ?) ${own}`,
    ...[to, from, ...(session === null ? [] : [session])],
  );
  return rows
    .filter((row) => (row.at as number) >= from && (row.at as number) < to)
    .map((row) => ({ ...row, calc: mainCost(stateOf(row), table) }));
}

const stateOf = (row: Row) => fromRow(row, String(row.sid ?? ''), row.name as string | null);

/** Cost of a request with its iterations; null = some part of it has no price. Nano-USD. */
export function wholeCost(row: Row, table: PriceTable, calc: NanoUsd | null): NanoUsd | null {
  let sum = 0;
  for (const part of billedParts(stateOf(row), table, calc)) {
    if (part.calc === null) return null;
    sum += part.calc;
  }
  return sum;
}

const INSERT = `INSERT INTO event (${EVENT_COLUMNS}) VALUES (${EVENT_COLUMNS.split(', ')
  .map(() => '?')
  .join(', ')})`;

/** Archived requests as an appender meets them. A request is in `event` or in `archived`, never in both. */
export class ArchivedEvents {
  private any = false;
  private readonly db: Database;
  private readonly table: PriceTable;

  constructor(db: Database, table: PriceTable) {
    this.db = db;
    this.table = table;
  }

  /** At the start of a transaction: another process may have archived some. */
  begin(any = hasArchived(this.db)): void {
    this.any = any;
  }

  has(key: string): boolean {
    return this.any && this.db.sql('SELECT 1 FROM archived WHERE key = ?').get(key) !== undefined;
  }

  /** A request as `EVENTS` gives it; null when its archive cannot be read. */
  row(key: string): Row | null {
    return archivedRows(this.db, 'archived.key = ?', key).rows[0] ?? null;
  }

  /**
   * Takes all requests of one session's cell back into `event`. The sums over all requests stay as they are: it was the same requests before. False, with
   * nothing changed, when one of them cannot be read.
   */
  thaw(session: number, cell: number, modelId: (name: string) => number, files: FileSums): boolean {
    const { rows, lost } = archivedRows(this.db, 'archived.session = ? AND archived.cell = ?', session, cell);
    if (lost.length > 0) return false;
    for (const row of rows) {
      const model = row.name === null ? null : modelId(String(row.name));
      const whole: Row = { ...row, model, calc: mainCost(stateOf(row), this.table) };
      const values = EVENT_COLUMNS.split(', ').map((name): Value => whole[name] ?? null);
      this.db.sql(INSERT).run(...values);
      files.event(values, 1);
    }
    this.db.sql('DELETE FROM archived WHERE session = ? AND cell = ?').run(session, cell);
    this.db.sql('DELETE FROM archived_sum WHERE session = ? AND cell = ?').run(session, cell);
    return true;
  }

  /**
   * Prices archived requests anew, those that can be read, and what they add to the sums. `sums` writes to `archived_sum`. Returns whether some could not be
   * read, so that sums stayed as they were.
   */
  recount(sums: CellSums): boolean {
    this.begin();
    if (!this.any) return false;
    const { rows, lost } = archivedRows(this.db);
    const held = new Set<string>();
    const placeOf = this.db.sql('SELECT session, cell FROM archived WHERE key = ?');
    for (const key of lost) {
      const place = placeOf.get(key);
      held.add(`${place?.session}:${place?.cell}`);
    }
    // Sums with a part that cannot be read stay as they were, at the prices of their time.
    for (const { session, cell } of this.db.sql('SELECT DISTINCT session, cell FROM archived_sum').all())
      if (!held.has(`${session}:${cell}`)) this.db.sql('DELETE FROM archived_sum WHERE session = ? AND cell = ?').run(session!, cell!);
    const update = this.db.sql('UPDATE archived SET cost = ? WHERE key = ?');
    for (const row of rows) {
      if (held.has(`${row.session}:${row.cell}`)) continue;
      const r = stateOf(row);
      const calc = mainCost(r, this.table);
      const cost = wholeCost(row, this.table, calc);
      if (cost !== row.cost) update.run(cost, r.key);
      for (const part of billedParts(r, this.table, calc)) sums.count(part, r.at, row.session as number);
    }
    sums.flush();
    sums.clear();
    return lost.length > 0;
  }
}
