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
  const order = nextOrder(state.order, snapshot.sessions, wish);
  return order === state.order ? state : { ...state, order };
}

/** Keeps the cursor on its session, in view, and the order calm when a new snapshot comes; drops what is over. */
export function refreshed(state: UiState, context: Pick<Context, 'snapshot' | 'listing' | 'now' | 'listRows'>): UiState {
  const { listing, now, snapshot } = context;
  const muted = stillOpen(state.muted, snapshot);
  const message = state.message !== null && state.message.until <= now ? null : state.message;
  const index = selectedIndex(state, listing);
  // A chosen session that left hands over to the one that took its place.
  const fallback = listing.sessions[Math.min(state.lastIndex, listing.sessions.length - 1)]?.id ?? null;
  const selected = index === null ? fallback : state.selected;
  const isSame = muted === state.muted && message === state.message && selected === state.selected;
  const next = isSame ? state : { ...state, muted, message, selected };
  return reveal(next, listing, context.listRows);
}

/** Without what has cleared. */
function stillOpen(muted: ReadonlySet<string>, { warnings }: Context['snapshot']): ReadonlySet<string> {
  if (muted.size === 0) return muted;
  const open = new Set(warnings.map(({ key }) => key));
  const kept = [...muted].filter((key) => open.has(key));
  return kept.length === muted.size ? muted : new Set(kept);
}
