import type { SessionView } from '../../../monitor/snapshot.ts';
import { displayWidth, fitEnd } from '../../../text/width.ts';
import { bar } from '../bar.ts';
import {
  age,
  amount,
  blank,
  clock,
  duration,
  glyphOr,
  hourly,
  known,
  modelName,
  money,
  named,
  percent,
  perMinute,
  separator,
  shareCell,
  short,
  unknown,
  type View,
  waited,
} from '../figures.ts';
import type { Column } from '../layout.ts';
import { clip, type Line, padEnd, padStart, type Span, span, type Tone } from '../spans.ts';
import { STATE_LOOK } from './states.ts';

/** Columns leave in this order when the list does not fit (LV §4). */
const LEAVING: readonly Column[] = ['bar', 'model', 'branch', 'project', 'share', 'tokens', 'rate', 'age', 'cost', 'ctx'];
const BAR_WIDTH = 5;
const NEAR_COMPACTION = 80;

interface Shown {
  readonly heading: string;
  readonly right: boolean;
  /** Kept even when the contents are narrower, so that columns stand still while figures grow. */
  readonly least: number;
  readonly most: number;
  /** Text columns give way to this width before a column is dropped. */
  readonly shrinksTo: number;
  readonly cell: (view: View, session: SessionView, columns: readonly Column[]) => readonly [text: string, tone?: Tone];
}

function contextCell(view: View, session: SessionView, columns: readonly Column[]): readonly [string, Tone?] {
  const value = session.contextPercent.value;
  if (value === null) return [unknown(view)];
  const text = percent(view, value, 'cell');
  const drawn = columns.includes('bar') ? `${bar(view, value, BAR_WIDTH)} ${padStart(text, 4)}` : text;
  return value >= NEAR_COMPACTION ? [drawn, 'attention'] : [drawn];
}

function placeCell(view: View, session: SessionView, columns: readonly Column[]): readonly [string] {
  const branch = columns.includes('branch') && session.branch !== null ? ` (${named(view, session.branch)})` : '';
  return [named(view, session.project) + branch];
}

const SHOWN: Readonly<Partial<Record<Column, Shown>>> = {
  state: { heading: 'S', right: false, least: 2, most: 2, shrinksTo: 2, cell: (view, { state }) => stateCell(view, state) },
  name: { heading: 'NAME', right: false, least: 8, most: 40, shrinksTo: 12, cell: (view, session) => [named(view, session.name)] },
  project: { heading: 'PROJECT', right: false, least: 8, most: 40, shrinksTo: 9, cell: placeCell },
  model: { heading: 'MODEL', right: false, least: 10, most: 18, shrinksTo: 10, cell: (view, { model }) => [modelName(view, model)] },
  ctx: { heading: 'CTX', right: true, least: 4, most: 10, shrinksTo: 4, cell: contextCell },
  tokens: { heading: 'TOKENS', right: true, least: 6, most: 9, shrinksTo: 6, cell: (view, { window }) => [amount(view, window)] },
  cost: {
    heading: 'COST',
    right: true,
    least: 6,
    most: 9,
    shrinksTo: 6,
    cell: (view, { window }) => [money(view, window.cost, window.costIsLowerBound)],
  },
  rate: { heading: '$/H', right: true, least: 5, most: 8, shrinksTo: 5, cell: (view, { burnNow }) => [hourly(view, burnNow.costPerHour)] },
  share: { heading: 'SHARE', right: true, least: 5, most: 6, shrinksTo: 5, cell: (view, { share }) => [shareCell(view, share)] },
  age: {
    heading: 'AGE',
    right: true,
    least: 4,
    most: 6,
    shrinksTo: 4,
    cell: (view, { lastAt }) => [lastAt === null ? unknown(view) : age(view, lastAt, 'cell')],
  },
};

function stateCell(view: View, state: SessionView['state']): readonly [string, Tone?] {
  const { glyph, letter, tone } = STATE_LOOK[state];
  const text = `${glyphOr(view, glyph, ' ')}${letter}`;
  return tone === undefined ? [text] : [text, tone];
}

interface Track {
  readonly column: Column;
  readonly shown: Shown;
  readonly width: number;
}

export interface SessionTable {
  readonly heading: Line;
  readonly rows: readonly Line[];
}

const total = (tracks: readonly Track[], indent: number) => indent + tracks.reduce((sum, track) => sum + track.width + 1, -1);

/** Content widths within their bounds. */
function measure(view: View, sessions: readonly SessionView[], columns: readonly Column[]): Track[] {
  return columns.flatMap((column) => {
    const shown = SHOWN[column];
    if (shown === undefined) return [];
    const contents = sessions.map((session) => displayWidth(shown.cell(view, session, columns)[0]));
    const least = column === 'ctx' && columns.includes('bar') ? 10 : shown.least;
    return [{ column, shown, width: Math.min(shown.most, Math.max(least, ...contents)) }];
  });
}

/** Takes what is missing from the project, then from the name. */
function shrunk(tracks: readonly Track[], missing: number): Track[] {
  let left = missing;
  const take = (track: Track): Track => {
    const given = Math.min(left, Math.max(0, track.width - track.shown.shrinksTo));
    left -= given;
    return { ...track, width: track.width - given };
  };
  const project = tracks.map((track) => (track.column === 'project' ? take(track) : track));
  return project.map((track) => (track.column === 'name' ? take(track) : track));
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
  readonly columns: readonly Column[];
}

/** Drops columns until the rest fits `width`; at the very least state and name stay, cut at the edge if they must. */
function tracksFor(view: View, sessions: readonly SessionView[], columns: readonly Column[], width: number, indent: number): Fitted {
  const tracks = measure(view, sessions, columns);
  const missing = total(tracks, indent) - width;
  if (missing <= 0) return { tracks: spread(tracks, -missing), columns };
  const fitted = shrunk(tracks, missing);
  const leaving = LEAVING.find((column) => columns.includes(column));
  if (total(fitted, indent) <= width || leaving === undefined) return { tracks: fitted, columns };
  const rest = columns.filter((column) => column !== leaving);
  return tracksFor(view, sessions, rest, width, indent);
}

function rowLine(tracks: readonly Track[], indent: number, content: (track: Track) => readonly [string, Tone?], rowTone?: Tone): Line {
  const cells = tracks.flatMap((track, index): Span[] => {
    const [text, tone] = content(track);
    const fitted = fitEnd(text, track.width);
    const padded = track.shown.right ? padStart(fitted, track.width) : padEnd(fitted, track.width);
    return [span(`${index === 0 ? '' : ' '}${padded}`, rowTone ?? tone)];
  });
  return [span(blank(indent)), ...cells];
}

function headingOf(track: Track, columns: readonly Column[]): string {
  if (track.column === 'project' && columns.includes('branch')) return 'PROJECT (BRANCH)';
  // Over a bar the word stands above the bar, over a bare figure above the figure.
  return track.column === 'ctx' && columns.includes('bar') ? padEnd('CTX', track.width) : track.shown.heading;
}

/** The list: one line per session, figures of the open window (LV-51). Never wider than `width` for width ≥ 4. */
export function sessionTable(
  view: View,
  sessions: readonly SessionView[],
  columns: readonly Column[],
  width: number,
  indent: number,
): SessionTable {
  const { tracks, columns: kept } = tracksFor(view, sessions, columns, width, indent);
  const heading = rowLine(tracks, indent, (track) => [headingOf(track, kept)], 'dim');
  const rows = sessions.map((session) => {
    const quiet = STATE_LOOK[session.state].quiet;
    return rowLine(tracks, indent, (track) => track.shown.cell(view, session, kept), quiet ? 'dim' : undefined);
  });
  return { heading: clip(heading, width), rows: rows.map((row) => clip(row, width)) };
}

/** The state in words with its times. */
function stateWords(view: View, session: SessionView): string {
  const since = session.lastAt === null ? unknown(view) : age(view, session.lastAt);
  const waiting = session.lastAt === null ? unknown(view) : waited(view, session.lastAt);
  switch (session.state) {
    case 'needs-permission':
      return `waits ${waiting} for permission`;
    case 'needs-answer':
      return `waits ${waiting} for an answer`;
    case 'error':
      return `failed ${since} ago`;
    case 'rate-limited':
      return `rate-limited for ${since}`;
    case 'your-turn':
      return `turn ended ${since} ago`;
    case 'working':
      return known(view) ? `working${separator(view)}${perMinute(view, session.burnNow.work)} work tok/min` : 'working';
    case 'compacting':
      return 'compacting';
    case 'idle':
      return `idle for ${since}`;
    case 'ended':
      return session.lastAt === null ? 'ended' : `ended ${clock(view, session.lastAt)}`;
    case 'unknown':
      return session.lastAt === null ? 'state unknown' : `state unknown, last sign of life ${since} ago`;
  }
}

/** Second line of a session on a wide screen: state in words, since when, account. */
export function sessionNote(view: View, session: SessionView, width: number, indent: number): Line {
  const parts = [stateWords(view, session)];
  const until = session.state === 'ended' ? (session.lastAt ?? view.now) : view.now;
  if (session.lastError !== null) parts.push(named(view, session.lastError));
  if (session.startedAt !== null) parts.push(`started ${clock(view, session.startedAt)}, ${duration(view, until - session.startedAt)}`);
  if (session.subagents.requests > 0 && known(view)) parts.push(`subagents ${short(view, session.subagents.all)} tokens`);
  parts.push(`account ${named(view, session.account)}`);
  return clip([span(blank(indent)), span(parts.join(separator(view)), 'dim')], width);
}
