import { SECTIONS } from '../layout.ts';
import { HISTORY_PAGES } from '../rows/history.ts';
import type { Context } from './context.ts';
import type { UiState } from './state.ts';

/** The next section to focus; in history the next page. */
export function cycled(state: UiState, step: number): UiState {
  const top = state.screens.at(-1);
  const turn = <T>(all: readonly T[], one: T): T => all[(all.indexOf(one) + step + all.length) % all.length]!;
  if (top?.kind === 'history')
    return { ...state, screens: [...state.screens.slice(0, -1), { ...top, page: turn(HISTORY_PAGES, top.page), cursor: 0 }] };
  return top === undefined ? { ...state, focus: turn(SECTIONS, state.focus) } : state;
}

/** ← an older window, → a newer one; in history the pages. */
export function sideways(state: UiState, step: number, context: Context): UiState {
  const top = state.screens.at(-1);
  if (top?.kind === 'window') {
    const index = Math.max(0, Math.min(Math.max(0, context.windowCount - 1), top.index - step));
    return { ...state, screens: [...state.screens.slice(0, -1), { ...top, index, offset: 0 }] };
  }
  return cycled(state, step);
}
