import type { BlockRow, ReportRow } from '../../usage/report.ts';
import { estimateWindows, FIVE_HOURS_MS, gaps, officialWindows, type Window, type WindowSample } from '../../usage/window.ts';
import { CELL_MS, PROMPT_CELL } from '../schema.ts';
import { type CellGroup, groupCells, RowBuilder, sessionsByGroup, whereOf } from './cells.ts';
import { DEFAULT_ACCOUNT, type Directory } from './directory.ts';
import type { ReportContext } from './reports.ts';

export interface WindowOptions {
  /** Length of estimated windows, ms. */
  readonly lengthMs: number;
  /** Rounding of their starts, ms; null = the server's (D-21). */
  readonly floorMs: number | null;
}

export const FIVE_HOURS: WindowOptions = { lengthMs: FIVE_HOURS_MS, floorMs: null };

/** Usage-limit errors that transcripts hold: the server said "100 %, resets at" (D-20). */
export function limitSamples(directory: Directory): WindowSample[] {
  return [...directory.sessions.values()].flatMap(({ facts }) => {
    const hit = facts.limitResetsAt;
    return hit === undefined ? [] : [{ used: 100, resetsAt: hit[0], seenAt: hit[1][1] }];
  });
}

/**
 * The account's windows over the whole ledger (filters cut rows, never windows), with the sums of the filtered requests inside each. Windows that end on
 * a cell's edge, nearly all, are sums of whole cells; a window cut elsewhere takes the cells whose first request lies inside it.
 */
export function blockRows(c: ReportContext, options: WindowOptions, now: number): BlockRow[] {
  const times = c.ledger.db
    .sql(`SELECT cell, min(first_at) AS at FROM rollup WHERE flags <> ${PROMPT_CELL} GROUP BY cell ORDER BY cell`)
    .all()
    .map((row) => ({ at: row.at as number }));
  const windows = estimateWindows(
    times,
    { lengthMs: options.lengthMs, ...(options.floorMs === null ? {} : { floorMs: options.floorMs }) },
    officialWindows(limitSamples(c.directory)),
  );
  const rows = windowRows(c, windows);
  const blocks: BlockRow[] = windows.map((w, i) => blockOf(w, rows[i] ?? null, now)).filter((block) => block.row !== null);
  const empty = gaps(blocks.map(asWindow));
  return [...blocks, ...empty.map((gap) => gapBlock(gap))].sort((a, b) => a.start - b.start);
}

const asWindow = (b: BlockRow): Window => ({
  start: b.start,
  end: b.end,
  source: b.source,
  uncertaintyMinutes: b.uncertaintyMinutes,
  usedPercent: b.usedPercent,
  usedPercentAt: b.usedPercentAt,
});

/** Sums of the filtered cells by window, null where a window has none. */
function windowRows(c: ReportContext, windows: readonly Window[]): (ReportRow | null)[] {
  const builders = windows.map(() => new RowBuilder());
  const indexOf = (at: number): number => {
    let low = 0;
    let high = windows.length - 1;
    while (low <= high) {
      const mid = (low + high) >> 1;
      const w = windows[mid]!;
      if (at < w.start) high = mid - 1;
      else if (at >= w.end) low = mid + 1;
      else return mid;
    }
    return -1;
  };
  for (const group of groupCells(c.ledger, ['cell'], c.filter, c.mode)) place(group, group.group[0]!);
  const firsts = new Map(cellFirsts(c));
  for (const [cell, session] of sessionsByGroup(c.ledger, 'cell', c.filter))
    builders[indexOf(firsts.get(cell) ?? cell * CELL_MS)]?.sessionIds.add(session);
  return builders.map((builder) => (builder.firstAt === null ? null : builder.build()));

  function place(group: CellGroup, cell: number): void {
    const at = group.flags === PROMPT_CELL ? cell * CELL_MS : group.firstAt;
    builders[indexOf(at)]?.add(group, c.directory.models.get(group.model) ?? 'unknown');
  }
}

function cellFirsts(c: ReportContext): [number, number][] {
  const { where, values } = whereOf(c.filter);
  return c.ledger.db
    .sql(`SELECT cell, min(first_at) AS at FROM rollup ${where} GROUP BY cell`)
    .all(...values)
    .map((row) => [row.cell as number, row.at as number]);
}

function blockOf(w: Window, row: ReportRow | null, now: number): BlockRow {
  return {
    gap: false,
    start: w.start,
    end: w.end,
    account: DEFAULT_ACCOUNT,
    source: w.source,
    uncertaintyMinutes: w.uncertaintyMinutes,
    usedPercent: w.usedPercent,
    usedPercentAt: w.usedPercentAt,
    active: w.start <= now && now < w.end,
    row,
    burn: null,
    projection: null,
    limit: null,
  };
}

function gapBlock({ start, end }: { start: number; end: number }): BlockRow {
  return {
    gap: true,
    start,
    end,
    account: DEFAULT_ACCOUNT,
    source: 'estimated',
    uncertaintyMinutes: 0,
    usedPercent: null,
    usedPercentAt: null,
    active: false,
    row: null,
    burn: null,
    projection: null,
    limit: null,
  };
}
