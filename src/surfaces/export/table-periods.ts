import type { PeriodRow, ReportMeta, ReportRow } from '../../usage/report.ts';
import { breakdownRows, modelsText, type Print, safe, sumCells, textCell } from './table-cells.ts';
import type { Column, Form, Line } from './table-layout.ts';
import { rangeText } from './table-notes.ts';
import { reportLines } from './table-render.ts';
import type { TableOptions } from './types.ts';

export type PeriodKind = 'daily' | 'weekly' | 'monthly';

const NAMES: Readonly<Record<PeriodKind, { readonly title: string; readonly key: string }>> = {
  daily: { title: 'Daily usage', key: 'Date' },
  weekly: { title: 'Weekly usage', key: 'Week' },
  monthly: { title: 'Monthly usage', key: 'Month' },
};

/** Model lists are cut here on a terminal of 120 columns; every further column is theirs. */
const MODELS_AT_120 = 34;
const EASED_FROM = 120;

function periodColumns(key: string, full: boolean, options: TableOptions): Column[] {
  const keyColumn: Column = options.breakdown
    ? { id: 'key', header: key, align: 'left', min: 10, floor: 10, max: 28 }
    : { id: 'key', header: key, align: 'left', min: 10, floor: 10 };
  const number = (id: string, header: string, min: number, leave?: number): Column => ({
    id,
    header,
    align: 'right',
    min,
    ...(leave === undefined ? {} : { leave }),
  });
  const models: Column = {
    id: 'models',
    header: 'Models',
    align: 'left',
    floor: 10,
    leave: 3,
    max: full && !options.wide ? MODELS_AT_120 + Math.max(0, options.columns - EASED_FROM) : 200,
  };
  const numbers = full
    ? [
        number('input', 'Input', 9, 6),
        number('output', 'Output', 9, 5),
        number('cacheWrite', 'Cache write', 12, 2),
        number('cacheRead', 'Cache read', 13, 1),
        number('total', 'Total', 13, 4),
        number('cost', 'Cost', 8),
      ]
    : [
        number('input', 'In', 6, 6),
        number('output', 'Out', 6, 5),
        number('cacheWrite', 'Cache w', 7, 2),
        number('cacheRead', 'Cache r', 7, 1),
        number('total', 'Total', 6, 4),
        number('cost', 'Cost', 8),
      ];
  return options.breakdown ? [keyColumn, ...numbers] : [keyColumn, models, ...numbers];
}

function periodLines(rows: readonly PeriodRow[], print: Print, options: TableOptions): Line[] {
  return rows.flatMap((row): Line[] => [
    { kind: 'row', cells: { key: { text: row.period }, models: textCell(modelsText(row), print), ...sumCells(row.sum, print) } },
    ...(options.breakdown ? breakdownRows(row, 'key', print) : []),
  ]);
}

function totalLines(totals: ReportRow, print: Print, options: TableOptions): Line[] {
  const row: Line = { kind: 'row', cells: { key: { text: 'Total' }, ...sumCells(totals.sum, print) } };
  return [{ kind: 'rule' }, row, ...(options.breakdown ? breakdownRows(totals, 'key', print) : [])];
}

/** `daily`, `weekly` or `monthly` as lines in the look of §5. */
export function periodTable(
  kind: PeriodKind,
  rows: readonly PeriodRow[],
  totals: ReportRow,
  meta: ReportMeta,
  options: TableOptions,
): string[] {
  const { title, key } = NAMES[kind];
  const form = (print: Print): Form => ({
    columns: periodColumns(key, print.full, options),
    lines: [...periodLines(rows, print, options), ...totalLines(totals, print, options)],
  });
  return reportLines(
    { title: [title, rangeText(meta, totals)], wide: form, compact: form, isEmpty: rows.length === 0 },
    totals,
    meta,
    options,
  );
}

/** `daily --instances`: the days of each project under its name, in the order of the rows (UR-11). */
export function instancesTable(rows: readonly PeriodRow[], totals: ReportRow, meta: ReportMeta, options: TableOptions): string[] {
  const groups = Map.groupBy(rows, (row) => row.project?.path ?? '');
  const form = (print: Print): Form => ({
    columns: periodColumns('Date', print.full, options),
    lines: [
      ...[...groups.values()].flatMap((group): Line[] => [
        { kind: 'span', text: safe(group[0]!.project?.name ?? '', print) },
        ...periodLines(group, print, options),
      ]),
      ...totalLines(totals, print, options),
    ],
  });
  const title = ['Daily usage by project', rangeText(meta, totals)];
  return reportLines({ title, wide: form, compact: form, isEmpty: rows.length === 0 }, totals, meta, options);
}
