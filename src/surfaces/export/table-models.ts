import { usd } from '../../text/format.ts';
import type { ModelRow, ReportMeta, ReportRow } from '../../usage/report.ts';
import { cacheHit } from '../../usage/sum.ts';
import { costPerMillion, shareOf } from './json.ts';
import { modelLabel } from './json-row.ts';
import { moneyText, type Print, rateText, shortModel, signs, sumCells, textCell, tokensText } from './table-cells.ts';
import type { Column, Form, Line } from './table-layout.ts';
import { rangeText } from './table-notes.ts';
import { reportLines } from './table-render.ts';
import type { TableOptions } from './types.ts';

const NANO_PER_USD = 1_000_000_000;

const right = (id: string, header: string, min: number, leave?: number): Column => ({
  id,
  header,
  align: 'right',
  min,
  ...(leave === undefined ? {} : { leave }),
});

/** `$4.00/$20.00`: the list prices of input and output per million tokens. */
function pricesText(row: ModelRow, print: Print): string {
  if (row.prices === null) return signs(print.ascii).unknown;
  return `${usd(row.prices.input * NANO_PER_USD)}/${usd(row.prices.output * NANO_PER_USD)}`;
}

function modelCells(row: ModelRow, totals: ReportRow, print: Print, options: TableOptions) {
  return {
    period: { text: row.period ?? '' },
    key: textCell(shortModel(modelLabel(row.model, row.speed)), print),
    requests: { text: tokensText(row.sum.requests, print) },
    ...sumCells(row.sum, print),
    share: { text: rateText(shareOf(row, totals, options.cost), print) },
    costPerMillion: { text: moneyText(costPerMillion(row), print) },
    hit: { text: rateText(cacheHit(row.sum), print) },
    costPrices: { text: pricesText(row, print) },
  };
}

function totalCells(totals: ReportRow, print: Print) {
  return {
    key: { text: 'Total' },
    requests: { text: tokensText(totals.sum.requests, print) },
    ...sumCells(totals.sum, print),
    costPerMillion: { text: moneyText(costPerMillion(totals), print) },
    hit: { text: rateText(cacheHit(totals.sum), print) },
  };
}

function modelColumns(full: boolean, dated: boolean, options: TableOptions): Column[] {
  const period: Column = { id: 'period', header: 'Date', align: 'left', min: 10, leave: 12 };
  const key: Column = { id: 'key', header: 'Model', align: 'left', min: 10, floor: 10, max: 32 };
  const sums = full
    ? [
        right('requests', 'Requests', 8, 6),
        right('input', 'Input', 7, 9),
        right('output', 'Output', 9, 8),
        right('cacheWrite', 'Cache w', 9, 2),
        right('cacheRead', 'Cache r', 11, 1),
        right('total', 'Total', 11, 4),
      ]
    : [
        right('requests', 'Req', 4, 6),
        right('input', 'In', 6, 9),
        right('output', 'Out', 6, 8),
        right('cache', 'Cache', 6, 1),
        right('total', 'Total', 6, 4),
      ];
  // With all columns the prices need a terminal wider than 120.
  const prices = full && (options.wide || options.columns >= 140) ? [right('costPrices', 'In/out per M', 12, 0)] : [];
  const shares = [right('share', 'Share', 5, 7), right('costPerMillion', '$/M', 6, 5), right('hit', 'Hit', 4, 3)];
  return [...(dated ? [period] : []), key, ...sums, right('cost', 'Cost', 8), ...shares, ...prices];
}

/** `models`: fast use is a row of its own; with `--by-period` each row has its date (UR-16). */
export function modelsTable(rows: readonly ModelRow[], totals: ReportRow, meta: ReportMeta, options: TableOptions): string[] {
  const dated = rows.some((row) => row.period !== null);
  const form = (print: Print): Form => ({
    columns: modelColumns(print.full, dated, options),
    lines: [
      ...rows.map((row): Line => ({ kind: 'row', cells: modelCells(row, totals, print, options) })),
      { kind: 'rule' },
      { kind: 'row', cells: totalCells(totals, print) },
    ],
  });
  const order = dated ? null : `sorted by ${options.sort ?? 'cost'}`;
  const title = ['Models', rangeText(meta, totals)];
  return reportLines(
    { title, wide: form, compact: form, isEmpty: rows.length === 0, ...(order === null ? {} : { order }) },
    totals,
    meta,
    options,
  );
}
