import type { SessionView } from '../../../monitor/snapshot.ts';
import { blank, clock, duration, named, say, separator, type View } from '../figures.ts';
import type { Column } from '../shape.ts';
import { clip, type Line, span } from '../spans.ts';
import { tracksFor } from './session-columns.ts';
import { stateWords } from './state-words.ts';

export interface SessionTable {
  readonly heading: Line;
  readonly rows: readonly Line[];
}

/** The list: one line per session, figures of the open window (LV-51), columns as wide as `sessions` (those on screen) need. */
export function sessionTable(
  view: View,
  sessions: readonly SessionView[],
  columns: readonly Column[],
  width: number,
  indent: number,
): SessionTable {
  const { style, fit, tracks } = tracksFor(view, sessions, columns, width, indent);
  const rows: Line[] = [];
  for (let at = 0; at < sessions.length; at++) {
    const row = style.held[at]!;
    // Sessions of one id would share it.
    row.hold(sessions[at]!, view);
    rows.push(row.lineIn(tracks, fit));
  }
  return { heading: fit.heading, rows };
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
