import {
  atLeast,
  duration,
  estimateMark,
  formatInstant,
  lowerBoundMark,
  percent,
  tokensFull,
  tokensShort,
  unknownMark,
  usd,
} from '../../text/format.ts';
import { graphemes } from '../../text/graphemes.ts';
import { terminalText } from '../../text/terminal.ts';
import type { ReportRow } from '../../usage/report.ts';
import { allTokens, costOfSum } from '../../usage/sum.ts';
import type { UsageSum } from '../../usage/types.ts';
import { modelLabel, modelsUsed, partsByCost } from './json-row.ts';
import type { Cell } from './table-layout.ts';
import type { TableOptions } from './types.ts';

/** How the cells of one form of a table are printed. */
export interface Print {
  readonly full: boolean;
  readonly ascii: boolean;
  /** IANA zone of every time of day. */
  readonly zone: string;
}

export const printOf = (full: boolean, options: TableOptions, zone: string): Print => ({ full, ascii: options.ascii, zone });

/** Signs of the two character sets (UR-53). `none`: there is no such figure, which is not the same as an unknown one. */
export const signs = (ascii: boolean) => ({
  unknown: unknownMark({ ascii }),
  atLeast: lowerBoundMark({ ascii }),
  about: estimateMark({ ascii }),
  ...(ascii ? { none: '-', dot: '|', plusMinus: '+-', to: '-', dots: '...' } : { none: '–', dot: '·', plusMinus: '±', to: '–', dots: '…' }),
});

/** Letters without their accents, `?` for every other character that ASCII has not. */
function asciiOnly(text: string): string {
  let ascii = '';
  for (const grapheme of graphemes(text.replaceAll('…', '...').replaceAll(/[—–]/gu, '-'))) {
    const base = grapheme.normalize('NFKD').replaceAll(/\p{M}/gu, '');
    ascii += /^[ -~]+$/u.test(base) ? base : '?';
  }
  return ascii;
}

/** Names and paths come from outside: the terminal sink makes them harmless (TS-1), then ASCII if need be. */
export function safe(text: string, print: { readonly ascii: boolean }): string {
  const harmless = terminalText(text);
  return print.ascii ? asciiOnly(harmless) : harmless;
}

export const textCell = (text: string, print: Print): Cell => ({ text: safe(text, print) });

export const tokensText = (count: number, print: Print) => (print.full ? tokensFull(count) : tokensShort(count));

/** A token figure; a lower bound says so (D-11). */
export function tokensCell(count: number, isLowerBound: boolean, print: Print): Cell {
  const text = tokensText(count, print);
  return isLowerBound ? { text: atLeast(text, 'column', print), tone: 'unknown' } : { text };
}

/** `$12.45`, `≥ $0.01` when a part has no price, `—` when all of it has none (D-16). */
export function costCell(sum: UsageSum, print: Print): Cell {
  const { cost, isLowerBound } = costOfSum(sum);
  if (cost === null) return { text: unknownMark(print), tone: 'unknown' };
  return isLowerBound ? { text: atLeast(usd(cost), 'text', print), tone: 'unknown' } : { text: usd(cost) };
}

/** An amount that may be unknown. */
export const moneyText = (nano: number | null, print: Print) => usd(nano, print);

/** `claude-opus-5-5-20260922` → `opus-5-5`: without vendor, date and deployment suffix. */
export function shortModel(id: string): string {
  const bare = id
    .replace(/^(?:[a-z0-9-]+[./])*(?:anthropic[./])?claude-/u, '')
    .replace(/-v\d+(?::\d+)?$/u, '')
    .replace(/[-@]\d{8}(?=$|-fast$|\[)/u, '');
  return bare === '' ? id : bare;
}

export const modelsText = (row: ReportRow) => modelsUsed(row).map(shortModel).join(', ');

export const rateText = (part: number | null, print: Print) => percent(part === null ? null : part * 100, print);

export const durationText = (ms: number) => duration(ms);

/** `2026-11-20`, `20 Nov 13:42`, `Fri 20 Nov 13:42`, `13:42` in the report's zone. */
export const dateText = (ms: number, zone: string) => formatInstant(ms, zone, 'isoDate');
export const shortTime = (ms: number, zone: string) => formatInstant(ms, zone, 'dateTime');
export const weekdayTime = (ms: number, zone: string) => formatInstant(ms, zone, 'dayTime');
export const clockTime = (ms: number, zone: string) => formatInstant(ms, zone, 'time');

/** Token and money cells that every table has; a table takes the ones it shows. */
export function sumCells(sum: UsageSum, print: Print): Record<string, Cell> {
  const cacheWrite = sum.cacheWrite5m + sum.cacheWrite1h;
  return {
    input: tokensCell(sum.input, false, print),
    output: tokensCell(sum.output, sum.outputIsLowerBound, print),
    cacheWrite: tokensCell(cacheWrite, false, print),
    cacheRead: tokensCell(sum.cacheRead, false, print),
    cache: tokensCell(cacheWrite + sum.cacheRead, false, print),
    total: tokensCell(allTokens(sum), sum.outputIsLowerBound, print),
    cost: costCell(sum, print),
  };
}

/** The sub-rows of `--breakdown`: model name, indented, and its part of every figure (UR-29). */
export function breakdownRows(row: ReportRow, key: string, print: Print) {
  return partsByCost(row).map((part) => ({
    kind: 'row' as const,
    cells: { ...sumCells(part.sum, print), [key]: { text: `  ${safe(shortModel(modelLabel(part.model, part.speed)), print)}` } },
  }));
}
