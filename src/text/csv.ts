import { plain } from './plain.ts';
import type { Untrusted } from './untrusted.ts';

/** Graphemes of one text cell; paths are the longest text there is. */
const MAX_CELL_GRAPHEMES = 4096;
/** First characters that a spreadsheet takes for a formula, plain and full-width; blanks before them do not help. */
const FORMULA_START = /(?:^|[\r\n])[ \u00a0]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** One CSV cell (TS-9): text is made plain, guarded against formulas and quoted; numbers stay numbers; null is empty. */
export function csvCell(value: string | Untrusted | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value === 0 ? 0 : value) : '';
  if (typeof value === 'boolean') return String(value);
  return quoted(guardFormula(plain(value, MAX_CELL_GRAPHEMES)));
}

/** A CSV record with its line end (RFC 4180). */
export function csvRow(values: readonly (string | Untrusted | number | boolean | null)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

/** Text that a spreadsheet would run gets a leading `'`, also when only a later physical line of it looks like a formula. */
export function guardFormula(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
