import { clip, type Line, padEnd, padStart, span, type Tone } from '../spans.ts';
import { displayWidth, fitEnd } from '../width.ts';

/** A column of a small table: `left` text gives way when space is short, figures never. */
export interface ColumnSpec {
  readonly heading: string;
  readonly left?: boolean;
  /** Left out when the table is wider than the screen, the highest first; without it the column stays. */
  readonly leaves?: number;
}

/** Rows of equal columns under their headings, none wider than `width`. */
export function tableRows(
  columns: readonly ColumnSpec[],
  rows: readonly (readonly string[])[],
  width: number,
  tones: readonly (Tone | undefined)[] = [],
): { readonly heading: Line; readonly rows: readonly Line[] } {
  const widths = columns.map(({ heading }, index) => Math.max(displayWidth(heading), ...rows.map((row) => displayWidth(row[index]!))));
  let kept = columns.map((_, index) => index);
  const total = () => kept.reduce((sum, index) => sum + widths[index]! + 2, -1);
  for (;;) {
    if (total() <= width) break;
    const leaving = kept
      .filter((index) => columns[index]!.leaves !== undefined)
      .sort((a, b) => columns[b]!.leaves! - columns[a]!.leaves!)[0];
    if (leaving === undefined) break;
    kept = kept.filter((index) => index !== leaving);
  }
  const text = kept.find((index) => columns[index]!.left === true);
  if (text !== undefined && total() > width) widths[text] = Math.max(6, widths[text]! - (total() - width));
  const drawn = (cells: readonly string[], tone: Tone | undefined): Line =>
    clip(
      [
        span(
          ` ${kept.map((index) => (columns[index]!.left ? padEnd(fitEnd(cells[index]!, widths[index]!), widths[index]!) : padStart(cells[index]!, widths[index]!))).join('  ')}`.trimEnd(),
          tone,
        ),
      ],
      width,
    );
  return {
    heading: drawn(
      columns.map(({ heading }) => heading),
      'dim',
    ),
    rows: rows.map((row, index) => drawn(row, tones[index])),
  };
}
