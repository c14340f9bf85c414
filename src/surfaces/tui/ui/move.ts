import { sortedProjects } from '../rows/projects.ts';
import { allWarnings } from '../rows/warnings.ts';
import type { Context } from './context.ts';
import type { Listing } from './listing.ts';
import { SORT_KEYS } from './order.ts';
import { MOST_PRESETS } from './remember.ts';
import type { Screen, UiState } from './state.ts';

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

/** Where the chosen session stands among the sessions shown; null when it is not there. */
export function selectedIndex({ selected }: Pick<UiState, 'selected'>, { sessions }: Listing): number | null {
  for (let index = 0; index < sessions.length; index++) if (sessions[index]!.id === selected) return index;
  return null;
}

/** Its row among those of the list, group headings counted; -1 when it is not there. */
function rowOf({ selected }: UiState, { entries }: Listing): number {
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]!;
    if (entry.kind === 'session' && entry.session.id === selected) return index;
  }
  return -1;
}

/** Scrolls so that the chosen row is on screen; `rows` of the list are visible (LV-41). */
export function reveal(state: UiState, listing: Listing, rows: number): UiState {
  const at = rowOf(state, listing);
  const most = Math.max(0, listing.entries.length - rows);
  const offset = at < 0 ? clamp(state.offset, 0, most) : clamp(clamp(state.offset, at - rows + 1, at), 0, most);
  const lastIndex = selectedIndex(state, listing) ?? state.lastIndex;
  return offset === state.offset && lastIndex === state.lastIndex ? state : { ...state, offset, lastIndex };
}

/** Moves the cursor of the focused section; ±Infinity to its ends. */
export function moveCursor(state: UiState, by: number, context: Context): UiState {
  const { listing, snapshot, now } = context;
  if (state.focus === 'projects' || state.focus === 'warnings') {
    const count = state.focus === 'projects' ? sortedProjects(snapshot).length : allWarnings(snapshot, state.muted).length;
    return { ...state, cursors: { ...state.cursors, [state.focus]: clamp(state.cursors[state.focus] + by, 0, Math.max(0, count - 1)) } };
  }
  const from = selectedIndex(state, listing);
  const next = listing.sessions[clamp((from ?? (by > 0 ? -1 : 0)) + by, 0, Math.max(0, listing.sessions.length - 1))];
  return next === undefined ? state : reveal({ ...state, selected: next.id, cursorMovedAt: now }, listing, context.listRows);
}

/** Moves within the screen on top: its cursor, or its first line. */
function scrollScreen(state: UiState, top: Screen, by: number, context: Context): UiState {
  const below = state.screens.slice(0, -1);
  if (top.kind === 'details' || top.kind === 'window') {
    const most = Math.max(0, context.screenCount - context.screenRows);
    return { ...state, screens: [...below, { ...top, offset: clamp(top.offset + by, 0, most) }] };
  }
  return { ...state, screens: [...below, { ...top, cursor: clamp(top.cursor + by, 0, Math.max(0, context.screenCount - 1)) }] };
}

/** Moves in what lies on top: help, a menu, a screen, else the list. */
export function moveOrScroll(state: UiState, by: number, context: Context): UiState {
  const { overlay } = state;
  if (overlay?.kind === 'help')
    return {
      ...state,
      overlay: { ...overlay, offset: clamp(overlay.offset + by, 0, Math.max(0, context.screenCount - context.screenRows)) },
    };
  if (overlay?.kind === 'menu') {
    const count = overlay.what === 'sort' ? SORT_KEYS.length : MOST_PRESETS;
    return { ...state, overlay: { ...overlay, cursor: clamp(overlay.cursor + by, 0, count - 1) } };
  }
  const top = state.screens.at(-1);
  return top === undefined ? moveCursor(state, by, context) : scrollScreen(state, top, by, context);
}
