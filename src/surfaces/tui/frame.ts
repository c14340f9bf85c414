import type { SessionView, Snapshot } from '../../monitor/snapshot.ts';
import { amount, money, named, separator, type View, viewOf } from './figures.ts';
import { type Counts, LIST_WIDTH, layout, type Plan, type SectionName, shapeOf } from './layout.ts';
import { chartRows } from './rows/chart.ts';
import { combinedCount, combinedRows, combinedTitle } from './rows/combined.ts';
import { scopeOf } from './rows/combined-scope.ts';
import { besides, type Frozen, headerLine, ruleLine } from './rows/frame-edges.ts';
import { kindRows, modelRows } from './rows/models.ts';
import { projectRows, projectsLine } from './rows/projects.ts';
import { sessionNote, sessionTable } from './rows/sessions.ts';
import { hasNoData } from './rows/states.ts';
import { cutWords, sessionsTitle } from './rows/titles.ts';
import { verdictLine, verdictLines } from './rows/verdict.ts';
import { allWarnings, foldedWarnings, warningRows } from './rows/warnings.ts';
import { clip, drawable, type Line, line, merged, selectedLine, span } from './spans.ts';
import type { Entry } from './ui/listing.ts';

export type { Line, Span, Tone } from './spans.ts';

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  /** Only bytes 0x20–0x7E. */
  readonly ascii: boolean;
  readonly hour12?: boolean;
  /** The 48–79 column layout at any width, sections folded to a line each (LV-15). */
  readonly compact: boolean;
  /** The seed's signs before section titles, nowhere else (LV-6). */
  readonly emoji: boolean;
  /** Epoch ms that ages are counted to; the snapshot's own time when left out. */
  readonly now?: number;
  /** First row of the list shown, 0-based; clamped. */
  readonly offset?: number;
  /** The rows of the list; all sessions in the snapshot's order when left out. */
  readonly entries?: readonly Entry[];
  readonly selected?: string | null;
  readonly frozen?: Frozen | null;
  readonly focus?: SectionName;
  readonly folded?: readonly SectionName[];
  readonly zoomed?: SectionName | null;
  readonly cursors?: Readonly<Record<'projects' | 'warnings', number>>;
  readonly muted?: ReadonlySet<string>;
  /** What the header calls the scope, and what a filter does (LV-50, LV-81). */
  readonly scope?: string;
  readonly filtered?: string | null;
  /** The sessions that combined usage is of, when the filter holds for it too (LV-81); null = all. */
  readonly combinedOf?: readonly SessionView[] | null;
  /** Details of the chosen session: below the list in `room` columns, or the pane beside it. */
  readonly below?: readonly Line[];
  readonly beside?: ((width: number) => { readonly title: string; readonly rows: readonly Line[] }) | null;
  /** The lines at the bottom. */
  readonly footer?: (
    width: number,
    range: { readonly first: number; readonly last: number; readonly all: number } | null,
    frozen: Frozen | null,
  ) => readonly Line[];
  readonly footerLines?: number;
}

const EMOJI = { sessions: '🔥', combined: '⚡', projects: '📊', warnings: '⚠️', other: '' } as const;

/** What to do on a machine without data (LV-34); the verdict above says that there is none. */
const NO_DATA = [
  'Run Claude Code once, or set CLAUDE_CONFIG_DIR.',
  'This view turns live as soon as data appears.',
  'To look around without data press d, or: tidemark demo',
] as const;

/** Everything the sections need to draw themselves. */
interface Picture {
  readonly view: View;
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly options: FrameOptions;
  readonly entries: readonly Entry[];
  readonly offset: number;
}

const entriesOf = (snapshot: Snapshot, options: Pick<FrameOptions, 'entries'>): readonly Entry[] =>
  options.entries ?? snapshot.sessions.map((session) => ({ kind: 'session', session }));

/** The plan of a picture: keys need it too, to know how far a page is. */
export function planOf(snapshot: Snapshot, options: FrameOptions): Plan {
  const { columns, rows, compact } = options;
  const counts: Counts = {
    sessions: entriesOf(snapshot, options).length,
    combined: combinedCount(snapshot, shapeOf(columns, compact), Math.min(columns, LIST_WIDTH)),
    projects: snapshot.projects.length,
    warnings: allWarnings(snapshot, options.muted).length,
    models: snapshot.models.length,
    details: options.below?.length ?? 0,
    chart: snapshot.chart.workPerMinute.length === 0 ? 0 : CHART_ROWS,
  };
  const wishes = { compact, footerLines: options.footerLines ?? 1, folded: options.folded ?? [], zoomed: options.zoomed ?? null };
  return layout(columns, rows, counts, wishes);
}

const CHART_ROWS = 5;

const rule = ({ view, plan, options }: Picture, title: string, section: SectionName | 'other'): Line => {
  const isFolded = section !== 'other' && options.folded?.includes(section) === true;
  return ruleLine(view, isFolded ? `${title} (folded)` : title, plan.width, options.emoji ? EMOJI[section] : '', options.focus === section);
};

/** The list's part that is on screen: rows `first` to `last`, 1-based, of all. */
function rangeOf({ entries, plan, offset }: Picture): { first: number; last: number; all: number } | null {
  const all = entries.length;
  return all <= plan.sessions.rows || plan.sessions.rows === 0 ? null : { first: offset + 1, last: offset + plan.sessions.rows, all };
}

function sessionLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan, offset, entries, options } = picture;
  const { sessions } = plan;
  const words = sessionsTitle(view, snapshot, plan.shape, rangeOf(picture), options.filtered ?? null);
  const title = sessions.title ? [rule(picture, words, 'sessions')] : [];
  if (sessions.rows === 0) return title;
  if (entries.length === 0) return [...title, ...emptyList(picture)];
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 2;
  const shown = entries.slice(offset, offset + sessions.rows);
  const table = sessionTable(
    view,
    shown.flatMap((entry) => (entry.kind === 'session' ? [entry.session] : [])),
    plan.columns,
    plan.width,
    indent,
  );
  let next = 0;
  const rows = shown.flatMap((entry): readonly Line[] => {
    if (entry.kind === 'group') return [groupLine(view, snapshot, entry, plan.width)];
    const row = table.rows[next++]!;
    const drawn = entry.session.id === options.selected ? chosenRow(view, row, indent, plan.width) : row;
    return sessions.second
      ? [drawn, sessionNote(view, entry.session, accountOf(snapshot, entry.session), plan.width, indent + 3)]
      : [drawn];
  });
  return [...title, ...(sessions.heading ? [table.heading] : []), ...rows];
}

/** `> ` before the chosen row, which also stands out over its whole width. */
function chosenRow(view: View, row: Line, indent: number, width: number): Line {
  const [first, ...rest] = row;
  const marked =
    indent >= 2 && first !== undefined && first.text.startsWith('  ') ? [{ ...first, text: `> ${first.text.slice(2)}` }, ...rest] : row;
  return selectedLine(view.ascii || indent >= 2 ? marked : row, width);
}

/** An account's name for people. */
export const accountOf = (snapshot: Snapshot, session: SessionView): string =>
  snapshot.accounts.find(({ id }) => id === session.account)?.label ?? session.account;

function groupLine(view: View, snapshot: Snapshot, { name, sessions }: Entry & { kind: 'group' }, width: number): Line {
  const { tokens, cost, costIsLowerBound } = scopeOf(snapshot, sessions);
  const words = [String(sessions.length), amount(view, tokens), money(view, cost, costIsLowerBound)].join(separator(view));
  return clip([span(` ${named(view, name)}`, 'strong'), span(`  ${words}`, 'dim')], width);
}

/** Instead of rows: why there are none. */
function emptyList({ snapshot, plan, options }: Picture): readonly Line[] {
  const words = snapshot.ingest.reading
    ? 'reading history'
    : options.filtered
      ? 'no session passes the filter'
      : 'no session is running or in the window';
  return [clip(line(` ${words}`, 'dim'), plan.width)];
}

/** Warnings that found no room are said by their number, so that nobody takes silence for calm; null when they are on screen. */
function hiddenWarnings({ snapshot, plan, options }: Picture): string | null {
  const count = allWarnings(snapshot, options.muted).length;
  if (count === 0 || plan.warnings.rows > 0 || plan.warnings.title || options.zoomed != null) return null;
  return `${count} warning${count === 1 ? '' : 's'}`;
}

function combinedLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan, options } = picture;
  const scope = options.combinedOf == null ? null : scopeOf(snapshot, options.combinedOf);
  const words = combinedTitle(view, snapshot, plan.shape, plan.width, scope);
  const said = [options.filtered && scope === null ? `${words}, unfiltered` : words, hiddenWarnings(picture)].filter(
    (word) => word !== null,
  );
  const title = plan.combined.title ? [rule(picture, said.join(separator(view)), 'combined')] : [];
  return [...title, ...combinedRows(view, snapshot, plan.shape, plan.combined.rows, plan.width, scope)];
}

/** Scrolls a section of `all` rows so that its cursor is among the `rows` shown, and marks it when the section has the focus. */
function withCursor(
  picture: Picture,
  section: 'projects' | 'warnings',
  rows: number,
  all: number,
  draw: (offset: number) => readonly Line[],
): readonly Line[] {
  const { options, plan } = picture;
  const at = Math.min(options.cursors?.[section] ?? 0, all - 1);
  if (options.focus !== section) return draw(0);
  const offset = Math.max(0, Math.min(at - rows + 1, all - rows));
  return draw(offset).map((each, index) => (index + offset === at ? selectedLine(each, plan.width) : each));
}

function projectLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan, options } = picture;
  const { rows, title } = plan.projects;
  if (rows === 0 && !title) return [];
  if (options.compact) return [projectsLine(view, snapshot, plan.width)];
  const wide = plan.shape === 'wide' || plan.shape === 'full';
  const small = plan.shape === 'compact' || plan.shape === 'narrow';
  const cut = rows === 0 ? '' : cutWords(rows, snapshot.projects.length);
  const name = small ? 'PROJECTS' : cut === '' || wide ? 'PER-PROJECT BREAKDOWN' : 'PER-PROJECT';
  const words = cut === '' ? (wide ? `${name}${separator(view)}this window` : name) : `${name}${cut}`;
  const drawn = withCursor(picture, 'projects', rows, snapshot.projects.length, (offset) =>
    projectRows(view, snapshot, plan.shape, rows, plan.width, offset),
  );
  return [...(title ? [rule(picture, words, 'projects')] : []), ...drawn];
}

function warningLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan, options } = picture;
  const { rows, title } = plan.warnings;
  const warnings = allWarnings(snapshot, options.muted);
  if (rows === 0 && !title) return [];
  if (!title && plan.shape !== 'wide' && options.zoomed !== 'warnings') return [foldedWarnings(view, warnings, plan.width)];
  const words = rows === 0 ? '' : cutWords(rows, warnings.length);
  const drawn = withCursor(picture, 'warnings', rows, warnings.length, (offset) => warningRows(view, warnings, rows, plan.width, offset));
  return [rule(picture, `WARNINGS${words === '' ? ` ${warnings.length}` : words}`, 'warnings'), ...drawn];
}

function modelLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan } = picture;
  if (plan.models.rows === 0) return [];
  const title = `MODELS${cutWords(plan.models.rows, snapshot.models.length) || `${separator(view)}this window`}`;
  return [rule(picture, title, 'other'), ...modelRows(view, snapshot, plan.models.rows, plan.width)];
}

function chartLines(picture: Picture): readonly Line[] {
  const { view, snapshot, plan } = picture;
  if (plan.chart.rows === 0) return [];
  const minutes = snapshot.chart.workPerMinute.length;
  const title = `WORK TOKENS PER MINUTE${separator(view)}last ${minutes} min, all sessions`;
  return [rule(picture, title, 'other'), ...chartRows(view, snapshot.chart, plan.chart.rows, plan.width)];
}

function detailLines(picture: Picture): readonly Line[] {
  const { options, plan, entries, view } = picture;
  if (plan.details.rows === 0) return [];
  const chosen = entries.find((entry) => entry.kind === 'session' && entry.session.id === options.selected);
  const name = chosen?.kind === 'session' ? `${separator(view)}${named(view, chosen.session.name)}` : '';
  return [rule(picture, `DETAILS${name}`, 'other'), ...(options.below ?? []).slice(0, plan.details.rows)];
}

/** The right pane of wide screens: the chosen session, else tokens by kind and models. */
function sideLines({ view, snapshot, plan, options }: Picture, rows: number): readonly Line[] {
  const details = options.beside?.(plan.side) ?? null;
  if (details !== null) return [ruleLine(view, details.title, plan.side), ...details.rows].slice(0, rows);
  const dot = separator(view);
  const kinds = [ruleLine(view, `TOKENS${dot}all sessions`, plan.side), ...kindRows(view, snapshot, plan.side)];
  const models =
    snapshot.models.length === 0
      ? []
      : [[], ruleLine(view, `MODELS${dot}this window`, plan.side), ...modelRows(view, snapshot, 10, plan.side)];
  return [...kinds, ...models].slice(0, rows);
}

/** Header and verdict: the top of every screen of the view. */
export function topLines(
  view: View,
  snapshot: Snapshot,
  plan: Pick<Plan, 'header' | 'verdict' | 'shape'>,
  options: FrameOptions,
): readonly Line[] {
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 1;
  const indented = (drawn: Line): Line => (indent === 0 ? drawn : [span(' '), ...drawn]);
  const room = options.columns - indent;
  const header = plan.header
    ? [headerLine(view, snapshot, options.scope ?? 'all Claude Code sessions', options.columns, options.frozen ?? null)]
    : [];
  return [...header, ...(plan.verdict === 2 ? verdictLines(view, snapshot, room) : [verdictLine(view, snapshot, room)]).map(indented)];
}

/** The advice in the middle of `rows` lines. */
function noData(columns: number, rows: number): readonly Line[] {
  const above = Math.max(0, Math.floor((rows - NO_DATA.length) / 2));
  const indent = Math.max(0, Math.floor((columns - 50) / 2));
  const advice = NO_DATA.map((text) => clip(line(`${' '.repeat(indent)}${text}`), columns));
  return [...Array.from({ length: above }, (): Line => []), ...advice].slice(0, rows);
}

/** Body lines filled up to `rows`, beside the right pane where there is one. */
function body(picture: Picture, rows: number): readonly Line[] {
  const { view, plan, snapshot, options } = picture;
  if (hasNoData(snapshot)) return Array.from({ length: rows }, (_, index) => noData(options.columns, rows)[index] ?? []);
  // On the smallest screens money and rate stand right under the window they belong to.
  const [first, second] = plan.shape === 'tiny' ? [combinedLines, sessionLines] : [sessionLines, combinedLines];
  const drawers =
    options.zoomed == null ? [first, detailLines, second, projectLines, warningLines, modelLines, chartLines] : [ZOOMED[options.zoomed]];
  const drawn = drawers.map((draw) => draw(picture)).filter((section) => section.length > 0);
  const sections = drawn.flatMap((section, index) => (plan.gaps && index > 0 ? [[], ...section] : section)).slice(0, rows);
  const side = plan.side > 0 ? sideLines(picture, rows) : null;
  return Array.from({ length: rows }, (_, index) => {
    const left = sections[index] ?? [];
    return side === null ? left : besides(view, left, plan.width, side[index] ?? []);
  });
}

const ZOOMED = { sessions: sessionLines, combined: combinedLines, projects: projectLines, warnings: warningLines } as const;

/** Exactly `rows` lines of at most `columns`, neighbours of one tone joined. */
export const finished = (lines: readonly Line[], { columns, rows, ascii }: Pick<FrameOptions, 'columns' | 'rows' | 'ascii'>): Line[] =>
  Array.from({ length: rows }, (_, index) => merged(drawable(clip(lines[index] ?? [], columns), ascii)));

/** Sizes a terminal reports as nothing are the smallest screen (LV-42). */
export const sized = <T extends FrameOptions>(options: T): T => ({
  ...options,
  columns: Math.max(1, Math.floor(options.columns) || 1),
  rows: Math.max(1, Math.floor(options.rows) || 1),
});

/**
 * The list and its sections: exactly `rows` lines, none wider than `columns` (LV-41), the verdict on top (under the header from 30
 * rows on). A pure function: the same snapshot, size and time give the same lines.
 */
export function frame(snapshot: Snapshot, given: FrameOptions): Line[] {
  const options = sized(given);
  const view = viewOf(snapshot, { ascii: options.ascii, now: options.now ?? snapshot.takenAt, hour12: options.hour12 });
  const plan = planOf(snapshot, options);
  const entries = entriesOf(snapshot, options);
  const offset = Math.max(0, Math.min(options.offset ?? 0, entries.length - plan.sessions.rows));
  const picture: Picture = { view, snapshot, plan, options, entries, offset };
  const top = topLines(view, snapshot, plan, options);
  const bottom =
    plan.footer === 0
      ? []
      : (options.footer?.(options.columns, rangeOf(picture), plan.header ? null : (options.frozen ?? null)) ?? [[]]).slice(0, plan.footer);
  const middle = body(picture, Math.max(0, options.rows - top.length - bottom.length));
  return finished([...top, ...middle, ...bottom], options);
}
