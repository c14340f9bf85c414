import { plain } from '../../../text/plain.ts';
import { parseFilter } from '../filter/parse.ts';
import type { SectionName } from '../layout.ts';
import { allWarnings } from '../rows/warnings.ts';
import type { Context, Pressed } from './context.ts';
import { MOST_PRESETS } from './remember.ts';
import type { UiState } from './state.ts';

const MESSAGE_MS = 4000;

/** A word in the footer for 4 s (LV-57). */
export const withMessage = (state: UiState, text: string, now: number): UiState => ({
  ...state,
  message: { text, until: now + MESSAGE_MS },
});

export const only = (state: UiState): Pressed => ({ state, effects: [] });

export function focusOrFold(state: UiState, section: SectionName): Pressed {
  const overlay = null;
  if (state.focus !== section) return only({ ...state, overlay, focus: section, folded: state.folded.filter((name) => name !== section) });
  const folded = state.folded.includes(section) ? state.folded.filter((name) => name !== section) : [...state.folded, section];
  return { state: { ...state, overlay, folded, zoomed: false }, effects: [{ kind: 'remember' }] };
}

export function savePreset(state: UiState, now: number): Pressed {
  if (state.filter.text === '') return only(withMessage(state, 'there is no filter to save', now));
  const free =
    Array.from({ length: MOST_PRESETS }, (_, index) => index).find((index) => (state.presets[index] ?? '') === '') ?? MOST_PRESETS - 1;
  const presets = Array.from({ length: MOST_PRESETS }, (_, index) => (index === free ? state.filter.text : (state.presets[index] ?? '')));
  return { state: withMessage({ ...state, presets }, `saved as p ${free + 1}`, now), effects: [{ kind: 'remember' }] };
}

export function takePreset(state: UiState, index: number, now: number): Pressed {
  const text = state.presets[index] ?? '';
  const parsed = parseFilter(text);
  if (text === '' || !parsed.ok) return only(withMessage({ ...state, overlay: null }, `no filter is saved as p ${index + 1}`, now));
  return only({ ...state, overlay: null, offset: 0, filter: { text, ast: parsed.ast } });
}

/** `z` on the filter line: the filter for combined usage too, and back (LV-81). */
export function filterCombined(state: UiState, now: number): UiState {
  const filtersCombined = !state.filtersCombined;
  const words = filtersCombined ? 'combined usage is filtered too' : 'combined usage is of all sessions again';
  return withMessage({ ...state, overlay: null, filtersCombined }, words, now);
}

export function nextAccount(state: UiState, { snapshot, now }: Context): UiState {
  const [only, ...others] = state.accounts;
  const at = only === undefined ? -1 : snapshot.accounts.findIndex(({ id, label }) => id === only || label === only);
  // From several, or from one that is not known, to all; from all to the first.
  const next = others.length > 0 || (only !== undefined && at === -1) ? undefined : snapshot.accounts[at + 1];
  const accounts = next === undefined ? [] : [next.id];
  return withMessage({ ...state, accounts, offset: 0 }, next === undefined ? 'all accounts' : `account ${plain(next.label, 60)}`, now);
}

export function muted(state: UiState, { snapshot, now }: Context): UiState {
  const warning = allWarnings(snapshot, state.muted)[state.cursors.warnings];
  if (warning === undefined) return withMessage(state, 'there is no warning to mute', now);
  return withMessage({ ...state, muted: new Set([...state.muted, warning.key]) }, 'muted until it clears', now);
}
