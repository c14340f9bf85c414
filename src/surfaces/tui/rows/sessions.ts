import type { SessionView } from '../../../monitor/snapshot.ts';
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
  say,
  separator,
  shareCell,
  unknown,
  type View,
  waited,
} from '../figures.ts';
import type { Column } from '../layout.ts';
import { clip, type Line, padEnd, padStart, type Span, span, type Tone } from '../spans.ts';
import { displayWidth, fitEnd, fitMiddle } from '../width.ts';
import { STATE_LOOK } from './states.ts';

/** Columns leave in this order when the list does not fit (LV §4). */
const LEAVING: readonly Column[] = ['bar', 'model', 'branch', 'project', 'action', 'share', 'tokens', 'rate', 'age', 'cost', 'ctx'];
/** Below this width headings and figures take their short forms (LV §4, 60 columns). */
const BRIEF_BELOW = 76;
const BAR_WIDTH = 5;
const NEAR_COMPACTION = 80;

interface Shown {
  readonly heading: string;
  /** Heading where columns are few. */
  readonly brief?: string;
  readonly right: boolean;
  /** Kept even when the contents are narrower, so that columns stand still while figures grow. */
  readonly least: number;
  readonly most: number;
  /** Text columns give way to this width before a column is dropped. */
  readonly shrinksTo: number;
  readonly cell: (view: View, session: SessionView, place: Place) => Cell;
}

/** `both`: its two ends tell it from others, so it is cut in the middle (LV-45). */
type Cell = readonly [text: string, tone?: Tone | undefined, keeps?: 'both'];

/** Which columns stand beside, and whether space is short. */
interface Place {
  readonly columns: readonly Column[];
  readonly brief: boolean;
}

function contextCell(view: View, session: SessionView, { columns }: Place): readonly [string, Tone?] {
  const value = session.contextPercent.value;
  if (value === null) return [columns.includes('bar') ? padEnd(padStart(unknown(view), BAR_WIDTH + 1), BAR_WIDTH + 5) : unknown(view)];
  const text = percent(view, value, 'cell');
  const drawn = columns.includes('bar') ? `${bar(view, value, BAR_WIDTH)} ${padStart(text, 4)}` : text;
  return value >= NEAR_COMPACTION ? [drawn, 'attention'] : [drawn];
}

/** A name made of project and id is nothing without its end. */
const nameCell = (view: View, session: SessionView): Cell =>
  session.titleSource === 'project' ? [named(view, session.name), undefined, 'both'] : [named(view, session.name)];

function placeCell(view: View, session: SessionView, { columns }: Place): Cell {
  const branch = columns.includes('branch') && session.branch !== null ? ` (${named(view, session.branch)})` : '';
  const name = named(view, session.project);
  return branch === '' && name.includes('/') ? [name, undefined, 'both'] : [name + branch];
}

/** What it did last: the tool and its short target (LV-52), the tool alone where columns are few, and running subagents as `+2`. */
function actionCell(view: View, session: SessionView, { columns, brief }: Place): readonly [string] {
  const { lastAction, lastTool, agents } = session;
  const tool = lastAction?.tool ?? lastTool;
  if (tool === null) return [unknown(view)];
  const target = lastAction?.target ?? null;
  const words = target === null || brief || !columns.includes('bar') ? tool : `${tool} ${target}`;
  return [named(view, words) + (agents.active > 0 ? ` +${agents.active}` : '')];
}

const SHOWN: Readonly<Partial<Record<Column, Shown>>> = {
  state: { heading: 'S', right: false, least: 2, most: 2, shrinksTo: 2, cell: (view, { state }) => stateCell(view, state) },
  name: { heading: 'NAME', right: false, least: 8, most: 40, shrinksTo: 17, cell: nameCell },
  project: { heading: 'PROJECT', right: false, least: 8, most: 40, shrinksTo: 9, cell: placeCell },
  model: { heading: 'MODEL', right: false, least: 10, most: 18, shrinksTo: 10, cell: (view, { model }) => [modelName(view, model)] },
  ctx: { heading: 'CTX', right: true, least: 4, most: 10, shrinksTo: 4, cell: contextCell },
  tokens: {
    heading: 'TOKENS',
    brief: 'TOK',
    right: true,
    least: 5,
    most: 9,
    shrinksTo: 5,
    cell: (view, { window }, { brief }) => [amount(view, window, brief ? 5 : undefined)],
  },
  cost: {
    heading: 'COST',
    right: true,
    least: 6,
    most: 9,
    shrinksTo: 6,
    cell: (view, { window }) => [money(view, window.cost, window.costIsLowerBound)],
  },
  rate: { heading: '$/H', right: true, least: 5, most: 8, shrinksTo: 5, cell: (view, { burnNow }) => [hourly(view, burnNow.costPerHour)] },
  share: {
    heading: 'SHARE',
    brief: 'SHR',
    right: true,
    least: 5,
    most: 6,
    shrinksTo: 4,
    cell: (view, { share }) => [shareCell(view, share)],
  },
  action: { heading: 'LAST ACTION', brief: 'LAST', right: false, least: 8, most: 24, shrinksTo: 4, cell: actionCell },
  age: {
    heading: 'AGE',
    right: true,
    least: 3,
    most: 6,
    shrinksTo: 3,
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
function measure(view: View, sessions: readonly SessionView[], place: Place): Track[] {
  return place.columns.flatMap((column) => {
    const shown = SHOWN[column];
    if (shown === undefined) return [];
    const contents = sessions.map((session) => displayWidth(shown.cell(view, session, place)[0]));
    const least = column === 'ctx' && place.columns.includes('bar') ? BAR_WIDTH + 5 : place.brief ? shown.shrinksTo : shown.least;
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
function tracksFor(view: View, sessions: readonly SessionView[], columns: readonly Column[], width: number, indent: number): Fitted {
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

function rowLine(tracks: readonly Track[], indent: number, content: (track: Track) => Cell, rowTone?: Tone): Line {
  const cells = tracks.flatMap((track, index): Span[] => {
    const [text, tone, keeps] = content(track);
    const fitted = keeps === 'both' ? fitMiddle(text, track.width) : fitEnd(text, track.width);
    const padded = track.shown.right ? padStart(fitted, track.width) : padEnd(fitted, track.width);
    return [span(`${index === 0 ? '' : ' '}${padded}`, rowTone ?? tone)];
  });
  return [span(blank(indent)), ...cells];
}

function headingOf(column: Column, { columns, brief }: Place): string {
  const shown = SHOWN[column]!;
  if (column === 'project' && columns.includes('branch')) return 'PROJECT (BRANCH)';
  // Over a bar the word stands above the bar, over a bare figure above the figure.
  if (column === 'ctx' && columns.includes('bar')) return padEnd('CTX', BAR_WIDTH + 5);
  if (column === 'action' && !columns.includes('bar')) return 'LAST';
  return brief ? (shown.brief ?? shown.heading) : shown.heading;
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
  const rows = sessions.map((session) => {
    const quiet = STATE_LOOK[session.state].quiet;
    return rowLine(tracks, indent, (track) => track.shown.cell(view, session, place), quiet ? 'dim' : undefined);
  });
  return { heading: clip(heading, width), rows: rows.map((row) => clip(row, width)) };
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

/** The state in words with its times. */
export function stateWords(view: View, session: SessionView): string {
  const at = session.since ?? session.lastAt;
  const since = at === null ? unknown(view) : age(view, at);
  const waitsSince = session.waiting?.since ?? at;
  const waiting = waitsSince === null ? unknown(view) : waited(view, waitsSince);
  switch (session.state) {
    case 'needs-permission':
      return `waits ${waiting} for permission`;
    case 'needs-answer':
      return `waits ${waiting} for an answer`;
    case 'error':
      return `failed ${since} ago`;
    case 'rate-limited':
      return session.limitResetsAt === null ? `rate-limited for ${since}` : `limited until ${clock(view, session.limitResetsAt)}`;
    case 'your-turn':
      return `turn ended ${since} ago`;
    case 'working':
      return known(view)
        ? `working${separator(view)}${perMinute(view, session.burnNow.work)} work tok/min (${session.severity})`
        : 'working';
    case 'compacting':
      return 'compacting';
    case 'idle':
      return `idle for ${since}`;
    case 'ended':
      return session.ended?.at == null && session.lastAt === null ? 'ended' : `ended ${clock(view, session.ended?.at ?? session.lastAt!)}`;
    case 'unknown':
      return session.lastAt === null ? 'state unknown' : `state unknown, last sign of life ${age(view, session.lastAt)} ago`;
  }
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
