import type { Input } from '../input/decode.ts';
import type { Context } from './context.ts';
import { moveOrScroll } from './move.ts';
import type { UiState } from './state.ts';

/** The wheel moves, a click chooses a session or sorts by a heading (LV-73). */
export function pointed(state: UiState, input: Input & { kind: 'mouse' }, context: Context): UiState {
  if (state.overlay !== null) return state;
  if (input.what !== 'press') return moveOrScroll(state, input.what === 'wheelUp' ? -1 : 1, context);
  if (state.screens.length > 0) return state;
  const found = context.at(input.row, input.column);
  if (found === null) return state;
  if ('sort' in found)
    return found.sort === state.sort ? { ...state, inverted: !state.inverted } : { ...state, sort: found.sort, inverted: false };
  return { ...state, focus: 'sessions', selected: found.select, cursorMovedAt: context.now };
}
