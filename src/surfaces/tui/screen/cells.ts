import { graphemes, isSimple } from '../../../text/graphemes.ts';
import type { Line } from '../spans.ts';
import type { Look } from '../theme.ts';
import { ambiguousIsWide, displayWidth } from '../width.ts';

/** One row of the terminal, a cell per column. The right half of a wide character is '' . */
export interface CellRow {
  readonly text: readonly string[];
  /** SGR parameters of each cell. */
  readonly look: readonly string[];
  /** Cells whose width a terminal may see otherwise than we do. */
  readonly unsure: ReadonlySet<number>;
}

/** Whether a look shows on a blank cell: reverse or a background. */
export const showsOnBlank = (look: string): boolean => /(?:^|;)(?:7$|7;|48;)/.test(look);

/** A line as exactly `columns` cells: cut or filled with blanks. */
export function cellsOf(line: Line, columns: number, look: Look): CellRow {
  const text: string[] = [];
  const looks: string[] = [];
  const unsure = new Set<number>();
  const sureWidths = !ambiguousIsWide();
  for (const span of line) {
    const own = look(span.tone, span.selected === true);
    const onBlank = showsOnBlank(own) ? own : '';
    const simple = sureWidths && isSimple(span.text);
    for (const letter of graphemes(span.text)) {
      const width = simple ? 1 : displayWidth(letter);
      if (width === 0) continue;
      if (text.length + width > columns) return { text: fill(text, columns), look: fillLooks(looks, columns), unsure };
      if (!simple && !isAscii(letter)) unsure.add(text.length);
      text.push(letter);
      looks.push(letter === ' ' ? onBlank : own);
      for (let rest = 1; rest < width; rest++) {
        text.push('');
        looks.push(own);
      }
    }
  }
  return { text: fill(text, columns), look: fillLooks(looks, columns), unsure };
}

const isAscii = (letter: string) => letter.length === 1 && letter >= ' ' && letter <= '~';

function fill(text: string[], columns: number): string[] {
  while (text.length < columns) text.push(' ');
  return text;
}

function fillLooks(looks: string[], columns: number): string[] {
  while (looks.length < columns) looks.push('');
  return looks;
}
