import type { NanoUsd, PriceTable } from '../pricing/types.ts';
import { type BilledPart, billedParts } from './billing.ts';
import type { Database } from './driver.ts';
import { fromRow } from './event-row.ts';
import { LedgerMemory } from './ledger-memory.ts';
import { CELL_MS, PROMPT_CELL } from './schema.ts';

/** The five-minute cell of an instant (epoch ms). */
export const cellOf = (at: number): number => Math.floor(at / CELL_MS);

/** All requests, or those of them that are archived (REL-24). */
type SumTable = 'rollup' | 'archived_sum';

const upsertInto = (
  table: SumTable,
): string => `INSERT INTO ${table} VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (cell, session, model, flags) DO UPDATE SET
  requests = requests + excluded.requests, events = events + excluded.events, input = input + excluded.input, output = output + excluded.output,
  write5m = write5m + excluded.write5m, write1h = write1h + excluded.write1h, read = read + excluded.read, web = web + excluded.web,
  calc = calc + excluded.calc, logged = logged + excluded.logged, prompts = prompts + excluded.prompts,
  first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`;

const INTO_ROLLUP = upsertInto('rollup');
const INTO_ARCHIVED = upsertInto('archived_sum');

const TAKE_OUT = `UPDATE rollup SET requests = requests - ?, events = events - ?, input = input - ?, output = output - ?, write5m = write5m - ?,
  write1h = write1h - ?, read = read - ?, web = web - ?, calc = calc - ?, logged = logged - ?
  WHERE cell = ? AND session = ? AND model = ? AND flags = ? AND first_at < ? AND last_at > ?`;

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

const emptySum = (key: CellSum['key'], at: number): CellSum => ({
  key,
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
});

const isNothing = (s: CellSum): boolean =>
  s.events === 0 &&
  s.requests === 0 &&
  s.prompts === 0 &&
  s.output === 0 &&
  s.input === 0 &&
  s.read === 0 &&
  s.write5m === 0 &&
  s.write1h === 0 &&
  s.web === 0 &&
  s.calc === 0 &&
  s.logged === 0;

/** Sums of hostile figures are not exact: what is taken from them must not be what was added before. */
const isExact = ({ tokens: t, calc, logged, webSearches }: BilledPart): boolean =>
  Number.isSafeInteger(t.input + t.output + t.cacheWrite5m + t.cacheWrite1h + t.cacheRead + webSearches + (calc ?? 0) + logged);

/** In the order of the columns. */
const figuresOf = (s: CellSum): number[] => [
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
];

function add(sum: CellSum, part: BilledPart, sign: 1 | -1): void {
  const { tokens } = part;
  sum.requests += sign * part.requests;
  sum.events += sign;
  sum.input += sign * tokens.input;
  sum.output += sign * tokens.output;
  sum.write5m += sign * tokens.cacheWrite5m;
  sum.write1h += sign * tokens.cacheWrite1h;
  sum.read += sign * tokens.cacheRead;
  sum.web += sign * part.webSearches;
  sum.calc += sign * (part.calc ?? 0);
  sum.logged += sign * part.logged;
}

/**
 * The sums of one transaction: new requests are added to their cells, the difference of one that says more now too; other cells with a changed request are
 * made again from their events.
 */
export class CellSums {
  private readonly db: Database;
  private readonly table: PriceTable;
  private readonly modelId: (name: string) => number;
  private readonly cells = new Map<string, CellSum>();
  private readonly into: SumTable;
  private readonly dirty = new Map<string, readonly [cell: number, session: number]>();
  /** What leaves its row for another one of the same cell: by row. */
  private readonly leaving = new Map<string, CellSum>();
  private readonly memory: LedgerMemory;

  constructor(
    db: Database,
    table: PriceTable,
    modelId: (name: string) => number,
    into: SumTable = 'rollup',
    memory: LedgerMemory = new LedgerMemory(db),
  ) {
    this.memory = memory;
    this.into = into;
    this.db = db;
    this.table = table;
    this.modelId = modelId;
  }

  clear(): void {
    this.cells.clear();
    this.dirty.clear();
    this.leaving.clear();
  }

  count(part: BilledPart, at: number, session: number): void {
    const sum = this.cell(cellOf(at), session, this.modelId(part.model), part.flags, at);
    add(sum, part, 1);
  }

  cell(cell: number, session: number, model: number, flags: number, at: number): CellSum {
    const name = `${cell}:${session}:${model}:${flags}`;
    let sum = this.cells.get(name);
    if (!sum) {
      sum = emptySum([cell, session, model, flags], at);
      this.cells.set(name, sum);
    }
    if (at < sum.firstAt) sum.firstAt = at;
    if (at > sum.lastAt) sum.lastAt = at;
    return sum;
  }

  touch(cell: number, session: number): void {
    this.dirty.set(`${cell}:${session}`, [cell, session]);
  }

  /** A request of this time (epoch ms) and session is billed by other parts than before. */
  replace(before: readonly BilledPart[], after: readonly BilledPart[], at: number, session: number): void {
    const cell = cellOf(at);
    const nameOf = (part: BilledPart): string => `${cell}:${session}:${this.modelId(part.model)}:${part.flags}`;
    const stays = new Set(after.map(nameOf));
    for (const part of before) {
      const name = nameOf(part);
      const leaves = !stays.has(name);
      // Added in this very transaction, so that its row does not have it yet.
      if (!isExact(part) || (leaves && this.cells.has(name))) {
        this.touch(cell, session);
        return;
      }
      add(leaves ? this.leaver(name, part, at, session) : this.cell(cell, session, this.modelId(part.model), part.flags, at), part, -1);
    }
    for (const part of after) this.count(part, at, session);
    if (!after.every(isExact)) this.touch(cell, session);
  }

  private leaver(name: string, part: BilledPart, at: number, session: number): CellSum {
    const sum = this.leaving.get(name) ?? emptySum([cellOf(at), session, this.modelId(part.model), part.flags], at);
    sum.firstAt = Math.min(sum.firstAt, at);
    sum.lastAt = Math.max(sum.lastAt, at);
    this.leaving.set(name, sum);
    return sum;
  }

  /** Writes what was counted since the last time. */
  flush(): void {
    for (const sum of this.leaving.values()) {
      const [cell, session] = sum.key;
      if (!this.dirty.has(`${cell}:${session}`) && !this.takeOut(sum)) this.touch(cell, session);
    }
    for (const [name, sum] of this.cells) if (isNothing(sum) || this.dirty.has(`${sum.key[0]}:${sum.key[1]}`)) this.cells.delete(name);
    if (this.into === 'rollup') this.forgetDays();
    for (const [cell, session] of this.dirty.values()) this.recount(cell, session);
    const upsert = this.db.sql(this.into === 'rollup' ? INTO_ROLLUP : INTO_ARCHIVED);
    for (const s of this.cells.values()) upsert.run(...s.key, ...figuresOf(s), s.firstAt, s.lastAt);
    if (this.into === 'rollup') this.moveTotals();
  }

  /** What is kept of whole sessions follows; sums that were made again tell no difference. */
  private moveTotals(): void {
    const { totals } = this.memory;
    for (const [, session] of this.dirty.values()) totals.drop(session);
    for (const sums of [this.leaving, this.cells])
      for (const sum of sums.values()) {
        const [, session, model, flags] = sum.key;
        totals.add(session, model, flags, figuresOf(sum), sum.firstAt, sum.lastAt);
      }
  }

  /** Kept sums of days hold only up to the earliest cell that changes now. */
  private forgetDays(): void {
    let first = Number.POSITIVE_INFINITY;
    for (const [cell] of this.dirty.values()) first = Math.min(first, cell);
    for (const { key } of this.cells.values()) first = Math.min(first, key[0]);
    for (const { key } of this.leaving.values()) first = Math.min(first, key[0]);
    if (Number.isFinite(first)) this.memory.cutMemo(first);
  }

  /** Takes from a row what leaves it. False, with nothing done, where its first or last time may change with that: only its events tell. */
  private takeOut(s: CellSum): boolean {
    const drop = this.db.sql('DELETE FROM rollup WHERE cell = ? AND session = ? AND model = ? AND flags = ? AND events = ?');
    if (drop.run(...s.key, -s.events) === 1) return true;
    const less = [-s.requests, -s.events, -s.input, -s.output, -s.write5m, -s.write1h, -s.read, -s.web, -s.calc, -s.logged];
    return this.db.sql(TAKE_OUT).run(...less, ...s.key, s.firstAt, s.lastAt) === 1;
  }

  /** Makes the sums of one session's cell again from its events, and from what archived ones add to it. */
  private recount(cell: number, session: number): void {
    const [from, to] = [cell * CELL_MS, (cell + 1) * CELL_MS];
    this.db.sql('DELETE FROM rollup WHERE cell = ? AND session = ?').run(cell, session);
    this.db.sql('INSERT INTO rollup SELECT * FROM archived_sum WHERE cell = ? AND session = ?').run(cell, session);
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
}
