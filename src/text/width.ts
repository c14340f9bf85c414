import { createRequire } from 'node:module';
import type stringWidth from 'string-width';
import { graphemes, isPrintableAscii, isSimple } from './graphemes.ts';

export interface WidthOptions {
  /** The terminal draws characters of ambiguous width in two columns (`display.ambiguousWide`, LV-45). */
  readonly ambiguousWide?: boolean;
}

let measure: typeof stringWidth | undefined;

/** Columns a terminal needs for one line of text, by grapheme; colour sequences of ours count nothing (LV-45). */
export function displayWidth(text: string, options?: WidthOptions): number {
  const ambiguousWide = options?.ambiguousWide === true;
  if (ambiguousWide ? isPrintableAscii(text) : isSimple(text)) return text.length;
  // Loading the tables costs tens of milliseconds, which hot paths with plain names must not pay.
  measure ??= (createRequire(import.meta.url)('string-width') as { readonly default: typeof stringWidth }).default;
  return measure(text, { ambiguousIsNarrow: !ambiguousWide });
}

/** Text cut at the end to at most `columns`, marked by the ellipsis: for titles. Takes text without escape sequences. */
export function fitEnd(text: string, columns: number, ellipsis = '…', options?: WidthOptions): string {
  if (displayWidth(text, options) <= columns) return text;
  const mark = markWithin(columns, ellipsis, options);
  return headWithin(text, columns - displayWidth(mark, options), options).trimEnd() + mark;
}

/** Text cut in the middle to at most `columns`: for paths, whose both ends tell them apart. */
export function fitMiddle(text: string, columns: number, ellipsis = '…', options?: WidthOptions): string {
  if (displayWidth(text, options) <= columns) return text;
  const mark = markWithin(columns, ellipsis, options);
  const room = columns - displayWidth(mark, options);
  const head = headWithin(text, Math.floor(room / 2), options);
  return head + mark + tailWithin(text, room - displayWidth(head, options), options);
}

/** Text followed by blanks up to `columns`; longer text is left as it is. */
export function padEnd(text: string, columns: number, options?: WidthOptions): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text, options)));
}

/** Text after blanks up to `columns`; longer text is left as it is. */
export function padStart(text: string, columns: number, options?: WidthOptions): string {
  return ' '.repeat(Math.max(0, columns - displayWidth(text, options))) + text;
}

/** The ellipsis, or as many dots as there is room for. */
function markWithin(columns: number, ellipsis: string, options?: WidthOptions): string {
  return displayWidth(ellipsis, options) <= columns ? ellipsis : '.'.repeat(Math.max(0, columns));
}

function headWithin(text: string, columns: number, options?: WidthOptions): string {
  if (isPrintableAscii(text)) return text.slice(0, Math.max(0, columns));
  let head = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += displayWidth(grapheme, options);
    if (used > columns) break;
    head += grapheme;
  }
  return head;
}

function tailWithin(text: string, columns: number, options?: WidthOptions): string {
  let tail = '';
  let used = 0;
  for (const grapheme of [...graphemes(text)].reverse()) {
    used += displayWidth(grapheme, options);
    if (used > columns) break;
    tail = grapheme + tail;
  }
  return tail;
}
