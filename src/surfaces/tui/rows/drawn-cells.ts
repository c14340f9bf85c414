import type { SessionView } from '../../../monitor/snapshot.ts';
import type { View } from '../figures.ts';
import { whenForgotten } from '../keep.ts';
import type { Column } from '../shape.ts';
import type { Line } from '../spans.ts';
import { displayWidth } from '../width.ts';
import { rowLine, type Track } from './row-line.ts';
import { type Cell, type Place, SHOWN, type Shown } from './session-cells.ts';
import { STATE_LOOK } from './states.ts';

/*
 * Of a hundred sessions a few change between two pictures: the rows of the others are neither written nor measured again (LV-113). What is kept is held
 * against the session of now, as the very object or column by column, so that it can never be another session's or an older one's.
 */

/** The one column whose text time changes, from one whole second to the next. */
const TIMED: Column = 'age';
/** A list that drops columns until it fits tries some styles on the way; other sizes and columns than these last seconds' are forgotten. */
const MOST_STYLES = 16;
const STALE_MS = 3000;
/** So many rows of sessions that are not in the list may be left over. */
const MOST_GONE = 32;

/** How wide columns were made for contents of these widths. */
export interface Fit {
  readonly contents: readonly number[];
  readonly width: number;
  readonly indent: number;
  /** Null: they do not fit. */
  readonly tracks: readonly Track[] | null;
  readonly heading: Line;
}

/** How all rows of one table are written, apart from the moment; and what is kept of rows written so. */
export interface Style {
  readonly view: Omit<View, 'now'>;
  readonly place: Place;
  /** The columns that have cells, in their order, and how each is written. */
  readonly shown: readonly Column[];
  readonly cells: readonly Shown[];
  /** Which of them is the age; -1 = none. */
  readonly timedAt: number;
  readonly rows: Map<string, DrawnRow>;
  /** The rows of the newest table. */
  readonly held: DrawnRow[];
  fit: Fit | null;
  /** Of the newest picture with it, epoch ms. */
  usedAt: number;
}

const STYLES: Style[] = [];
whenForgotten(() => {
  STYLES.length = 0;
});

const isStyle = (style: Style, { zone, ascii, hour12, complete }: View, columns: readonly Column[], brief: boolean): boolean =>
  style.place.columns === columns &&
  style.place.brief === brief &&
  style.view.zone === zone &&
  style.view.ascii === ascii &&
  style.view.hour12 === hour12 &&
  style.view.complete === complete;

export function styleOf(view: View, columns: readonly Column[], brief: boolean): Style {
  for (let at = 0; at < STYLES.length; at++) {
    const style = STYLES[at]!;
    if (!isStyle(style, view, columns, brief)) continue;
    style.usedAt = view.now;
    return style;
  }
  // A hundred rows are a quarter of a megabyte, with the sessions that they were drawn from.
  const used = STYLES.filter(({ usedAt }) => Math.abs(view.now - usedAt) < STALE_MS);
  STYLES.splice(0, STYLES.length, ...(used.length < MOST_STYLES ? used : []));
  const { zone, ascii, hour12, complete } = view;
  const shown = columns.filter((column) => SHOWN[column] !== undefined);
  const style: Style = {
    view: { zone, ascii, hour12, complete },
    place: { columns, brief },
    shown,
    cells: shown.map((column) => SHOWN[column]!),
    timedAt: shown.indexOf(TIMED),
    rows: new Map(),
    held: [],
    fit: null,
    usedAt: view.now,
  };
  STYLES.push(style);
  return style;
}

const isSameCell = (a: Cell, b: Cell): boolean => a[0] === b[0] && a[1] === b[1] && a[2] === b[2];

/** One session's row in one style. */
export class DrawnRow {
  private readonly style: Style;
  private session: SessionView | null = null;
  /** Whole seconds of the session's age that the texts were written for. */
  private seconds = 0;
  private readonly cells: Cell[] = [];
  /** Terminal columns of the cells, in the order of `style.shown`. */
  readonly widths: number[] = [];
  /** What `line` was made for; null when a cell became another one since. */
  private tracks: readonly Track[] | null = null;
  private line: Line = [];

  constructor(style: Style) {
    this.style = style;
  }

  /** Brings the cells to the session as it is now: of the very same object only the age can be another. */
  hold(session: SessionView, view: View): void {
    const seconds = session.lastAt === null ? 0 : Math.floor((view.now - session.lastAt) / 1000);
    const before = this.session;
    const isOtherAge = seconds !== this.seconds;
    if (session === before && !isOtherAge) return;
    const { cells, timedAt } = this.style;
    if (session !== before)
      for (let at = 0; at < cells.length; at++) if (before === null || !cells[at]!.same(before, session)) this.write(at, session, view);
    if (isOtherAge && timedAt >= 0) this.write(timedAt, session, view);
    this.session = session;
    this.seconds = seconds;
  }

  private write(at: number, session: SessionView, view: View): void {
    const written = this.style.cells[at]!.cell(view, session, this.style.place);
    const before = this.cells[at];
    if (before !== undefined && isSameCell(before, written)) return;
    this.cells[at] = written;
    this.widths[at] = displayWidth(written[0]);
    this.tracks = null;
  }

  /** The row in these tracks: the very line of before when neither they nor a cell became another one. */
  lineIn(tracks: readonly Track[], { indent, width }: Fit): Line {
    if (this.tracks === tracks) return this.line;
    const quiet = this.session !== null && STATE_LOOK[this.session.state].quiet;
    this.tracks = tracks;
    this.line = rowLine(tracks, indent, this.cells, width, quiet ? 'dim' : undefined);
    return this.line;
  }
}

/** The session's row in a style, as it is now. */
export function heldRow(session: SessionView, view: View, style: Style): DrawnRow {
  let row = style.rows.get(session.id);
  if (row === undefined) {
    row = new DrawnRow(style);
    style.rows.set(session.id, row);
  }
  row.hold(session, view);
  return row;
}

/** Lets go of rows whose sessions are no longer in the list, once there are many; `held` has those that are. */
export function forgetGone({ rows, held }: Style, sessions: readonly SessionView[]): void {
  if (rows.size <= held.length + MOST_GONE) return;
  rows.clear();
  for (let at = 0; at < held.length; at++) rows.set(sessions[at]!.id, held[at]!);
}
