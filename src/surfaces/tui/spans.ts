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

export const isSameLine = (a: Line, b: Line): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((piece, index) => piece.text === b[index]!.text && piece.tone === b[index]!.tone && piece.selected === b[index]!.selected));

/** Terminal columns of a line. */
export const widthOf = (spans: Line): number => spans.reduce((sum, piece) => sum + displayWidth(piece.text), 0);

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

/** Neighbours of one tone become one span, so that drawing has few pieces. */
export function merged(spans: Line): Line {
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
