import type { Snapshot } from '../../monitor/snapshot.ts';
import { type View, viewOf } from './figures.ts';
import { type Counts, LIST_WIDTH, layout, type Plan, shapeOf } from './layout.ts';
import { combinedCount, combinedRows, combinedTitle } from './rows/combined.ts';
import { besides, type Frozen, footerLine, headerLine, helpLines, ruleLine } from './rows/frame-edges.ts';
import { kindRows, modelRows } from './rows/models.ts';
import { projectRows, projectsLine } from './rows/projects.ts';
import { sessionNote, sessionTable } from './rows/sessions.ts';
import { hasNoData } from './rows/states.ts';
import { cutWords, sessionsTitle } from './rows/titles.ts';
import { verdict, verdictInTwo } from './rows/verdict.ts';
import { allWarnings, foldedWarnings, warningRows } from './rows/warnings.ts';
import { clip, drawable, type Line, line, merged, span } from './spans.ts';

export type { Line, Span, Tone } from './spans.ts';

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  /** Only bytes 0x20–0x7E. */
  readonly ascii: boolean;
  /** Kept for the drawing side: tones are always set, colours are given to them there. */
  readonly colour: boolean;
  /** The 48–79 column layout at any width, sections folded to a line each (LV-15). */
  readonly compact: boolean;
  /** The seed's signs before section titles, nowhere else (LV-6). */
  readonly emoji: boolean;
  readonly refreshSeconds: number;
  /** Epoch ms that ages are counted to; the snapshot's own time when left out. */
  readonly now?: number;
  /** First session shown, 0-based; clamped. */
  readonly offset?: number;
  readonly help?: boolean;
  readonly frozen?: Frozen | null;
  /** False when keys cannot be read. */
  readonly keys?: boolean;
}

const EMOJI = { sessions: '🔥', combined: '⚡', projects: '📊', warnings: '⚠️', models: '' } as const;

/** What to do on a machine without data (LV-34); the verdict above says that there is none. */
const NO_DATA = [
  'Run Claude Code once, or set CLAUDE_CONFIG_DIR.',
  'This view turns live as soon as data appears.',
  'To look around without data: tidemark live --demo',
] as const;

/** The advice in the middle of `rows` lines. */
function noData(columns: number, rows: number): readonly Line[] {
  const above = Math.max(0, Math.floor((rows - NO_DATA.length) / 2));
  const indent = Math.max(0, Math.floor((columns - 50) / 2));
  const advice = NO_DATA.map((text) => clip(line(`${' '.repeat(indent)}${text}`), columns));
  return [...Array.from({ length: above }, (): Line => []), ...advice].slice(0, rows);
}

/** Everything the sections need to draw themselves. */
interface Picture {
  readonly view: View;
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly options: FrameOptions;
  readonly offset: number;
}

const countsOf = (snapshot: Snapshot, columns: number, compact: boolean): Counts => ({
  sessions: snapshot.sessions.length,
  combined: combinedCount(snapshot, shapeOf(columns, compact), Math.min(columns, LIST_WIDTH)),
  projects: snapshot.projects.length,
  warnings: allWarnings(snapshot).length,
  models: snapshot.models.length,
});

const rule = ({ view, plan, options }: Picture, title: string, section: keyof typeof EMOJI): Line =>
  ruleLine(view, title, plan.width, options.emoji ? EMOJI[section] : '');

/** The list's part that is on screen: rows `first` to `last`, 1-based, of all. */
function rangeOf({ snapshot, plan, offset }: Picture): { first: number; last: number; all: number } | null {
  const all = snapshot.sessions.length;
  return all <= plan.sessions.rows ? null : { first: offset + 1, last: offset + plan.sessions.rows, all };
}

function sessionLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan, offset } = picture;
  const { sessions } = plan;
  const title = sessions.title ? [rule(picture, sessionsTitle(view, snapshot, plan.shape, rangeOf(picture)), 'sessions')] : [];
  if (snapshot.sessions.length === 0) return [...title, ...emptyList(picture)];
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 2;
  const shown = snapshot.sessions.slice(offset, offset + sessions.rows);
  const table = sessionTable(view, shown, plan.columns, plan.width, indent);
  const rows = table.rows.flatMap((row, index) =>
    sessions.second ? [row, sessionNote(view, shown[index]!, plan.width, indent + 3)] : [row],
  );
  return [...title, ...(sessions.heading ? [table.heading] : []), ...rows];
}

/** Instead of rows: why there are none. */
function emptyList({ snapshot, plan }: Picture): readonly Line[] {
  return [clip(line(snapshot.ingest.reading ? ' reading history' : ' no session is running or in the window', 'dim'), plan.width)];
}

function combinedLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan } = picture;
  const title = plan.combined.title ? [rule(picture, combinedTitle(view, snapshot, plan.shape, plan.width), 'combined')] : [];
  return [...title, ...combinedRows(view, snapshot, plan.shape, plan.combined.rows, plan.width)];
}

function projectLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan, options } = picture;
  const { rows, title } = plan.projects;
  if (rows === 0) return [];
  if (options.compact) return [projectsLine(view, snapshot, plan.width)];
  const wide = plan.shape === 'wide' || plan.shape === 'full';
  const name = plan.shape === 'compact' || plan.shape === 'narrow' ? 'PROJECTS' : 'PER-PROJECT BREAKDOWN';
  const cut = cutWords(rows, snapshot.projects.length);
  const words = cut === '' ? (wide ? `${name}${view.ascii ? ', ' : ' · '}this window` : name) : `${name}${cut}`;
  return [...(title ? [rule(picture, words, 'projects')] : []), ...projectRows(view, snapshot, plan.shape, rows, plan.width)];
}

function warningLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan } = picture;
  const { rows, title } = plan.warnings;
  const count = allWarnings(snapshot).length;
  if (rows === 0) return [];
  if (!title) return [foldedWarnings(view, snapshot, plan.width)];
  const words = cutWords(rows, count);
  return [rule(picture, `WARNINGS${words === '' ? ` ${count}` : words}`, 'warnings'), ...warningRows(view, snapshot, rows, plan.width)];
}

function modelLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan } = picture;
  if (plan.models.rows === 0) return [];
  const title = `MODELS${cutWords(plan.models.rows, snapshot.models.length) || `${view.ascii ? ', ' : ' · '}this window`}`;
  return [rule(picture, title, 'models'), ...modelRows(view, snapshot, plan.models.rows, plan.width)];
}

/** The right pane of wide screens: tokens by kind, models. */
function sideLines({ view, snapshot, plan }: Picture, rows: number): readonly Line[] {
  const dot = view.ascii ? ', ' : ' · ';
  const kinds = [ruleLine(view, `TOKENS${dot}all sessions`, plan.side), ...kindRows(view, snapshot, plan.side)];
  const models =
    snapshot.models.length === 0
      ? []
      : [[], ruleLine(view, `MODELS${dot}this window`, plan.side), ...modelRows(view, snapshot, 10, plan.side)];
  return [...kinds, ...models].slice(0, rows);
}

function verdictLines({ view, snapshot, plan, options }: Picture): readonly Line[] {
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 1;
  const room = options.columns - indent;
  const indented = (drawn: Line): Line => (indent === 0 ? drawn : [span(' '), ...drawn]);
  return plan.verdict === 2 ? verdictInTwo(view, snapshot, room).map(indented) : [indented(verdict(view, snapshot, room))];
}

function footerLines(picture: Picture, help: readonly Line[]): readonly Line[] {
  const { view, plan, options } = picture;
  if (plan.footer === 0) return [];
  if (help.length > 0) return help.slice(0, plan.footer);
  const frozen = plan.header ? null : (options.frozen ?? null);
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? '' : ' ';
  const state = { refreshSeconds: options.refreshSeconds, range: rangeOf(picture), keys: options.keys ?? true, frozen };
  return [[span(indent), ...footerLine(view, state, options.columns - indent.length)]];
}

/** Body lines filled up to `rows`, beside the right pane where there is one. */
function body(picture: Picture, rows: number): readonly Line[] {
  const { view, plan, snapshot, options } = picture;
  if (hasNoData(snapshot)) return Array.from({ length: rows }, (_, index) => noData(options.columns, rows)[index] ?? []);
  // On the smallest screens money and rate stand right under the window they belong to.
  const [first, second] = plan.shape === 'tiny' ? [combinedLines, sessionLines] : [sessionLines, combinedLines];
  const sections = [first, second, projectLines, warningLines, modelLines].flatMap((draw) => draw(picture)).slice(0, rows);
  const side = plan.side > 0 ? sideLines(picture, rows) : null;
  return Array.from({ length: rows }, (_, index) => {
    const left = sections[index] ?? [];
    return side === null ? left : besides(view, left, plan.width, side[index] ?? []);
  });
}

/**
 * The whole picture: exactly `rows` lines, none wider than `columns` (LV-41), the verdict on top (under the header from 30
 * rows on). A pure function: the same snapshot, size and time give the same lines.
 */
export function frame(snapshot: Snapshot, options: FrameOptions): Line[] {
  const columns = Math.max(1, Math.floor(options.columns));
  const rows = Math.max(1, Math.floor(options.rows));
  const view = viewOf(snapshot, { ascii: options.ascii, now: options.now ?? snapshot.takenAt });
  const help = options.help === true ? helpLines(view, columns) : [];
  const plan = layout(columns, rows, countsOf(snapshot, columns, options.compact), options.compact, Math.max(1, help.length));
  const offset = Math.max(0, Math.min(options.offset ?? 0, snapshot.sessions.length - plan.sessions.rows));
  const picture: Picture = { view, snapshot, plan, options: { ...options, columns, rows }, offset };
  const top = [...(plan.header ? [headerLine(view, snapshot, columns, options.frozen ?? null)] : []), ...verdictLines(picture)];
  const bottom = footerLines(picture, help);
  const middle = body(picture, Math.max(0, rows - top.length - bottom.length));
  return [...top, ...middle, ...bottom].slice(0, rows).map((drawn) => merged(drawable(clip(drawn, columns), options.ascii)));
}

/** The furthest useful offset of the list at this size: what `End` scrolls to. */
export function lastOffset(snapshot: Snapshot, { columns, rows, compact }: Pick<FrameOptions, 'columns' | 'rows' | 'compact'>): number {
  const plan = layout(columns, rows, countsOf(snapshot, columns, compact), compact);
  return Math.max(0, snapshot.sessions.length - plan.sessions.rows);
}
