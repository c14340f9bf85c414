import type { NanoUsd, PriceTable } from '../pricing/types.ts';
import { type BilledPart, billedParts } from './billing.ts';
import type { Database } from './driver.ts';
import { fromRow } from './event-row.ts';
import { CELL_MS, PROMPT_CELL } from './schema.ts';

/** The five-minute cell of an instant (epoch ms). */
export const cellOf = (at: number): number => Math.floor(at / CELL_MS);

const upsertInto = (
  table: SumTable,
): string => `INSERT INTO ${table} VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (cell, session, model, flags) DO UPDATE SET
  requests = requests + excluded.requests, events = events + excluded.events, input = input + excluded.input, output = output + excluded.output,
  write5m = write5m + excluded.write5m, write1h = write1h + excluded.write1h, read = read + excluded.read, web = web + excluded.web,
  calc = calc + excluded.calc, logged = logged + excluded.logged, prompts = prompts + excluded.prompts,
  first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`;

/** All requests, or those of them that are archived (REL-24). */
type SumTable = 'rollup' | 'archived_sum';

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

/** The sums of one transaction: new requests are added to their cells; cells with a changed request are made again from their events. */
export class CellSums {
  private readonly db: Database;
  private readonly table: PriceTable;
  private readonly modelId: (name: string) => number;
  private cells = new Map<string, CellSum>();
  private readonly into: SumTable;
  private dirty = new Map<string, readonly [cell: number, session: number]>();

  constructor(db: Database, table: PriceTable, modelId: (name: string) => number, into: SumTable = 'rollup') {
    this.into = into;
    this.db = db;
    this.table = table;
    this.modelId = modelId;
  }

  clear(): void {
    this.cells = new Map();
    this.dirty = new Map();
  }

  count(part: BilledPart, at: number, session: number): void {
    const sum = this.cell(cellOf(at), session, this.modelId(part.model), part.flags, at);
    const { tokens } = part;
    sum.requests += part.requests;
    sum.events++;
    sum.input += tokens.input;
    sum.output += tokens.output;
    sum.write5m += tokens.cacheWrite5m;
    sum.write1h += tokens.cacheWrite1h;
    sum.read += tokens.cacheRead;
    sum.web += part.webSearches;
    sum.calc += part.calc ?? 0;
    sum.logged += part.logged;
  }

  cell(cell: number, session: number, model: number, flags: number, at: number): CellSum {
    const name = `${cell}:${session}:${model}:${flags}`;
    let sum = this.cells.get(name);
    if (!sum) {
      sum = {
        key: [cell, session, model, flags],
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
      };
      this.cells.set(name, sum);
    }
    if (at < sum.firstAt) sum.firstAt = at;
    if (at > sum.lastAt) sum.lastAt = at;
    return sum;
  }

  touch(cell: number, session: number): void {
    this.dirty.set(`${cell}:${session}`, [cell, session]);
  }

  /** Writes what was counted since the last time. */
  flush(): void {
    for (const [name, { key }] of this.cells) if (this.dirty.has(`${key[0]}:${key[1]}`)) this.cells.delete(name);
    if (this.into === 'rollup') this.forgetDays();
    for (const [cell, session] of this.dirty.values()) this.recount(cell, session);
    const upsert = this.db.sql(upsertInto(this.into));
    for (const s of this.cells.values()) {
      upsert.run(
        ...s.key,
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
        s.firstAt,
        s.lastAt,
      );
    }
  }

  /** Kept sums of days hold only up to the earliest cell that changes now. */
  private forgetDays(): void {
    let first = Number.POSITIVE_INFINITY;
    for (const [cell] of this.dirty.values()) first = Math.min(first, cell);
    for (const { key } of this.cells.values()) first = Math.min(first, key[0]);
    if (Number.isFinite(first)) this.db.sql('UPDATE memo SET until_cell = ? WHERE until_cell > ?').run(first, first);
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
