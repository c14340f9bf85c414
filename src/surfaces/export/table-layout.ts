import { displayWidth, fitEnd } from '../../text/width.ts';

/** Why a cell is coloured; each tone is also said by the text itself (UR-53). */
export type Tone = 'unknown' | 'estimate' | 'high' | 'moderate';

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

export interface Column {
  readonly id: string;
  readonly header: string;
  readonly align: 'left' | 'right';
  /** Cells it takes where there is room. */
  readonly min?: number;
  readonly max?: number;
  /** A text column may be cut down to this; a column without it is never cut. */
  readonly floor?: number;
  /** The lowest leaves first where room is short; without it the column stays. */
  readonly leave?: number;
}

/** A row of cells by column id, a text over all columns, or a rule. */
export type Line =
  | { readonly kind: 'row'; readonly cells: Readonly<Record<string, Cell>> }
  | { readonly kind: 'span'; readonly text: string; readonly tone?: Tone }
  | { readonly kind: 'rule' };

/** One way to print a table: its columns and lines. */
export interface Form {
  readonly columns: readonly Column[];
  readonly lines: readonly Line[];
}

export interface Style {
  /** Cells of the terminal. */
  readonly columns: number;
  readonly ascii: boolean;
  readonly colour: boolean;
}

interface Layout {
  readonly columns: readonly Column[];
  readonly widths: readonly number[];
}

const GAP = 1;
const LEFT_MARGIN = 1;
const SGR: Readonly<Record<Tone, string>> = { unknown: '33', estimate: '2', high: '31', moderate: '33' };

/** Cells left free at the right edge, so that a table never touches it where there is room. */
export const roomOf = (columns: number) => columns - LEFT_MARGIN - (columns >= 60 ? 2 : columns >= 40 ? 1 : 0);

const sum = (widths: readonly number[]) => widths.reduce((a, b) => a + b, 0) + GAP * Math.max(0, widths.length - 1);

const cellsOf = (form: Form, id: string) =>
  form.lines.flatMap((line) => (line.kind === 'row' && line.cells[id] !== undefined ? [line.cells[id].text] : []));

/** Cells a column needs: its header and longest cell, `min` where there is room, never over `max`. */
function natural(form: Form, column: Column, padded: boolean): number {
  let needed = displayWidth(column.header);
  for (const text of cellsOf(form, column.id)) needed = Math.max(needed, displayWidth(text));
  return Math.max(padded ? (column.min ?? 0) : 0, Math.min(needed, column.max ?? Number.POSITIVE_INFINITY));
}

/** Takes `excess` cells from the text columns, always from the widest; returns what is left of it. */
function shrinkText(columns: readonly Column[], widths: number[], excess: number): number {
  let left = excess;
  while (left > 0) {
    let widest = -1;
    columns.forEach((column, i) => {
      if (column.floor === undefined || widths[i]! <= column.floor) return;
      if (widest < 0 || widths[i]! > widths[widest]!) widest = i;
    });
    if (widest < 0) return left;
    widths[widest]! -= 1;
    left -= 1;
  }
  return 0;
}

function fitted(form: Form, columns: readonly Column[], room: number): Layout | null {
  for (const padded of [true, false]) {
    const widths = columns.map((column) => natural(form, column, padded));
    if (shrinkText(columns, widths, sum(widths) - room) <= 0) return { columns, widths: tightened(form, columns, widths) };
  }
  return null;
}

/** A cut column may end a cell earlier than allowed (before a blank or a wide character): the rule ends with it. */
function tightened(form: Form, columns: readonly Column[], widths: readonly number[]): number[] {
  return columns.map((column, i) => {
    if (column.floor === undefined) return widths[i]!;
    const cut = [column.header, ...cellsOf(form, column.id)].map((text) => displayWidth(fitEnd(text, widths[i]!)));
    return Math.min(widths[i]!, Math.max(column.min ?? 0, ...cut));
  });
}

/** When no column is left that may leave, names give way to the figures. */
const cutToNothing = (column: Column): Column => (column.floor === undefined ? column : { ...column, floor: 1 });

/** Lays a form out in `columns` cells; null when it does not fit without (or, if `mayLeave`, even after) columns leaving. */
export function layOut(form: Form, columns: number, mayLeave: boolean): Layout | null {
  let kept = form.columns;
  for (;;) {
    const layout = fitted(form, kept, roomOf(columns));
    if (layout !== null) return layout;
    const next = [...kept].filter((column) => column.leave !== undefined).sort((a, b) => a.leave! - b.leave!)[0];
    if (!mayLeave) return null;
    if (next === undefined) return fitted(form, kept.map(cutToNothing), roomOf(columns));
    kept = kept.filter((column) => column !== next);
  }
}

function paint(text: string, tone: Tone | undefined, style: Style): string {
  return tone === undefined || !style.colour || text.trim() === '' ? text : `\u001b[${SGR[tone]}m${text}\u001b[0m`;
}

/** Figures always fit; a name over a column of figures may not. */
function cellText(cell: Cell | undefined, column: Column, width: number, style: Style): string {
  const text = fitEnd(cell?.text ?? '', width, style.ascii ? '...' : '…');
  const blank = ' '.repeat(Math.max(0, width - displayWidth(text)));
  const painted = paint(text, cell?.tone, style);
  return column.align === 'right' ? blank + painted : painted + blank;
}

/** The lines of a table: header, rule, rows. No line ends in blanks. */
export function printLayout(form: Form, layout: Layout, style: Style): string[] {
  const { columns, widths } = layout;
  const margin = ' '.repeat(LEFT_MARGIN);
  const rule = margin + (style.ascii ? '-' : '─').repeat(sum(widths));
  const row = (cells: Readonly<Record<string, Cell>>) =>
    (margin + columns.map((column, i) => cellText(cells[column.id], column, widths[i]!, style)).join(' ')).trimEnd();
  const header = row(Object.fromEntries(columns.map((column) => [column.id, { text: column.header }])));
  const body = form.lines.map((line) => {
    if (line.kind === 'rule') return rule;
    if (line.kind === 'row') return row(line.cells);
    return margin + paint(fitEnd(line.text, sum(widths), style.ascii ? '...' : '…'), line.tone, style);
  });
  return [header, rule, ...body];
}
