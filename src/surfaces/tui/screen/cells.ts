import { graphemes, isSimple } from '../../../text/graphemes.ts';
import type { Line } from '../spans.ts';
import type { Look } from '../theme.ts';
import { ambiguousIsWide, displayWidth } from '../width.ts';

/** One row of the terminal, a cell per column. */
export interface CellRow {
  /** One string where every cell is one UTF-16 unit, as in nearly all rows; else a text per cell, the right half of a wide character ''. */
  readonly text: string | readonly string[];
  /** SGR parameters of each cell. */
  readonly look: readonly string[];
  /** Cells whose width a terminal may see otherwise than we do. */
  readonly unsure: ReadonlySet<number>;
}

const NONE_UNSURE: ReadonlySet<number> = new Set();
const BLANK = 0x20;
/** `≈`, `≥` and their like: terminals agree on the width of letters, arrows and boxes rather than on theirs. */
const isUnsureUnit = (unit: number): boolean => unit >= 0x2200 && unit <= 0x22ff;

/** Whether a look shows on a blank cell: reverse or a background. */
export const showsOnBlank = (look: string): boolean => look !== '' && /(?:^|;)(?:7$|7;|48;)/.test(look);

/** A line as exactly `columns` cells: cut or filled with blanks. `before`: the row that stood there, whose looks are often the same. */
export function cellsOf(line: Line, columns: number, look: Look, before: CellRow | null = null): CellRow {
  return !ambiguousIsWide() && isSimpleLine(line) ? unitCells(line, columns, look, before) : letterCells(line, columns, look);
}

function isSimpleLine(line: Line): boolean {
  for (let at = 0; at < line.length; at++) if (!isSimple(line[at]!.text)) return false;
  return true;
}

/** Each UTF-16 unit is a cell. */
function unitCells(line: Line, columns: number, look: Look, before: CellRow | null): CellRow {
  let text = '';
  for (const span of line) text += span.text;
  text = text.length > columns ? text.slice(0, columns) : text.padEnd(columns);
  const looks = new Looks(columns, before);
  let unsure: Set<number> | null = null;
  let at = 0;
  for (const span of line) {
    const own = look(span.tone, span.selected === true);
    const onBlank = showsOnBlank(own) ? own : '';
    for (const end = Math.min(columns, at + span.text.length); at < end; at++) {
      const unit = text.charCodeAt(at);
      looks.set(at, unit === BLANK ? onBlank : own);
      if (isUnsureUnit(unit)) unsure = (unsure ?? new Set()).add(at);
    }
  }
  for (; at < columns; at++) looks.set(at, '');
  return { text, look: looks.all, unsure: unsure ?? NONE_UNSURE };
}

/** The looks of a row: those of the row before as long as they are the same. */
class Looks {
  all: readonly string[];
  private own: string[] | null = null;

  constructor(columns: number, before: CellRow | null) {
    this.all = before !== null && before.look.length === columns ? before.look : new Array<string>(columns).fill('');
  }

  set(at: number, look: string): void {
    if (this.all[at] === look) return;
    if (this.own === null) {
      this.own = [...this.all];
      this.all = this.own;
    }
    this.own[at] = look;
  }
}

/** Characters of several units or columns, or of a width that is not sure. */
function letterCells(line: Line, columns: number, look: Look): CellRow {
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
      if (simple ? isUnsureUnit(letter.charCodeAt(0)) : !isAscii(letter)) unsure.add(text.length);
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
