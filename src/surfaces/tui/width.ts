import { isPrintableAscii, isSimple } from '../../text/graphemes.ts';
import * as text from '../../text/width.ts';
import { forgetKept } from './keep.ts';

/** One terminal per process, and it draws ambiguous characters in one way: set once, before anything is measured (`display.ambiguousWide`, LV-45). */
const options = { ambiguousWide: false };

export function measureAmbiguousWide(wide: boolean): void {
  if (wide !== options.ambiguousWide) {
    known.clear();
    forgetKept();
  }
  options.ambiguousWide = wide;
}

/** Widths of what was measured lately and takes tables to measure: from one picture to the next most texts stay (LV-113). */
const known = new Map<string, number>();
const MOST_KNOWN = 4000;
/** Longer texts are rare, and would fill the memory. */
const LONGEST_KNOWN = 200;

export const ambiguousIsWide = (): boolean => options.ambiguousWide;

export function displayWidth(line: string): number {
  if (isPrintableAscii(line) || (!options.ambiguousWide && isSimple(line))) return line.length;
  const before = known.get(line);
  if (before !== undefined) return before;
  const width = text.displayWidth(line, options);
  if (line.length > LONGEST_KNOWN) return width;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(line, width);
  return width;
}

/** For titles. */
export const fitEnd = (line: string, columns: number): string =>
  displayWidth(line) <= columns ? line : text.fitEnd(line, columns, '…', options);
/** For paths, whose both ends tell them apart. */
export const fitMiddle = (line: string, columns: number): string =>
  displayWidth(line) <= columns ? line : text.fitMiddle(line, columns, '…', options);

const blanks = (columns: number): string => (columns > 0 ? ' '.repeat(columns) : '');
export const padEnd = (line: string, columns: number): string => line + blanks(columns - displayWidth(line));
export const padStart = (line: string, columns: number): string => blanks(columns - displayWidth(line)) + line;
