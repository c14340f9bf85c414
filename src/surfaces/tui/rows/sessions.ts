import type { SessionView } from '../../../monitor/snapshot.ts';
import { blank, clock, duration, named, say, separator, type View } from '../figures.ts';
import type { Column } from '../shape.ts';
import { clip, type Line, padEnd, padStart, type Span, span, type Tone } from '../spans.ts';
import { fitEnd, fitMiddle } from '../width.ts';
import { drawnCells, styleOf } from './drawn-cells.ts';
import { type Cell, headingOf } from './session-cells.ts';
import { type Track, tracksFor } from './session-columns.ts';
import { stateWords } from './state-words.ts';
import { STATE_LOOK } from './states.ts';

export interface SessionTable {
  readonly heading: Line;
  readonly rows: readonly Line[];
}

function rowLine(tracks: readonly Track[], indent: number, content: (track: Track) => Cell, rowTone?: Tone): Line {
  const cells = tracks.flatMap((track, index): Span[] => {
    const [text, tone, keeps] = content(track);
    const fitted = keeps === 'both' ? fitMiddle(text, track.width) : fitEnd(text, track.width);
    const padded = track.shown.right ? padStart(fitted, track.width) : padEnd(fitted, track.width);
    return [span(`${index === 0 ? '' : ' '}${padded}`, rowTone ?? tone)];
  });
  return [span(blank(indent)), ...cells];
}

/** The list: one line per session, figures of the open window (LV-51), columns as wide as `sessions` (those on screen) need. */
export function sessionTable(
  view: View,
  sessions: readonly SessionView[],
  columns: readonly Column[],
  width: number,
  indent: number,
): SessionTable {
  const { tracks, place } = tracksFor(view, sessions, columns, width, indent);
  const heading = rowLine(tracks, indent, (track) => [headingOf(track.column, place)], 'dim');
  const style = styleOf(view, place);
  const layout = `${width} ${indent} ${tracks.map((track) => track.width).join()}`;
  const rows = sessions.map((session) => {
    const drawn = drawnCells(session, style);
    const quiet = STATE_LOOK[session.state].quiet;
    const make = () =>
      clip(
        rowLine(tracks, indent, ({ column }) => drawn.cellOf(column, session, style).cell, quiet ? 'dim' : undefined),
        width,
      );
    return drawn.rowOf(`${layout} ${quiet}`, make);
  });
  return { heading: clip(heading, width), rows };
}

/** Second line of a session on a wide screen: state in words, since when, account. */
export function sessionNote(view: View, session: SessionView, account: string, width: number, indent: number): Line {
  const parts = [stateWords(view, session)];
  const until = session.state === 'ended' ? (session.ended?.at ?? session.lastAt ?? view.now) : view.now;
  if (session.stale) parts.push('stale');
  if (session.lastError !== null) parts.push(named(view, session.lastError));
  if (session.startedAt !== null) parts.push(`started ${clock(view, session.startedAt)}, ${duration(view, until - session.startedAt)}`);
  parts.push(`account ${named(view, account)}`);
  return clip([span(blank(indent)), span(say(view, parts.join(separator(view))), 'dim')], width);
}
