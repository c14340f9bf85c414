import type { Context } from './context.ts';
import { reveal, selectedIndex } from './move.ts';
import { nextOrder } from './order.ts';
import type { UiState } from './state.ts';

/** The order of the rows for a snapshot: renewed before it is listed. */
export function reordered(state: UiState, { snapshot, now }: Pick<Context, 'snapshot' | 'now'>): UiState {
  const wish = {
    key: state.sort,
    inverted: state.inverted,
    now,
    refreshMs: state.refreshSeconds * 1000,
    cursorMovedAt: state.cursorMovedAt,
  };
  return { ...state, order: nextOrder(state.order, snapshot.sessions, wish) };
}

/** Keeps the cursor on its session, in view, and the order calm when a new snapshot comes; drops what is over. */
export function refreshed(state: UiState, context: Pick<Context, 'snapshot' | 'listing' | 'now' | 'listRows'>): UiState {
  const { listing, now, snapshot } = context;
  const open = new Set(snapshot.warnings.map(({ key }) => key));
  const stillMuted = [...state.muted].every((key) => open.has(key))
    ? state.muted
    : new Set([...state.muted].filter((key) => open.has(key)));
  const message = state.message !== null && state.message.until <= now ? null : state.message;
  const index = selectedIndex(state, listing);
  // A chosen session that left hands over to the one that took its place.
  const fallback = listing.sessions[Math.min(state.lastIndex, listing.sessions.length - 1)]?.id ?? null;
  const selected = index === null ? fallback : state.selected;
  const next = { ...state, muted: stillMuted, message, selected };
  return reveal(next, listing, context.listRows);
}
