import type { ProjectRow, ReportMeta, ReportRow, SessionRow } from '../../usage/report.ts';
import { breakdownRows, modelsText, type Print, shortTime, signs, sumCells, textCell } from './table-cells.ts';
import type { Cell, Column, Form, Line } from './table-layout.ts';
import { rangeText } from './table-notes.ts';
import { reportLines } from './table-render.ts';
import type { TableOptions } from './types.ts';

type Show = Readonly<Record<string, Cell>>;

const right = (id: string, header: string, min: number, leave?: number): Column => ({
  id,
  header,
  align: 'right',
  min,
  ...(leave === undefined ? {} : { leave }),
});
const left = (id: string, header: string, sizes: Omit<Column, 'id' | 'header' | 'align'>): Column => ({
  id,
  header,
  align: 'left',
  ...sizes,
});

/** The numbers of a list of sessions or projects at 120 columns, and below. Total is the sum of the others, so it leaves first in the wide form. */
const wideNumbers = [
  right('input', 'Input', 7, 9),
  right('output', 'Output', 8, 8),
  right('cacheWrite', 'Cache w', 9, 2),
  right('cacheRead', 'Cache r', 10, 1),
  right('cost', 'Cost', 8),
];
const compactNumbers = [
  right('input', 'In', 6, 9),
  right('output', 'Out', 6, 8),
  right('cache', 'Cache', 6, 1),
  right('total', 'Total', 6, 4),
  right('cost', 'Cost', 7),
];

const unlessBroken = (columns: readonly Column[], options: TableOptions) =>
  options.breakdown ? columns.filter((column) => column.id !== 'models') : columns;

const timeCell = (ms: number | null, print: Print): Cell => ({
  text: ms === null ? signs(print.ascii).unknown : shortTime(ms, print.zone),
});

function sessionCells(row: SessionRow, print: Print): Show {
  const project = print.full && row.branch !== null ? `${row.project} (${row.branch})` : row.project;
  return {
    key: textCell(row.name, print),
    project: textCell(project, print),
    models: textCell(modelsText(row), print),
    last: timeCell(row.lastAt, print),
    ...sumCells(row.sum, print),
  };
}

function listLines<T extends ReportRow>(
  rows: readonly T[],
  cells: (row: T, print: Print) => Show,
  totals: ReportRow,
  print: Print,
  options: TableOptions,
): Line[] {
  return [
    ...rows.flatMap((row): Line[] => [
      { kind: 'row', cells: cells(row, print) },
      ...(options.breakdown ? breakdownRows(row, 'key', print) : []),
    ]),
    { kind: 'rule' },
    { kind: 'row', cells: { key: { text: `Total ${rows.length}` }, ...sumCells(totals.sum, print) } },
    ...(options.breakdown ? breakdownRows(totals, 'key', print) : []),
  ];
}

/** `sessions`: subagents are in the row of their session (UR-14). */
export function sessionsTable(rows: readonly SessionRow[], totals: ReportRow, meta: ReportMeta, options: TableOptions): string[] {
  const lines = (print: Print) => listLines(rows, sessionCells, totals, print, options);
  const wide = (print: Print): Form => ({
    columns: unlessBroken(
      [
        left('key', 'Session', { min: 20, floor: 10, max: 48 }),
        left('project', 'Project (branch)', { min: 24, floor: 16, max: 48, leave: 5 }),
        left('models', 'Models', { floor: 10, max: 32, leave: 3 }),
        left('last', 'Last', { min: 12, leave: 6 }),
        ...wideNumbers,
      ],
      options,
    ),
    lines: lines(print),
  });
  const compact = (print: Print): Form => ({
    columns: [
      left('key', 'Session', { floor: 12, max: 32 }),
      left('project', 'Project', { floor: 6, max: 24, leave: 6 }),
      left('last', 'Last', { min: 12, leave: 5 }),
      ...compactNumbers,
    ],
    lines: lines(print),
  });
  const order = `sorted by ${options.sort ?? 'cost'}`;
  return reportLines(
    { title: ['Sessions', rangeText(meta, totals)], wide, compact, isEmpty: rows.length === 0, order },
    totals,
    meta,
    options,
  );
}

function projectCells(row: ProjectRow, print: Print): Show {
  return {
    key: textCell(row.project, print),
    sessions: { text: String(row.sessions) },
    days: { text: String(row.activeDays) },
    models: textCell(modelsText(row), print),
    last: timeCell(row.lastAt, print),
    ...sumCells(row.sum, print),
  };
}

/** `projects`: a row per project with sessions, active days, last use and model mix (UR-15). */
export function projectsTable(rows: readonly ProjectRow[], totals: ReportRow, meta: ReportMeta, options: TableOptions): string[] {
  const lines = (print: Print) => listLines(rows, projectCells, totals, print, options);
  const wide = (print: Print): Form => ({
    columns: unlessBroken(
      [
        left('key', 'Project', { min: 16, floor: 10, max: 40 }),
        right('sessions', 'Sessions', 8, 7),
        right('days', 'Days', 4, 7.5),
        left('models', 'Models', { floor: 10, max: 34, leave: 3 }),
        left('last', 'Last', { min: 12, leave: 6 }),
        ...wideNumbers,
      ],
      options,
    ),
    lines: lines(print),
  });
  const compact = (print: Print): Form => ({
    columns: [
      left('key', 'Project', { floor: 12, max: 32 }),
      right('sessions', 'Sess', 4, 6),
      right('days', 'Days', 4, 7),
      left('last', 'Last', { min: 12, leave: 5 }),
      ...compactNumbers,
    ],
    lines: lines(print),
  });
  const order = `sorted by ${options.sort ?? 'cost'}`;
  return reportLines(
    { title: ['Projects', rangeText(meta, totals)], wide, compact, isEmpty: rows.length === 0, order },
    totals,
    meta,
    options,
  );
}
