import { dayTimeFrom, percent, tokensFull, tokensShort } from '../../text/format.ts';
import type { BlockRow, ReportMeta, ReportRow } from '../../usage/report.ts';
import { addSums, allTokens, emptySum, workTokens } from '../../usage/sum.ts';
import { clockTime, durationText, type Print, safe, signs, sumCells, textCell, tokensCell } from './table-cells.ts';
import type { Cell, Column, Form, Line, Tone } from './table-layout.ts';
import { reportLines } from './table-render.ts';
import type { TableOptions } from './types.ts';

const right = (id: string, header: string, min: number, leave?: number): Column => ({
  id,
  header,
  align: 'right',
  min,
  ...(leave === undefined ? {} : { leave }),
});

/** Official and estimated windows are told apart by text (D-20, D-21). */
function sourceCell(block: BlockRow, print: Print): Cell {
  if (block.source === 'official') return { text: 'official' };
  return { text: `est. ${signs(print.ascii).plusMinus}${block.uncertaintyMinutes}`, tone: 'estimate' };
}

/** The band of tokens (D-30) on the scale of the official %: what is used stays, the rest is spread as the tokens are. */
function percentBand(block: BlockRow, used: number): { readonly low: number; readonly high: number } | null {
  const { projection, row } = block;
  if (projection === null || projection.percentAtReset === null || row === null) return null;
  const now = allTokens(row.sum);
  const ahead = projection.tokens - now;
  if (ahead <= 0) return null;
  const at = (tokens: number) => used + ((projection.percentAtReset! - used) * Math.max(0, tokens - now)) / ahead;
  return { low: at(projection.low), high: at(projection.high) };
}

/** What the window comes to if things go on so; the words "will be" are not used (D-30 … D-32). */
export function paceText(block: BlockRow, print: Print): string {
  const { projection, usedPercent } = block;
  const { about, to } = signs(print.ascii);
  if (!block.active) return usedPercent === null ? '' : `used ${percent(usedPercent)} at the reset`;
  if (projection === null) return '';
  if (projection.limitAt !== null) return `limit ${about} ${clockTime(projection.limitAt, print.zone)}`;
  const by = print.full ? ` by ${clockTime(block.end, print.zone)}` : '';
  if (projection.percentAtReset === null || usedPercent === null) {
    const range = print.full
      ? ` (${tokensShort(projection.low)}${to}${tokensShort(projection.high)}${projection.calibrated ? '' : ', uncalibrated'})`
      : '';
    return `${about} ${tokensShort(projection.tokens)}${range}${by}`;
  }
  if (projection.percentAtReset > 100) return 'limit before the reset';
  const band = percentBand(block, usedPercent);
  const range = band === null ? '' : ` (${Math.round(band.low)}${to}${Math.round(band.high)} %)`;
  return `${percent(projection.percentAtReset)}${range}${by}`;
}

const burnTones: Readonly<Record<string, Tone>> = { HIGH: 'high', MODERATE: 'moderate' };

function burnCell(block: BlockRow): Cell {
  if (!block.active || block.burn === null) return { text: '' };
  const { burn } = block;
  const tone = burnTones[burn.severity];
  return { text: `${tokensFull(Math.round(burn.now.work))}/min ${burn.severity}`, ...(tone === undefined ? {} : { tone }) };
}

function blockLine(block: BlockRow, print: Print, now: number): Line {
  if (block.gap) return { kind: 'span', text: `gap ${durationText(block.end - block.start)}` };
  const sum = block.row?.sum ?? emptySum();
  return {
    kind: 'row',
    cells: {
      ...sumCells(sum, print),
      key: { text: dayTimeFrom(now, block.start, print.zone) },
      ends: { text: clockTime(block.end, print.zone) },
      account: textCell(block.account, print),
      source: sourceCell(block, print),
      used: { text: block.usedPercent === null ? signs(print.ascii).none : percent(block.usedPercent) },
      work: tokensCell(workTokens(sum), sum.outputIsLowerBound, print),
      burn: burnCell(block),
      pace: { text: paceText(block, print) },
    },
  };
}

function blockColumns(full: boolean, accounts: number): Column[] {
  const left = (id: string, header: string, sizes: Omit<Column, 'id' | 'header' | 'align'>): Column => ({
    id,
    header,
    align: 'left',
    ...sizes,
  });
  const head = [
    left('key', 'Window', { min: 16, floor: 16 }),
    left('ends', 'Ends', { min: 5, leave: 6 }),
    ...(accounts > 1 ? [left('account', 'Account', { floor: 7, max: 20, leave: 3 })] : []),
    left('source', 'Source', { min: full ? 9 : 8, leave: 7 }),
    right('used', 'Used', 4, 8),
  ];
  return full
    ? [
        ...head,
        right('total', 'Tokens', 11, 4),
        right('work', 'Work', 10, 2),
        right('cost', 'Cost', 8),
        left('burn', 'Burn now', { min: 18 }),
        left('pace', 'At this pace', { floor: 22 }),
      ]
    : [
        ...head,
        right('total', 'Tokens', 6, 4),
        right('work', 'Work', 6, 2),
        right('cost', 'Cost', 7),
        left('pace', 'At this pace', { floor: 15, leave: 1 }),
      ];
}

/** Where the limit of the open window comes from stands beside its figure (D-34). */
function limitNotes(blocks: readonly BlockRow[]): string[] {
  return blocks.flatMap(({ limit, active, row }) => {
    if (!active || limit === null || limit.source === 'official' || limit.source === 'unknown' || limit.tokens <= 0) return [];
    const used = limit.kind === 'all' ? allTokens(row?.sum ?? emptySum()) : workTokens(row?.sum ?? emptySum());
    return [`limit ${tokensFull(limit.tokens)} ${limit.kind} tokens (${limit.source}), ${percent((used / limit.tokens) * 100)} of it used`];
  });
}

/** Blocks have no total row (whole windows are shown); the footer's models are those of the windows. */
function totalsOf(blocks: readonly BlockRow[]): ReportRow {
  const rows = blocks.flatMap((block) => (block.row === null ? [] : [block.row]));
  return {
    sum: rows.reduce((sum, row) => addSums(sum, row.sum), emptySum()),
    sessions: 0,
    prompts: 0,
    models: rows.flatMap((row) => row.models),
    subagents: emptySum(),
    loggedEvents: 0,
    firstAt: null,
    lastAt: null,
  };
}

/** `blocks`: 5-hour windows and the gaps between them (UR-17). */
export function blocksTable(blocks: readonly BlockRow[], meta: ReportMeta, options: TableOptions): string[] {
  const accounts = [...new Set(blocks.filter((block) => !block.gap).map((block) => block.account))];
  const named = accounts.length > 0 ? accounts : meta.accounts;
  const form = (print: Print): Form => ({
    columns: blockColumns(print.full, accounts.length),
    lines: blocks.map((block) => blockLine(block, print, meta.generatedAt)),
  });
  const who =
    named.length === 0 ? null : `${named.length === 1 ? 'account' : 'accounts'} ${named.map((name) => safe(name, options)).join(', ')}`;
  const notes = limitNotes(blocks);
  return reportLines(
    { title: ['5-hour windows', who], wide: form, compact: form, isEmpty: blocks.length === 0, notes },
    totalsOf(blocks),
    meta,
    options,
  );
}
