import type { CostMode } from '../../pricing/types.ts';
import type { Ledger } from '../open.ts';
import type { TotalRow } from '../session-totals.ts';
import { EVERYTHING, groupOf, groupValues, newGroup, RowBuilder } from './cells.ts';

/** What sessions (their ids) have used in all: from memory where this process knows it, for the monitor. Models are not told apart. */
export function totalRows(ledger: Ledger, sessions: readonly number[], mode: CostMode): Map<number, RowBuilder> {
  const { memory } = ledger.appender;
  const rows = new Map<number, RowBuilder>();
  const unknown: number[] = [];
  for (const id of sessions) {
    const known = memory.isOwn ? memory.totals.of(id) : undefined;
    if (known === undefined) unknown.push(id);
    else rows.set(id, rowOf(known, mode));
  }
  for (const [id, totals] of unknown.length === 0 ? [] : totalsOf(ledger, unknown)) {
    if (memory.isOwn) memory.totals.keep(id, totals);
    rows.set(id, rowOf(totals, mode));
  }
  return rows;
}

function totalsOf(ledger: Ledger, sessions: readonly number[]): Map<number, TotalRow[]> {
  const totals = new Map<number, TotalRow[]>(sessions.map((id) => [id, []]));
  for (const [id, ...row] of groupValues(ledger, ['session'], { ...EVERYTHING, sessions })) totals.get(id!)?.push(row);
  return totals;
}

function rowOf(totals: Iterable<TotalRow>, mode: CostMode): RowBuilder {
  const row = new RowBuilder(false);
  const group = newGroup();
  for (const values of totals) row.add(groupOf(values, 0, mode, group), '');
  return row;
}
