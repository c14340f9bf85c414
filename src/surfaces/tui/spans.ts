import { displayWidth, fitEnd } from '../../text/width.ts';

export { padEnd, padStart } from '../../text/width.ts';

/**
 * What a piece of text means; colours are given to meanings in one place (`app.tsx`). `attention` = needs a person,
 * `error` = failed or over the limit, `working` = runs, `dim` = past or of no concern now, `strong` = read this first.
 */
export type Tone = 'strong' | 'dim' | 'attention' | 'error' | 'working';

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

export type Line = readonly Span[];

export function span(text: string, tone?: Tone): Span {
  return tone === undefined ? { text } : { text, tone };
}

export const line = (text: string, tone?: Tone): Line => [span(text, tone)];

export const textOf = (spans: Line): string => spans.map((piece) => piece.text).join('');

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

/** The first candidate that fits; when none does, the last one cut. Candidates go from the longest to the shortest. */
export function firstFitting(candidates: readonly Line[], width: number): Line {
  const last = candidates.at(-1) ?? [];
  return candidates.find((candidate) => widthOf(candidate) <= width) ?? clip(last, width);
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
    if (last !== undefined && last.tone === piece.tone) out[out.length - 1] = { ...last, text: last.text + piece.text };
    else out.push(piece);
  }
  return out;
}
