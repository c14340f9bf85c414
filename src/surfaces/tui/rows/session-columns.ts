import type { SessionView } from '../../../monitor/snapshot.ts';
import type { View } from '../figures.ts';
import type { Column } from '../shape.ts';
import { drawnCells, styleOf } from './drawn-cells.ts';
import { CONTEXT_WIDTH, headingOf, type Place, SHOWN, type Shown } from './session-cells.ts';

/* Which columns the list has in a width, and how wide each is. */

/** Columns leave in this order when the list does not fit (LV §4). */
const LEAVING: readonly Column[] = ['bar', 'model', 'branch', 'project', 'action', 'share', 'tokens', 'rate', 'age', 'cost', 'ctx'];
/** Below this width headings and figures take their short forms (LV §4, 60 columns). */
const BRIEF_BELOW = 76;

export interface Track {
  readonly column: Column;
  readonly shown: Shown;
  readonly width: number;
}

const total = (tracks: readonly Track[], indent: number) => indent + tracks.reduce((sum, track) => sum + track.width + 1, -1);

/** Content widths within their bounds. */
function measure(view: View, sessions: readonly SessionView[], place: Place): Track[] {
  const style = styleOf(view, place);
  const drawn = sessions.map((session) => drawnCells(session, style));
  return place.columns.flatMap((column) => {
    const shown = SHOWN[column];
    if (shown === undefined) return [];
    const contents = drawn.map((cells, index) => cells.cellOf(column, sessions[index]!, style).width);
    const least = column === 'ctx' && place.columns.includes('bar') ? CONTEXT_WIDTH : place.brief ? shown.shrinksTo : shown.least;
    return [{ column, shown, width: Math.min(shown.most, Math.max(least, headingOf(column, place).length, ...contents)) }];
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

interface Fitted {
  readonly tracks: readonly Track[];
  /** What was kept, with `branch` and `bar`, which are parts of other cells. */
  readonly place: Place;
}

/** Drops columns until the rest fits `width`; at the very least state and name stay, cut at the edge if they must. */
export function tracksFor(view: View, sessions: readonly SessionView[], columns: readonly Column[], width: number, indent: number): Fitted {
  const place: Place = { columns, brief: width < BRIEF_BELOW };
  const tracks = measure(view, sessions, place);
  const missing = total(tracks, indent) - width;
  if (missing <= 0) return { tracks: spread(tracks, -missing), place };
  const fitted = shrunk(tracks, missing);
  const leaving = LEAVING.find((column) => columns.includes(column));
  if (total(fitted, indent) <= width || leaving === undefined) return { tracks: fitted, place };
  return tracksFor(
    view,
    sessions,
    columns.filter((column) => column !== leaving),
    width,
    indent,
  );
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
