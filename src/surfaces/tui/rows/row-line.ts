import type { Column } from '../shape.ts';
import { clip, type Line, padEnd, padStart, type Span, span, type Tone } from '../spans.ts';
import { fitEnd, fitMiddle } from '../width.ts';
import type { Cell, Shown } from './session-cells.ts';

/** A column of the list with the width it has. */
export interface Track {
  readonly column: Column;
  readonly shown: Shown;
  readonly width: number;
}

/** Terminal columns of a row. */
export function totalOf(tracks: readonly Track[], indent: number): number {
  let sum = indent - 1;
  for (const track of tracks) sum += track.width + 1;
  return sum;
}

function fitted([text, , keeps]: Cell, { shown, width }: Track): string {
  const cut = keeps === 'both' ? fitMiddle(text, width) : fitEnd(text, width);
  return shown.right ? padStart(cut, width) : padEnd(cut, width);
}

/** One row in at most `width` columns, its cells in the order of the tracks; neighbours of one tone are one span. `rowTone` wins over the cells' own. */
export function rowLine(tracks: readonly Track[], indent: number, cells: readonly Cell[], width: number, rowTone?: Tone): Line {
  // A row that is cut is cut cell by cell.
  const whole = totalOf(tracks, indent) <= width;
  const spans: Span[] = [];
  let text = ' '.repeat(indent);
  let tone: Tone | undefined;
  for (let at = 0; at < tracks.length; at++) {
    const cell = cells[at]!;
    const own = rowTone ?? cell[1];
    if (own !== tone || !whole) {
      if (text !== '') spans.push(span(text, tone));
      [text, tone] = ['', own];
    }
    text += (at === 0 ? '' : ' ') + fitted(cell, tracks[at]!);
  }
  spans.push(span(text, tone));
  return whole ? spans : clip(spans, width);
}
