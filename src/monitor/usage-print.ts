import type { Ledger } from '../ledger/open.ts';
import { costIn } from '../ledger/queries/cells.ts';
import { CELL_FLAGS, CELL_MS } from '../ledger/schema.ts';
import type { CostMode } from '../pricing/types.ts';
import { allTokens } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';

/**
 * Sums that tell whether two sets of requests are the same: what another process writes changes at least one of them, be it only that a request turned out to have
 * its last line. Tokens, nano-USD.
 */
export class UsagePrint {
  events = 0;
  tokens = 0;
  /** Of the cells' numbers, and of the owners' ids: shows what is in another place. */
  cells = 0;
  owners = 0;
  sidechain = 0;
  lowerBounds = 0;
  cost = 0;

  add({ at, tokens, cost, sidechain, outputIsLowerBound }: UsageEvent): void {
    this.events++;
    this.tokens += allTokens(tokens);
    this.cells += Math.floor(at / CELL_MS);
    this.sidechain += sidechain ? 1 : 0;
    this.lowerBounds += outputIsLowerBound ? 1 : 0;
    this.cost += cost ?? 0;
  }

  /** Adds others, all of one owner; absent = as these say themselves. */
  merge(other: UsagePrint, owner?: number): this {
    this.events += other.events;
    this.tokens += other.tokens;
    this.cells += other.cells;
    this.owners += owner === undefined ? other.owners : owner * other.events;
    this.sidechain += other.sidechain;
    this.lowerBounds += other.lowerBounds;
    this.cost += other.cost;
    return this;
  }

  equals(other: UsagePrint): boolean {
    return (
      this.events === other.events &&
      this.tokens === other.tokens &&
      this.cells === other.cells &&
      this.owners === other.owners &&
      this.sidechain === other.sidechain &&
      this.lowerBounds === other.lowerBounds &&
      this.cost === other.cost
    );
  }
}

const SQL = `SELECT flags, total(events), total(input + output + write5m + write1h + read), total(cell * events), total(session * events), total(calc), total(logged)
  FROM rollup WHERE cell >= ? AND cell < ? GROUP BY flags`;

/** The ledger's own, of the cells from `from` (inclusive) to `until` (exclusive), epoch ms at which cells begin. */
export function ledgerPrint(ledger: Ledger, mode: CostMode, from: number, until: number): UsagePrint {
  const print = new UsagePrint();
  for (const row of ledger.db.sql(SQL).arrays(from / CELL_MS, until / CELL_MS) as number[][]) {
    const [flags, events, tokens, cells, owners, calc, logged] = row as [number, number, number, number, number, number, number];
    print.events += events;
    print.tokens += tokens;
    print.cells += cells;
    print.owners += owners;
    if (flags & CELL_FLAGS.sidechain) print.sidechain += events;
    if (flags & CELL_FLAGS.lowerBound) print.lowerBounds += events;
    print.cost += costIn(mode, flags, calc, logged) ?? 0;
  }
  return print;
}
