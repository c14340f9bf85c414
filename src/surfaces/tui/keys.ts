/** The keys of the live view as one table: dispatch, footer, help and the key page of the documents come from it (LV-70). */

/** Where a person is: what a key does depends on it. `input`, `confirm` and `menu` take most keys for themselves. */
export type Place = 'list' | 'empty' | 'details' | 'history' | 'help' | 'menu' | 'input' | 'confirm';

export type Action =
  | 'quit'
  | 'suspend'
  | 'help'
  | 'up'
  | 'down'
  | 'pageUp'
  | 'pageDown'
  | 'top'
  | 'bottom'
  | 'enter'
  | 'back'
  | 'nextSection'
  | 'previousSection'
  | 'section1'
  | 'section2'
  | 'section3'
  | 'section4'
  | 'zoom'
  | 'freeze'
  | 'slower'
  | 'faster'
  | 'jump'
  | 'name'
  | 'tags'
  | 'note'
  | 'mute'
  | 'filter'
  | 'presets'
  | 'savePreset'
  | 'sortMenu'
  | 'sortPrevious'
  | 'sortNext'
  | 'invert'
  | 'group'
  | 'account'
  | 'windows'
  | 'history'
  | 'left'
  | 'right'
  | 'rescan'
  | 'compact'
  | 'stop'
  | 'copyId'
  | 'copyResume'
  | 'theme'
  | 'demo'
  | 'filterCombined'
  | 'submit'
  | 'search'
  | 'agree';

export interface KeyBinding {
  readonly action: Action;
  /** Names as the input decoder gives them. */
  readonly keys: readonly string[];
  /** As help and documents write them. */
  readonly shown: string;
  /** What it does, for help and documents. */
  readonly does: string;
  readonly places: readonly Place[];
  /** In the footer, as short as this; the lower the number the longer it stays when space is short. */
  readonly footer?: { readonly text: string; readonly rank: number };
  /** Changes something outside this view: not there with `--read-only`. */
  readonly acts?: true;
}

const ALL: readonly Place[] = ['list', 'empty', 'details', 'history', 'help', 'menu'];
const LISTS: readonly Place[] = ['list', 'details', 'history', 'help', 'menu'];
const LIVE: readonly Place[] = ['list', 'details'];
const VIEWS: readonly Place[] = ['list', 'details', 'history'];

// biome-ignore format: a table.
export const KEYS: readonly KeyBinding[] = [
  { action: 'up', keys: ['up', 'k'], shown: '↑ k', does: 'one up', places: LISTS, footer: { text: '↑↓ select', rank: 1 } },
  { action: 'down', keys: ['down', 'j'], shown: '↓ j', does: 'one down', places: LISTS },
  { action: 'pageUp', keys: ['pageup'], shown: 'PgUp', does: 'a page up', places: LISTS },
  { action: 'pageDown', keys: ['pagedown'], shown: 'PgDn', does: 'a page down', places: LISTS },
  { action: 'top', keys: ['home'], shown: 'Home', does: 'to the first', places: LISTS },
  { action: 'bottom', keys: ['end', 'G'], shown: 'End G', does: 'to the last', places: LISTS },
  { action: 'enter', keys: ['enter'], shown: 'Enter', does: 'into it: details, requests, a subagent; a project as filter', places: [...VIEWS, 'menu'], footer: { text: 'Enter details', rank: 2 } },
  { action: 'back', keys: ['esc'], shown: 'Esc', does: 'back one step; clears the filter', places: [...ALL, 'input'] },
  { action: 'filter', keys: ['/'], shown: '/', does: 'filter the sessions', places: LIVE, footer: { text: '/ filter', rank: 3 } },
  { action: 'search', keys: ['/'], shown: '/', does: 'search this help', places: ['help'], footer: { text: '/ search', rank: 3 } },
  { action: 'sortMenu', keys: ['s'], shown: 's', does: 'sort menu', places: LIVE, footer: { text: 's sort', rank: 6 } },
  { action: 'freeze', keys: ['f', 'space'], shown: 'f Space', does: 'hold the picture, go on', places: LIVE, footer: { text: 'f freeze', rank: 7 } },
  { action: 'jump', keys: ['t'], shown: 't', does: 'jump to its terminal', places: LIVE, footer: { text: 't jump', rank: 8 }, acts: true },
  { action: 'stop', keys: ['x'], shown: 'x', does: 'stop the session, after asking', places: LIVE, footer: { text: 'x stop', rank: 9 }, acts: true },
  { action: 'name', keys: ['n'], shown: 'n', does: 'name the session', places: LIVE, footer: { text: 'n name', rank: 10 }, acts: true },
  { action: 'tags', keys: ['#'], shown: '#', does: 'its tags', places: LIVE, acts: true },
  { action: 'note', keys: ['e'], shown: 'e', does: 'its note', places: LIVE, acts: true },
  { action: 'help', keys: ['?', 'h', 'f1'], shown: '? h F1', does: 'help for this screen', places: ALL, footer: { text: '? help', rank: 4 } },
  { action: 'quit', keys: ['q', 'ctrl+c'], shown: 'q Ctrl-C', does: 'quit', places: ALL, footer: { text: 'q quit', rank: 5 } },
  { action: 'section1', keys: ['1'], shown: '1', does: 'focus sessions, again: fold', places: ['list', 'menu'], footer: { text: '1–4 panels', rank: 11 } },
  { action: 'section2', keys: ['2'], shown: '2', does: 'focus combined usage, again: fold', places: ['list', 'menu'] },
  { action: 'section3', keys: ['3'], shown: '3', does: 'focus projects, again: fold', places: ['list', 'menu'] },
  { action: 'section4', keys: ['4'], shown: '4', does: 'focus warnings, again: fold', places: ['list', 'menu'] },
  { action: 'nextSection', keys: ['tab'], shown: 'Tab', does: 'the next section, the next page of history', places: ['list', 'history'] },
  { action: 'previousSection', keys: ['shift+tab'], shown: 'Shift-Tab', does: 'the section before', places: ['list', 'history'] },
  { action: 'zoom', keys: ['z'], shown: 'z', does: 'the focused section alone, and back', places: ['list'], footer: { text: 'z zoom', rank: 12 } },
  { action: 'presets', keys: ['p'], shown: 'p 1–9', does: 'a saved filter', places: LIVE, footer: { text: 'p preset', rank: 13 } },
  { action: 'savePreset', keys: ['P'], shown: 'P', does: 'save this filter', places: LIVE },
  { action: 'sortPrevious', keys: ['<'], shown: '<', does: 'sort by the column before', places: LIVE },
  { action: 'sortNext', keys: ['>'], shown: '>', does: 'sort by the next column', places: LIVE },
  { action: 'invert', keys: ['I'], shown: 'I', does: 'turn the order around', places: LIVE },
  { action: 'group', keys: ['o'], shown: 'o', does: 'group by none, project, account', places: LIVE },
  { action: 'account', keys: ['a'], shown: 'a', does: 'all accounts, each of them', places: LIVE },
  { action: 'windows', keys: ['w'], shown: 'w', does: 'former 5-hour windows and their outcome', places: VIEWS, footer: { text: 'w windows', rank: 15 } },
  { action: 'history', keys: ['H'], shown: 'H', does: 'history: days, windows, calendar, projects, models', places: VIEWS, footer: { text: 'H history', rank: 16 } },
  { action: 'left', keys: ['left'], shown: '←', does: 'an older window, the page before', places: ['history'] },
  { action: 'right', keys: ['right'], shown: '→', does: 'a newer window, the next page', places: ['history'] },
  { action: 'rescan', keys: ['r', 'ctrl+l'], shown: 'r Ctrl-L', does: 'look again, draw everything anew', places: ALL },
  { action: 'slower', keys: ['+', '='], shown: '+', does: 'refresh ages less often', places: VIEWS },
  { action: 'faster', keys: ['-'], shown: '-', does: 'refresh ages more often', places: VIEWS },
  { action: 'compact', keys: ['c'], shown: 'c', does: 'compact layout', places: LIVE },
  { action: 'copyId', keys: ['y'], shown: 'y', does: 'copy the session id', places: LIVE },
  { action: 'copyResume', keys: ['Y'], shown: 'Y', does: 'copy `claude --resume <id>`', places: LIVE },
  { action: 'mute', keys: ['m'], shown: 'm', does: 'mute this warning until it clears', places: ['list'] },
  { action: 'theme', keys: ['T'], shown: 'T', does: 'next theme', places: ALL, footer: { text: 'T theme', rank: 14 } },
  { action: 'suspend', keys: ['ctrl+z'], shown: 'Ctrl-Z', does: 'stop this view, `fg` brings it back', places: [...ALL, 'input', 'confirm'] },
  { action: 'demo', keys: ['d'], shown: 'd', does: 'start the demo, where there is no data', places: ['empty'], footer: { text: 'd demo', rank: 1 } },
  { action: 'submit', keys: ['enter'], shown: 'Enter', does: 'take what was typed', places: ['input'], footer: { text: 'Enter take', rank: 1 } },
  { action: 'filterCombined', keys: ['z'], shown: '/ z', does: 'on a filter that is set: combined usage filtered too, and back', places: ['input'] },
  { action: 'agree', keys: ['y'], shown: 'y', does: 'yes; any other key leaves', places: ['confirm'], footer: { text: 'y yes', rank: 1 } },
];

/** Keys of one place, for dispatch and help. `readOnly` leaves out those that act. */
export const keysAt = (place: Place, readOnly: boolean): readonly KeyBinding[] =>
  KEYS.filter((binding) => binding.places.includes(place) && !(readOnly && binding.acts === true));

/** What a key does there; null for keys without a meaning. Ctrl-C quits everywhere. */
export function actionOf(key: string, place: Place, readOnly: boolean): Action | null {
  if (key === 'ctrl+c') return 'quit';
  return keysAt(place, readOnly).find(({ keys }) => keys.includes(key))?.action ?? null;
}

/** Refresh intervals in seconds that `+` and `-` step through (LV-10: 0.2–3600). */
const INTERVALS: readonly number[] = [0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** The next longer or shorter interval; stays at the ends. */
export function stepInterval(seconds: number, direction: 'faster' | 'slower'): number {
  if (direction === 'slower') return INTERVALS.find((step) => step > seconds) ?? seconds;
  return INTERVALS.findLast((step) => step < seconds) ?? seconds;
}
