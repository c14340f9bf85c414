import type { SessionView } from '../../../monitor/snapshot.ts';
import type { View } from '../figures.ts';
import type { Column } from '../shape.ts';
import type { Line } from '../spans.ts';
import { displayWidth } from '../width.ts';
import { type Cell, type Place, SHOWN } from './session-cells.ts';

/*
 * A session that is as it was a moment ago is the same object: its cells are written and measured once, not ten times a second (LV-113). Only its age
 * follows the clock.
 */

/** The one column whose text time changes. */
const TIMED: Column = 'age';

/** Styles kept of one session: a list that drops columns until it fits tries some on the way. */
const MOST_STYLES = 16;

/** How all rows of one table are written: the view with the columns beside each other, as one word. */
export interface Style {
  readonly view: View;
  readonly place: Place;
  readonly word: string;
}

export function styleOf(view: View, place: Place): Style {
  const { zone, ascii, hour12, complete } = view;
  return { view, place, word: `${zone} ${ascii} ${hour12} ${complete} ${place.brief} ${place.columns.join()}` };
}

interface Written {
  readonly cell: Cell;
  readonly width: number;
  readonly now: number;
}

/** The cells of one session in one style, each made when it is first asked for. */
class DrawnCells {
  private readonly session: SessionView;
  private readonly cells = new Map<Column, Written>();
  private row: { readonly layout: string; readonly age: string; readonly line: Line } | null = null;

  constructor(session: SessionView) {
    this.session = session;
  }

  cellOf(column: Column, { view, place }: Style): Written {
    const before = this.cells.get(column);
    if (before !== undefined && (column !== TIMED || before.now === view.now)) return before;
    const cell = SHOWN[column]!.cell(view, this.session, place);
    const width = before?.cell[0] === cell[0] ? before.width : displayWidth(cell[0]);
    const written = { cell, width, now: view.now };
    this.cells.set(column, written);
    return written;
  }

  /** The whole row of a layout, made by `make` when the layout or the age is another one. */
  rowOf(layout: string, style: Style, make: () => Line): Line {
    const age = this.cellOf(TIMED, style).cell[0];
    if (this.row === null || this.row.layout !== layout || this.row.age !== age) this.row = { layout, age, line: make() };
    return this.row.line;
  }
}

const DRAWN = new WeakMap<SessionView, Map<string, DrawnCells>>();

/** What is kept of a session in a style. */
export function drawnCells(session: SessionView, { word }: Style): DrawnCells {
  let styles = DRAWN.get(session);
  if (styles === undefined || styles.size > MOST_STYLES) {
    styles = new Map();
    DRAWN.set(session, styles);
  }
  let drawn = styles.get(word);
  if (drawn === undefined) {
    drawn = new DrawnCells(session);
    styles.set(word, drawn);
  }
  return drawn;
}
