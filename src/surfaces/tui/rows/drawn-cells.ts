import type { SessionView } from '../../../monitor/snapshot.ts';
import type { View } from '../figures.ts';
import type { Column } from '../shape.ts';
import type { Line } from '../spans.ts';
import { displayWidth } from '../width.ts';
import { type Cell, type Place, SHOWN } from './session-cells.ts';

/*
 * Of a hundred sessions a few change between two pictures: the cells of the others are neither written nor measured again (LV-113). What is kept is held
 * against the session of now, column by column, so that it can never be another session's or an older one's.
 */

/** The one column whose text time changes, from one whole second to the next. */
const TIMED: Column = 'age';
/** A list that drops columns until it fits tries some styles on the way. */
const MOST_STYLES = 16;
const MOST_SESSIONS = 1000;

/** How all rows of one table are written: the view with the columns beside each other, and what is kept of sessions written so. */
export interface Style {
  readonly view: View;
  readonly place: Place;
  readonly kept: Map<string, DrawnCells>;
}

const STYLES = new Map<string, Map<string, DrawnCells>>();

export function styleOf(view: View, place: Place): Style {
  const { zone, ascii, hour12, complete } = view;
  const word = `${zone} ${ascii} ${hour12} ${complete} ${place.brief} ${place.columns.join()}`;
  let kept = STYLES.get(word);
  if (kept === undefined) {
    if (STYLES.size >= MOST_STYLES) STYLES.clear();
    kept = new Map();
    STYLES.set(word, kept);
  }
  return { view, place, kept };
}

interface Written {
  session: SessionView;
  readonly cell: Cell;
  readonly width: number;
  /** Seconds of the session's age that the text was written for. */
  seconds: number;
}

const isSameCell = (a: Cell, b: Cell): boolean => a[0] === b[0] && a[1] === b[1] && a[2] === b[2];

/** The cells of one session in one style, each made when it is first asked for. */
export class DrawnCells {
  private readonly cells = new Map<Column, Written>();
  /** Rises with each cell that became another one. */
  private changes = 0;
  private row: { readonly layout: string; readonly changes: number; readonly line: Line } | null = null;

  cellOf(column: Column, session: SessionView, { view, place }: Style): Written {
    const before = this.cells.get(column);
    const seconds = column === TIMED ? Math.floor((view.now - (session.lastAt ?? 0)) / 1000) : 0;
    const shown = SHOWN[column]!;
    if (before !== undefined) {
      const isSame = before.seconds === seconds && shown.same(before.session, session);
      before.session = session;
      before.seconds = seconds;
      if (isSame) return before;
    }
    const cell = shown.cell(view, session, place);
    if (before !== undefined && isSameCell(before.cell, cell)) return before;
    const written = { session, cell, width: displayWidth(cell[0]), seconds };
    this.cells.set(column, written);
    this.changes++;
    return written;
  }

  /** The whole row of a layout, made by `make` when that or a cell became another one. All its cells are asked for before. */
  rowOf(layout: string, make: () => Line): Line {
    if (this.row === null || this.row.layout !== layout || this.row.changes !== this.changes)
      this.row = { layout, changes: this.changes, line: make() };
    return this.row.line;
  }
}

/** What is kept of a session in a style. */
export function drawnCells({ id }: SessionView, { kept }: Style): DrawnCells {
  let drawn = kept.get(id);
  if (drawn === undefined) {
    if (kept.size >= MOST_SESSIONS) kept.clear();
    drawn = new DrawnCells();
    kept.set(id, drawn);
  }
  return drawn;
}
