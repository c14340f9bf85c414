import type { LiveQueries } from '../../monitor/details.ts';
import type { Snapshot } from '../../monitor/snapshot.ts';
import { named, say, separator, type View, viewOf } from './figures.ts';
import { type FrameOptions, finished, frame, planOf, sized, topLines } from './frame.ts';
import type { Place } from './keys.ts';
import { type Plan, shapeOf } from './layout.ts';
import { overlaid } from './overlays.ts';
import { briefDetails, detailRows } from './rows/details.ts';
import { type FooterState, footerLine } from './rows/footer.ts';
import { type Frozen, ruleLine } from './rows/frame-edges.ts';
import { helpEntries, helpRows } from './rows/help.ts';
import { headingAt } from './rows/sessions.ts';
import { countStates, hasNoData } from './rows/states.ts';
import { type Drawn, detailedOf, drawScreen, filterWords, pathLine } from './screens.ts';
import { clip, type Line, line, span } from './spans.ts';
import type { Context } from './ui/context.ts';
import { type Listing, listingOf } from './ui/listing.ts';
import { SORT_OF_COLUMN } from './ui/order.ts';
import { type Overlay, placeOf, type UiState } from './ui/state.ts';

/** What is given from outside for one picture. */
export interface PictureInput {
  readonly present: Snapshot;
  readonly queries: LiveQueries;
  readonly columns: number;
  readonly rows: number;
  /** Epoch ms that ages are counted to. */
  readonly now: number;
  readonly ascii: boolean;
  readonly hour12: boolean;
  readonly emoji: boolean;
  readonly readOnly: boolean;
  /** False when keys cannot be read. */
  readonly keys: boolean;
  readonly maxSessions: number;
  /** `projects api*` and the like, from the command line; null = everything. */
  readonly scope: string | null;
  readonly terminals: ReadonlyMap<string, string>;
  /** Frames, bytes, lag with `--debug`. */
  readonly debug: string | null;
}

export interface Picture {
  readonly lines: readonly Line[];
  readonly context: Context;
}

/** Accounts by id or by name, as a flag gives them; what is not known stays as it is and lists nothing. */
const accountsIn = (snapshot: Snapshot, names: readonly string[]): readonly { readonly id: string; readonly label: string }[] =>
  names.map((name) => snapshot.accounts.find(({ id, label }) => id === name || label === name) ?? { id: name, label: name });

const accountIds = (snapshot: Snapshot, { accounts }: Pick<UiState, 'accounts'>): readonly string[] | null =>
  accounts.length === 0 ? null : accountsIn(snapshot, accounts).map(({ id }) => id);

export function listingFor(state: UiState, snapshot: Snapshot, now: number, maxSessions: number): Listing {
  return listingOf(snapshot, {
    order: state.order.ids,
    filter: state.filter.ast,
    accounts: accountIds(snapshot, state),
    group: state.group,
    now,
    most: maxSessions,
  });
}

/** Who needs a person now, when a held picture says otherwise (LV-84). */
function frozenOf(state: UiState, input: PictureInput): Frozen | null {
  if (state.frozen === null) return null;
  const [then, now] = [countStates(state.frozen.sessions).needsYou, countStates(input.present.sessions).needsYou];
  return { at: state.frozen.takenAt, present: input.now, needsYou: then === now ? null : now };
}

/** The whole picture and what a key pressed on it would mean. Pure, given what the queries answer. `listed`: this state's listing where it is known already. */
export function picture(state: UiState, input: PictureInput, listed: Listing | null = null): Picture {
  const snapshot = state.frozen ?? input.present;
  const now = state.frozen === null ? input.now : snapshot.takenAt;
  const view = viewOf(snapshot, { ascii: input.ascii, now, hour12: input.hour12 });
  const listing = listed ?? listingFor(state, snapshot, now, input.maxSessions);
  const place = placeOf(state, !hasNoData(snapshot));
  const frozen = frozenOf(state, input);
  const options = frameOptions(state, input, view, snapshot, listing, frozen, place);
  const plan = planOf(snapshot, options);
  const top = state.screens.at(-1);
  const size = { columns: options.columns, rows: options.rows, ascii: options.ascii };
  const own = top === undefined ? null : ownScreen(state, input, view, snapshot, options, plan, place, frozen);
  const base = own === null ? frame(snapshot, options) : own.lines;
  const help = state.overlay?.kind === 'help' ? helpScreen(state.overlay, input, view, snapshot, options, plan, frozen) : null;
  const lines = help?.lines ?? overlaid(state.overlay, base, view, state, options);
  const scrolled = help ?? own;
  const context: Context = {
    snapshot,
    present: input.present,
    listing,
    now: input.now,
    listRows: Math.max(1, plan.sessions.rows),
    screenRows: scrolled?.visible ?? 1,
    screenCount: scrolled?.count ?? 0,
    windowCount: top?.kind === 'window' ? input.queries.windows().length : 0,
    readOnly: input.readOnly,
    hasData: !hasNoData(snapshot),
    agentAtCursor: own?.agentAtCursor ?? null,
    at: (row, column) => pointed(row, column, state, view, listing, plan, options),
  };
  return { lines: finished(lines, size), context };
}

function frameOptions(
  state: UiState,
  input: PictureInput,
  view: View,
  snapshot: Snapshot,
  listing: Listing,
  frozen: Frozen | null,
  place: Place,
): FrameOptions {
  const shape = shapeOf(input.columns, state.compact);
  const isFiltered = state.filter.ast !== null || listing.sessions.length < listing.all;
  const known = state.selected === null ? null : { snapshot, queries: input.queries, terminals: input.terminals };
  const accounts = accountsIn(snapshot, state.accounts).map(({ label }) => label);
  const scope = [
    input.scope ?? 'all Claude Code sessions',
    state.filter.text === '' ? null : `filter ${state.filter.text}`,
    accounts.length === 0 ? null : `account${accounts.length > 1 ? 's' : ''} ${accounts.join(', ')}`,
  ];
  return sized({
    columns: input.columns,
    rows: input.rows,
    ascii: input.ascii,
    hour12: input.hour12,
    compact: state.compact,
    emoji: input.emoji,
    now: view.now,
    offset: state.offset,
    entries: listing.entries,
    selected: state.selected,
    frozen,
    focus: state.focus,
    folded: state.folded,
    zoomed: state.zoomed ? state.focus : null,
    cursors: state.cursors,
    muted: state.muted,
    scope: scope.filter((word) => word !== null).join(' · '),
    combinedOf: isFiltered && state.filtersCombined ? listing.sessions : null,
    filtered: isFiltered ? filterWords(view, listing.sessions.length, listing.all, listing.hiddenCostPercent) : null,
    below: known === null || shape !== 'full' ? [] : briefDetails(view, detailedOf(known, state.selected!), input.columns),
    beside: known === null || shape !== 'wide' ? null : (width: number) => besidePane(view, known, state.selected!, width),
    footer: (width: number, range: FooterState['range'], shownFrozen: Frozen | null) => [
      footerOf(view, state, input, place, width, range, shownFrozen),
    ],
  });
}

function besidePane(
  view: View,
  known: Parameters<typeof detailedOf>[0],
  id: string,
  width: number,
): { readonly title: string; readonly rows: readonly Line[] } {
  const detailed = detailedOf(known, id);
  return {
    title: `DETAILS${detailed.session === null ? '' : `${separator(view)}${named(view, detailed.session.name)}`}`,
    rows: [
      pathLine(view, ['sessions', detailed.session === null ? '' : named(view, detailed.session.name)]),
      [],
      ...detailRows(view, detailed, width),
    ],
  };
}

function footerOf(
  view: View,
  state: UiState,
  input: PictureInput,
  place: Place,
  width: number,
  range: FooterState['range'],
  frozen: Frozen | null,
): Line {
  const indent = width < 48 ? '' : ' ';
  const message = state.message === null || state.message.until <= input.now ? null : state.message.text;
  const footer = footerLine(
    view,
    { place, readOnly: input.readOnly, refreshSeconds: state.refreshSeconds, range, keys: input.keys, frozen, message, debug: input.debug },
    width - indent.length,
  );
  return [span(indent), ...footer];
}

interface Own {
  readonly lines: readonly Line[];
  readonly visible: number;
  readonly count: number;
  readonly agentAtCursor: string | null;
}

/** Top, a body cut from its lines, footer: the shape of every screen that is not the list. */
function withEdges(
  view: View,
  snapshot: Snapshot,
  options: FrameOptions,
  plan: Plan,
  head: Line,
  frozen: Frozen | null,
  draw: (rows: number) => Pick<Drawn, 'above' | 'lines' | 'offset' | 'count' | 'agentAtCursor'>,
): Own {
  const top = [...topLines(view, snapshot, plan, { ...options, frozen }), ...(options.rows >= 4 ? [clip(head, options.columns)] : [])];
  const rows = Math.max(1, options.rows - top.length - plan.footer);
  const drawn = draw(rows);
  const above = drawn.above.slice(0, Math.max(0, rows - 1));
  const visible = Math.max(1, rows - above.length);
  const offset = Math.max(0, Math.min(drawn.offset, drawn.lines.length - visible));
  const body = [...above, ...drawn.lines.slice(offset, offset + visible)];
  const filled = Array.from({ length: rows }, (_, index) => body[index] ?? []);
  const bottom = plan.footer === 0 ? [] : (options.footer?.(options.columns, null, plan.header ? null : frozen) ?? []);
  return { lines: [...top, ...filled, ...bottom], visible, count: drawn.count, agentAtCursor: drawn.agentAtCursor };
}

function ownScreen(
  state: UiState,
  input: PictureInput,
  view: View,
  snapshot: Snapshot,
  options: FrameOptions,
  plan: Plan,
  _place: Place,
  frozen: Frozen | null,
): Own {
  const screen = state.screens.at(-1)!;
  const source = { view, snapshot, queries: input.queries, terminals: input.terminals, width: options.columns };
  const drawnAt = (rows: number) => drawScreen({ ...source, rows }, screen);
  return withEdges(view, snapshot, options, plan, drawnAt(1).path, frozen, drawnAt);
}

function helpScreen(
  overlay: Overlay & { kind: 'help' },
  input: PictureInput,
  view: View,
  snapshot: Snapshot,
  options: FrameOptions,
  plan: Plan,
  frozen: Frozen | null,
): Own {
  const entries = helpEntries(overlay.place, input.readOnly, overlay.query);
  const words = overlay.searching
    ? `HELP  /${overlay.query}_`
    : `HELP  ${overlay.query === '' ? '/ searches, Esc closes' : `/${overlay.query}`}`;
  const lines = entries.length === 0 ? [line(' nothing found', 'dim')] : helpRows(view, entries, options.columns);
  const head = ruleLine(view, say(view, words), options.columns);
  return withEdges(view, snapshot, options, plan, head, frozen, () => ({
    above: [],
    lines,
    offset: overlay.offset,
    count: lines.length,
    agentAtCursor: null,
  }));
}

/** What stands at a place of the list, for the mouse. */
function pointed(
  row: number,
  column: number,
  state: UiState,
  view: View,
  listing: Listing,
  plan: Plan,
  options: FrameOptions,
): ReturnType<Context['at']> {
  const top = Number(plan.header) + plan.verdict + (plan.shape === 'tiny' ? plan.combined.rows : 0) + Number(plan.sessions.title);
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 2;
  if (column >= plan.width) return null;
  if (plan.sessions.heading && row === top) {
    const shown = listing.entries
      .slice(state.offset, state.offset + plan.sessions.rows)
      .flatMap((entry) => (entry.kind === 'session' ? [entry.session] : []));
    const key = SORT_OF_COLUMN[headingAt(view, shown, plan.columns, plan.width, indent, column) ?? ''];
    return key === undefined ? null : { sort: key };
  }
  const index = row - top - Number(plan.sessions.heading);
  if (index < 0 || options.zoomed === 'projects' || options.zoomed === 'warnings' || options.zoomed === 'combined') return null;
  const entry =
    listing.entries[
      Math.min(state.offset, Math.max(0, listing.entries.length - plan.sessions.rows)) +
        (plan.sessions.second ? Math.floor(index / 2) : index)
    ];
  return entry?.kind !== 'session' || index >= plan.sessions.rows * (plan.sessions.second ? 2 : 1) ? null : { select: entry.session.id };
}
