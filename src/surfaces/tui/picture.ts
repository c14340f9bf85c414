import type { LiveQueries } from '../../monitor/details.ts';
import type { Snapshot } from '../../monitor/snapshot.ts';
import { named, separator, type View, viewOf } from './figures.ts';
import { finished } from './finished.ts';
import { framed, planOf } from './frame.ts';
import { type FrameOptions, sized } from './frame-options.ts';
import { Kept } from './keep.ts';
import type { Place } from './keys.ts';
import { overlaid } from './overlays.ts';
import { helpScreen, ownScreen } from './own-screen.ts';
import { pointed } from './pointed.ts';
import { type DetailSource, detailedOf } from './rows/details/detailed.ts';
import { BRIEF_LINES, briefDetails, detailRows } from './rows/details.ts';
import { type FooterState, footerLine } from './rows/footer.ts';
import type { Frozen } from './rows/frame-edges.ts';
import { countStates, hasNoData } from './rows/states.ts';
import { filterWords, pathLine } from './screens.ts';
import { shapeOf } from './shape.ts';
import { type Line, span } from './spans.ts';
import type { Context } from './ui/context.ts';
import type { Listing } from './ui/listing.ts';
import { placeOf, type UiState } from './ui/state.ts';
import { accountsIn, listingFor } from './ui/state-listing.ts';

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
  const own = top === undefined ? null : ownScreen(top, input, view, snapshot, options, plan, frozen);
  const base = own === null ? framed(snapshot, options, view, plan) : own.lines;
  const help = state.overlay?.kind === 'help' ? helpScreen(state.overlay, input.readOnly, view, snapshot, options, plan, frozen) : null;
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
    at: (row, column) => pointed(row, column, state, view, listing, plan),
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
  let scope = input.scope ?? 'all Claude Code sessions';
  if (state.filter.text !== '') scope += ` · filter ${state.filter.text}`;
  if (accounts.length > 0) scope += ` · account${accounts.length > 1 ? 's' : ''} ${accounts.join(', ')}`;
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
    scope,
    combinedOf: isFiltered && state.filtersCombined ? listing.sessions : null,
    filtered: isFiltered ? filterWords(view, listing.sessions.length, listing.all, listing.hiddenCostPercent) : null,
    below: known === null || shape !== 'full' ? null : belowList(view, known, state, listing, input.columns),
    beside: known === null || shape !== 'wide' ? null : (width: number) => besidePane(view, known, state.selected!, width),
    footer: (width: number, range: FooterState['range'], shownFrozen: Frozen | null) => [
      footerOf(view, state, input, place, width, range, shownFrozen),
    ],
  });
}

/** Four lines of a session that is there; asked for and drawn only where they have room. */
function belowList(
  view: View,
  known: DetailSource,
  { selected, lastIndex }: UiState,
  { sessions }: Listing,
  width: number,
): NonNullable<FrameOptions['below']> {
  const id = selected!;
  const isThere = sessions[lastIndex]?.id === id || known.snapshot.sessions.some((session) => session.id === id);
  return { count: isThere ? BRIEF_LINES : 0, lines: () => briefDetails(view, detailedOf(known, id), width) };
}

function besidePane(
  view: View,
  known: DetailSource,
  id: string,
  width: number,
): { readonly title: string; readonly rows: readonly Line[] } {
  const detailed = detailedOf(known, id);
  return {
    title: `DETAILS${detailed.session === null ? '' : `${separator(view)}${named(view, detailed.session.name)}`}`,
    rows: [
      pathLine(view, ['sessions'], detailed.session === null ? '' : named(view, detailed.session.name)),
      [],
      ...detailRows(view, detailed, width),
    ],
  };
}

const INDENTED = new Kept<Line>();

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
  return INDENTED.of([indent, footer], () => [span(indent), ...footer]);
}
