import type { FrameOptions } from './frame-options.ts';
import { whenForgotten } from './keep.ts';
import { clip, drawable, isSameLine, type Line, merged } from './spans.ts';

const EMPTY: Line = [];

interface Finished {
  readonly columns: number;
  readonly ascii: boolean;
  readonly given: readonly Line[];
  readonly lines: readonly Line[];
}

const NOTHING: Finished = { columns: 0, ascii: false, given: [], lines: [] };
/** The newest picture: most lines of the next one are the very same, and stand in the same row. */
let newest = NOTHING;
whenForgotten(() => {
  newest = NOTHING;
});

function finishedLine(drawn: Line, columns: number, ascii: boolean, before: Line | undefined): Line {
  const line = merged(drawable(clip(drawn, columns), ascii));
  return before !== undefined && isSameLine(before, line) ? before : line;
}

/** Exactly `rows` lines of at most `columns`, neighbours of one tone joined. A row that says what it said in the newest picture is the very same line. */
export function finished(
  given: readonly Line[],
  { columns, rows, ascii }: Pick<FrameOptions, 'columns' | 'rows' | 'ascii'>,
): readonly Line[] {
  const before = newest.columns === columns && newest.ascii === ascii ? newest : NOTHING;
  const lines: Line[] = [];
  for (let at = 0; at < rows; at++) {
    const drawn = given[at] ?? EMPTY;
    const done = before.lines[at];
    lines.push(done !== undefined && (before.given[at] ?? EMPTY) === drawn ? done : finishedLine(drawn, columns, ascii, done));
  }
  newest = { columns, ascii, given, lines };
  return lines;
}
