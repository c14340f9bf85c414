import type { Snapshot } from '../../../monitor/snapshot.ts';
import type { Ast } from '../filter/grammar.ts';
import { parseFilter } from '../filter/parse.ts';
import type { Place } from '../keys.ts';
import { SECTIONS, type SectionName } from '../layout.ts';
import type { HistoryPage } from '../rows/history.ts';
import type { ThemeName } from '../theme.ts';
import type { GroupBy } from './listing.ts';
import { NO_ORDER, type Order, type SortKey } from './order.ts';

/** One step of the path that Esc walks back. The list is always below. */
export type Screen =
  | { readonly kind: 'details'; readonly id: string; readonly offset: number }
  | { readonly kind: 'requests'; readonly id: string; readonly cursor: number }
  | { readonly kind: 'subagent'; readonly id: string; readonly agent: string; readonly cursor: number }
  | { readonly kind: 'history'; readonly page: HistoryPage; readonly cursor: number }
  | { readonly kind: 'window'; readonly index: number; readonly offset: number };

export type InputPurpose = 'filter' | 'name' | 'tags' | 'note';

/** What a person is asked before a session is stopped, and what has been done (KIL-2, KIL-3). */
export interface StopBox {
  readonly sessionId: string;
  /** Title, project, pid, state, cost, age, what runs: already made plain. */
  readonly facts: readonly string[];
  readonly steps: readonly string[];
  /** `choose` where several processes have it open (KIL-5), then `ask`; `running` signals; `askKill` the second time. */
  readonly stage: 'choose' | 'ask' | 'running' | 'askKill';
  /** What is chosen from, by its number from 1. */
  readonly processes?: readonly { readonly pid: number; readonly words: string }[];
}

interface InputLine {
  readonly kind: 'input';
  readonly text: string;
  readonly fault: { readonly at: number; readonly expected: string } | null;
  /** A filter that is set and not yet edited: `z` is a key there, no letter. */
  readonly untouched?: boolean;
}

export type Overlay =
  | (InputLine & { readonly purpose: 'filter'; readonly sessionId: null })
  | (InputLine & { readonly purpose: Exclude<InputPurpose, 'filter'>; readonly sessionId: string })
  | { readonly kind: 'menu'; readonly what: 'sort' | 'presets'; readonly cursor: number }
  | { readonly kind: 'help'; readonly place: Place; readonly query: string; readonly searching: boolean; readonly offset: number }
  | { readonly kind: 'confirm'; readonly box: StopBox };

export interface UiState {
  readonly refreshSeconds: number;
  readonly compact: boolean;
  readonly theme: ThemeName;
  readonly focus: SectionName;
  readonly folded: readonly SectionName[];
  readonly zoomed: boolean;
  /** Chosen rows of the sections that are no sessions. */
  readonly cursors: Readonly<Record<'projects' | 'warnings', number>>;
  /** The chosen session: by its id, never by its row (LV-83). */
  readonly selected: string | null;
  /** Where it stood among the sessions: who stands there when it is gone is chosen next. */
  readonly lastIndex: number;
  readonly cursorMovedAt: number;
  /** First row of the list on screen. */
  readonly offset: number;
  readonly order: Order;
  readonly sort: SortKey;
  readonly inverted: boolean;
  readonly group: GroupBy;
  /** Ids or names of the accounts whose sessions are listed; none = all. */
  readonly accounts: readonly string[];
  readonly filter: { readonly text: string; readonly ast: Ast | null };
  /** The filter holds for combined usage too (LV-81). */
  readonly filtersCombined: boolean;
  readonly presets: readonly string[];
  readonly frozen: Snapshot | null;
  readonly muted: ReadonlySet<string>;
  readonly screens: readonly Screen[];
  readonly overlay: Overlay | null;
  /** `until` in epoch ms. */
  readonly message: { readonly text: string; readonly until: number } | null;
}

export interface FirstState {
  readonly refreshSeconds: number;
  readonly compact: boolean;
  readonly theme: ThemeName;
  readonly sort: SortKey;
  readonly inverted?: boolean;
  readonly group: GroupBy;
  readonly accounts: readonly string[];
  readonly filter: string;
  readonly folded?: readonly SectionName[];
  readonly presets?: readonly string[];
}

export function firstState(first: FirstState): UiState {
  const parsed = parseFilter(first.filter);
  return {
    refreshSeconds: first.refreshSeconds,
    compact: first.compact,
    theme: first.theme,
    focus: SECTIONS[0],
    folded: first.folded ?? [],
    zoomed: false,
    cursors: { projects: 0, warnings: 0 },
    selected: null,
    lastIndex: 0,
    cursorMovedAt: Number.NEGATIVE_INFINITY,
    offset: 0,
    order: NO_ORDER,
    sort: first.sort,
    inverted: first.inverted ?? false,
    group: first.group,
    accounts: first.accounts,
    filter: parsed.ok ? { text: first.filter.trim(), ast: parsed.ast } : { text: '', ast: null },
    filtersCombined: false,
    presets: first.presets ?? [],
    frozen: null,
    muted: new Set(),
    screens: [],
    overlay: null,
    message: null,
  };
}

/** Where a person is, for the key table. */
export function placeOf(state: UiState, hasData: boolean): Place {
  if (state.overlay !== null) return state.overlay.kind;
  const top = state.screens.at(-1);
  if (top !== undefined) return top.kind === 'history' || top.kind === 'window' ? 'history' : 'details';
  return hasData ? 'list' : 'empty';
}
