import type { SessionView } from '../../../monitor/snapshot.ts';
import { bar } from '../bar.ts';
import { age, amount, glyphOr, hourly, modelName, money, named, percent, shareCell, unknown, type View } from '../figures.ts';
import type { Column } from '../shape.ts';
import { padEnd, padStart, type Tone } from '../spans.ts';
import { STATE_LOOK } from './states.ts';

/* What each column of the list says of a session. */

const BAR_WIDTH = 5;
const NEAR_COMPACTION = 80;

/** Width of the context column where it has its bar. */
export const CONTEXT_WIDTH = BAR_WIDTH + 5;

export interface Shown {
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
  /** Whether two sessions have the same cell at one moment: compared ten times a second for every row, so that it is not written as often (LV-113). */
  readonly same: (a: SessionView, b: SessionView) => boolean;
}

/** `both`: its two ends tell it from others, so it is cut in the middle (LV-45). */
export type Cell = readonly [text: string, tone?: Tone | undefined, keeps?: 'both'];

/** Which columns stand beside, and whether space is short. */
export interface Place {
  readonly columns: readonly Column[];
  readonly brief: boolean;
}

function contextCell(view: View, session: SessionView, { columns }: Place): readonly [string, Tone?] {
  const value = session.contextPercent.value;
  if (value === null) return [columns.includes('bar') ? padEnd(padStart(unknown(view), BAR_WIDTH + 1), CONTEXT_WIDTH) : unknown(view)];
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

export const SHOWN: Readonly<Partial<Record<Column, Shown>>> = {
  state: {
    heading: 'S',
    right: false,
    least: 2,
    most: 2,
    shrinksTo: 2,
    cell: (view, { state }) => stateCell(view, state),
    same: (a, b) => a.state === b.state,
  },
  name: {
    heading: 'NAME',
    right: false,
    least: 8,
    most: 40,
    shrinksTo: 17,
    cell: nameCell,
    same: (a, b) => a.name === b.name && a.titleSource === b.titleSource,
  },
  project: {
    heading: 'PROJECT',
    right: false,
    least: 8,
    most: 40,
    shrinksTo: 9,
    cell: placeCell,
    same: (a, b) => a.project === b.project && a.branch === b.branch,
  },
  model: {
    heading: 'MODEL',
    right: false,
    least: 10,
    most: 18,
    shrinksTo: 10,
    cell: (view, { model }) => [modelName(view, model)],
    same: (a, b) => a.model === b.model,
  },
  ctx: {
    heading: 'CTX',
    right: true,
    least: 4,
    most: 10,
    shrinksTo: 4,
    cell: contextCell,
    same: (a, b) => a.contextPercent.value === b.contextPercent.value,
  },
  tokens: {
    heading: 'TOKENS',
    brief: 'TOK',
    right: true,
    least: 5,
    most: 9,
    shrinksTo: 5,
    cell: (view, { window }, { brief }) => [amount(view, window, brief ? 5 : undefined)],
    same: ({ window: a }, { window: b }) => a.all === b.all && a.outputIsLowerBound === b.outputIsLowerBound,
  },
  cost: {
    heading: 'COST',
    right: true,
    least: 6,
    most: 9,
    shrinksTo: 6,
    cell: (view, { window }) => [money(view, window.cost, window.costIsLowerBound)],
    same: ({ window: a }, { window: b }) => a.cost === b.cost && a.costIsLowerBound === b.costIsLowerBound,
  },
  rate: {
    heading: '$/H',
    right: true,
    least: 5,
    most: 8,
    shrinksTo: 5,
    cell: (view, { burnNow }) => [hourly(view, burnNow.costPerHour)],
    same: (a, b) => a.burnNow.costPerHour === b.burnNow.costPerHour,
  },
  share: {
    heading: 'SHARE',
    brief: 'SHR',
    right: true,
    least: 5,
    most: 6,
    shrinksTo: 4,
    cell: (view, { share }) => [shareCell(view, share)],
    same: (a, b) => a.share === b.share,
  },
  action: {
    heading: 'LAST ACTION',
    brief: 'LAST',
    right: false,
    least: 8,
    most: 24,
    shrinksTo: 4,
    cell: actionCell,
    same: (a, b) =>
      a.lastAction?.tool === b.lastAction?.tool &&
      a.lastAction?.target === b.lastAction?.target &&
      a.lastTool === b.lastTool &&
      a.agents.active === b.agents.active,
  },
  age: {
    heading: 'AGE',
    right: true,
    least: 3,
    most: 6,
    shrinksTo: 3,
    cell: (view, { lastAt }) => [lastAt === null ? unknown(view) : age(view, lastAt, 'cell')],
    same: (a, b) => a.lastAt === b.lastAt,
  },
};

function stateCell(view: View, state: SessionView['state']): readonly [string, Tone?] {
  const { glyph, letter, tone } = STATE_LOOK[state];
  const text = `${glyphOr(view, glyph, ' ')}${letter}`;
  return tone === undefined ? [text] : [text, tone];
}

export function headingOf(column: Column, { columns, brief }: Place): string {
  const shown = SHOWN[column]!;
  if (column === 'project' && columns.includes('branch')) return 'PROJECT (BRANCH)';
  // Over a bar the word stands above the bar, over a bare figure above the figure.
  if (column === 'ctx' && columns.includes('bar')) return padEnd('CTX', CONTEXT_WIDTH);
  if (column === 'action' && !columns.includes('bar')) return 'LAST';
  return brief ? (shown.brief ?? shown.heading) : shown.heading;
}
