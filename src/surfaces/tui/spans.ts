import { displayWidth, fitEnd } from './width.ts';

export { padEnd, padStart } from './width.ts';

/**
 * What a piece of text means; colours are given to meanings in one place (`theme.ts`). `attention` = needs a person,
 * `error` = failed or over the limit, `working` = runs, `turn` = a person's turn, `dim` = past or of no concern now, `strong` = read this first.
 */
export type Tone = 'strong' | 'dim' | 'attention' | 'error' | 'working' | 'turn';

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
  /** Part of the chosen row. */
  readonly selected?: true;
}

export type Line = readonly Span[];

export function span(text: string, tone?: Tone): Span {
  return tone === undefined ? { text } : { text, tone };
}

export const line = (text: string, tone?: Tone): Line => [span(text, tone)];

export const textOf = (spans: Line): string => spans.map((piece) => piece.text).join('');

export function isSameLine(a: Line, b: Line): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    const one = a[at]!;
    const other = b[at]!;
    if (one.text !== other.text || one.tone !== other.tone || one.selected !== other.selected) return false;
  }
  return true;
}

/** Terminal columns of a line. */
export function widthOf(spans: Line): number {
  let width = 0;
  for (let at = 0; at < spans.length; at++) width += displayWidth(spans[at]!.text);
  return width;
}

/** The line cut to `width` columns, the place marked by an ellipsis; unchanged when it fits. */
export function clip(spans: Line, width: number): Line {
  if (widthOf(spans) <= width) return spans;
  const kept: Span[] = [];
  let left = width;
  for (const piece of spans) {
    const wide = displayWidth(piece.text);
    if (wide < left) {
      kept.push(piece);
      left -= wide;
      continue;
    }
    // What follows is lost, so this piece must carry the mark: the blank forces `fitEnd` to cut even where the piece itself fits.
    kept.push({ ...piece, text: fitEnd(`${piece.text}  `, left) });
    break;
  }
  return kept.filter((piece) => piece.text !== '');
}

/** The line followed by blanks up to `width` columns. */
export function padLine(spans: Line, width: number): Line {
  const missing = width - widthOf(spans);
  return missing > 0 ? [...spans, span(' '.repeat(missing))] : spans;
}

/** The line as the chosen row, over its whole width. */
export const selectedLine = (spans: Line, width: number): Line =>
  padLine(spans, width).map((piece) => ({ ...piece, selected: true as const }));

/** The first candidate that fits; when none does, the last one cut. Candidates go from the longest to the shortest, each made when those before it do not fit. */
export function firstFitting(candidates: Iterable<Line>, width: number): Line {
  let last: Line = [];
  for (const candidate of candidates) {
    if (widthOf(candidate) <= width) return candidate;
    last = candidate;
  }
  return clip(last, width);
}

/** In ASCII the mark of cut text, one column wide like the ellipsis; everything else is ASCII by then. */
export const drawable = (drawn: Line, ascii: boolean): Line =>
  ascii ? drawn.map((piece) => ({ ...piece, text: piece.text.replaceAll('…', '~') })) : drawn;

/** Whether every piece has text, and another look than the one before it. */
function isMerged(spans: Line): boolean {
  for (let at = 0; at < spans.length; at++) {
    const piece = spans[at]!;
    const last = at === 0 ? undefined : spans[at - 1];
    if (piece.text === '' || (last !== undefined && last.tone === piece.tone && last.selected === piece.selected)) return false;
  }
  return true;
}

/** Neighbours of one tone become one span, so that drawing has few pieces; the very line when there are none. */
export function merged(spans: Line): Line {
  if (isMerged(spans)) return spans;
  const out: Span[] = [];
  for (const piece of spans) {
    const last = out.at(-1);
    if (piece.text === '') continue;
    if (last !== undefined && last.tone === piece.tone && last.selected === piece.selected)
      out[out.length - 1] = { ...last, text: last.text + piece.text };
    else out.push(piece);
  }
  return out;
}
