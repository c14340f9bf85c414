import type { SessionView } from '../../../monitor/snapshot.ts';
import type { View } from '../figures.ts';
import type { Column } from '../shape.ts';
import { type Fit, forgetGone, heldRow, type Style, styleOf } from './drawn-cells.ts';
import { rowLine, type Track, totalOf } from './row-line.ts';
import { CONTEXT_WIDTH, headingOf, SHOWN } from './session-cells.ts';

/* Which columns the list has in a width, and how wide each is. */

/** Columns leave in this order when the list does not fit (LV §4). */
const LEAVING: readonly Column[] = ['bar', 'model', 'branch', 'project', 'action', 'share', 'tokens', 'rate', 'age', 'cost', 'ctx'];
/** Below this width headings and figures take their short forms (LV §4, 60 columns). */
const BRIEF_BELOW = 76;

/** The widest content of each column; `style.held` has the sessions' rows then, in their order. */
function contentsOf(view: View, sessions: readonly SessionView[], style: Style): readonly number[] {
  const widest = new Array<number>(style.shown.length).fill(0);
  style.held.length = 0;
  for (let index = 0; index < sessions.length; index++) {
    const row = heldRow(sessions[index]!, view, style);
    const { widths } = row;
    for (let at = 0; at < widest.length; at++) if (widths[at]! > widest[at]!) widest[at] = widths[at]!;
    style.held.push(row);
  }
  forgetGone(style, sessions);
  return widest;
}

/** Content widths within their bounds. */
function bounded(contents: readonly number[], { place, shown: columns }: Style): Track[] {
  return columns.map((column, at) => {
    const shown = SHOWN[column]!;
    const least = column === 'ctx' && place.columns.includes('bar') ? CONTEXT_WIDTH : place.brief ? shown.shrinksTo : shown.least;
    return { column, shown, width: Math.min(shown.most, Math.max(least, headingOf(column, place).length, contents[at]!)) };
  });
}

/** What is given up first: what long names have beyond the usual, then targets of actions, then branches, at last names. */
const GIVING: readonly (readonly [Column, number])[] = [
  ['name', 20],
  ['project', 24],
  ['action', 8],
  ['project', 9],
  ['action', 4],
  ['name', 17],
];

/** Text columns give way in that order, each to the width named there. */
function shrunk(tracks: readonly Track[], missing: number): readonly Track[] {
  let left = missing;
  return GIVING.reduce<readonly Track[]>(
    (all, [column, to]) =>
      all.map((track) => {
        if (track.column !== column) return track;
        const given = Math.min(left, Math.max(0, track.width - to));
        left -= given;
        return { ...track, width: track.width - given };
      }),
    tracks,
  );
}

/** Gives spare columns to name and project, half each, so that the ages stand at the right edge where that is near. */
function spread(tracks: readonly Track[], spare: number): Track[] {
  const half = tracks.some((track) => track.column === 'project') ? Math.floor(spare / 2) : spare;
  return tracks.map((track) => {
    const share = track.column === 'name' ? half : track.column === 'project' ? spare - half : 0;
    return { ...track, width: Math.max(track.width, Math.min(track.shown.most, track.width + share)) };
  });
}

/** The columns without the first to leave, by columns; there are as many lists of columns as shapes and steps. */
const FEWER = new WeakMap<readonly Column[], readonly Column[]>();

function withoutNext(columns: readonly Column[]): readonly Column[] | null {
  const leaving = LEAVING.find((column) => columns.includes(column));
  if (leaving === undefined) return null;
  const fewer = FEWER.get(columns) ?? columns.filter((column) => column !== leaving);
  FEWER.set(columns, fewer);
  return fewer;
}

/** Tracks for contents of these widths; null where they do not fit and a column can still leave. */
function tracksIn(style: Style, contents: readonly number[], width: number, indent: number): readonly Track[] | null {
  const tracks = bounded(contents, style);
  const missing = totalOf(tracks, indent) - width;
  if (missing <= 0) return spread(tracks, -missing);
  const fitted = shrunk(tracks, missing);
  return totalOf(fitted, indent) <= width || withoutNext(style.place.columns) === null ? fitted : null;
}

const isSameWidths = (a: readonly Track[] | null, b: readonly Track[] | null): boolean =>
  a === b || (a !== null && b !== null && a.every((track, at) => track.width === b[at]!.width));

/** The fit of before where contents grew or shrank within their columns: its rows stay the very same lines. */
function fitOf(style: Style, contents: readonly number[], width: number, indent: number): Fit {
  const before = style.fit?.width === width && style.fit.indent === indent ? style.fit : null;
  if (before?.contents.every((each, at) => each === contents[at])) return before;
  const tracks = tracksIn(style, contents, width, indent);
  const words = style.shown.map((column) => [headingOf(column, style.place)] as const);
  style.fit =
    before !== null && isSameWidths(before.tracks, tracks)
      ? { ...before, contents }
      : { contents, width, indent, tracks, heading: tracks === null ? [] : rowLine(tracks, indent, words, width, 'dim') };
  return style.fit;
}

interface Fitted {
  /** With the columns that were kept. */
  readonly style: Style;
  readonly fit: Fit;
  readonly tracks: readonly Track[];
}

/** Drops columns until the rest fits `width`; at the very least state and name stay, cut at the edge if they must. */
export function tracksFor(view: View, sessions: readonly SessionView[], columns: readonly Column[], width: number, indent: number): Fitted {
  const style = styleOf(view, columns, width < BRIEF_BELOW);
  const fit = fitOf(style, contentsOf(view, sessions, style), width, indent);
  if (fit.tracks !== null) return { style, fit, tracks: fit.tracks };
  return tracksFor(view, sessions, withoutNext(columns)!, width, indent);
}

/** At which column each heading begins: for the mouse (LV-73). */
export function headingAt(
  view: View,
  sessions: readonly SessionView[],
  columns: readonly Column[],
  width: number,
  indent: number,
  at: number,
): Column | null {
  let edge = indent;
  for (const track of tracksFor(view, sessions, columns, width, indent).tracks) {
    if (at >= edge && at < edge + track.width + 1) return track.column;
    edge += track.width + 1;
  }
  return null;
}
