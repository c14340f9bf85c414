import { say, type View } from '../figures.ts';
import { KEYS, keysAt, type Place } from '../keys.ts';
import { clip, type Line, padEnd, span } from '../spans.ts';
import { displayWidth } from '../width.ts';
import { STATE_LOOK, URGENCY } from './states.ts';

/** What the columns and signs mean. */
const LEGEND: readonly (readonly [string, string])[] = [
  ['CTX', 'context used'],
  ['TOKENS', 'all tokens of the open window'],
  ['$/H', 'dollars per hour, last 5 min'],
  ['SHARE', 'part of local use of the window'],
  ['—', 'unknown'],
  ['≥', 'at least: an answer is not final, or a model has no price'],
  ['≈', 'an estimate'],
  ['+2', 'subagents running'],
];

const FILTERS: readonly (readonly [string, string])[] = [
  ['state:needs', 'letters, names or beginnings of names'],
  ['is:active', 'active mine alive ended unpriced'],
  ['cost>1 ctx>=80', 'cost rate tokens work burn ctx share points age wait elapsed subagents'],
  ['project:api*', 'project branch model account tag name id kind, with * and ?'],
  ['a b   a | b   !a', 'both, either, not; ( ) to group'],
];

export interface HelpEntry {
  readonly key: string;
  readonly does: string;
}

/** Help of one screen: its keys, the state letters, the columns, the filter language. */
export function helpEntries(place: Place, readOnly: boolean, query: string): readonly HelpEntry[] {
  const onFilter = KEYS.filter(({ action }) => action === 'filterCombined');
  const keys = [...(place === 'list' ? [] : keysAt(place, readOnly)), ...keysAt('list', readOnly), ...onFilter]
    .filter((binding, index, all) => all.indexOf(binding) === index)
    .map(({ shown, does }) => ({ key: shown, does }));
  const states = URGENCY.map((state) => ({
    key: `${STATE_LOOK[state].glyph}${STATE_LOOK[state].letter}`,
    does: state.replaceAll('-', ' '),
  }));
  const rest = [...LEGEND, ...FILTERS.map(([key, does]) => [`/ ${key}`, does] as const)].map(([key, does]) => ({ key, does }));
  const wanted = query.toLowerCase();
  return [...keys, ...states, ...rest].filter(({ key, does }) => `${key} ${does}`.toLowerCase().includes(wanted));
}

/** As many lines as the help needs: two columns where there is room. */
export function helpRows(view: View, entries: readonly HelpEntry[], width: number): readonly Line[] {
  const columns = width >= 110 ? 2 : 1;
  const keyWidth = Math.min(20, Math.max(4, ...entries.map(({ key }) => displayWidth(key))));
  const height = Math.ceil(entries.length / columns);
  const each = Math.floor((width - 1) / columns);
  const cell = (entry: HelpEntry | undefined): Line =>
    entry === undefined
      ? []
      : clip([span(` ${padEnd(say(view, entry.key), keyWidth)}  `, 'strong'), span(say(view, entry.does))], each - 1);
  return Array.from({ length: height }, (_, row) => {
    const [left, right] = [cell(entries[row]), columns === 2 ? cell(entries[row + height]) : []];
    const gap = each - left.reduce((sum, { text }) => sum + displayWidth(text), 0);
    return right.length === 0 ? left : [...left, span(' '.repeat(Math.max(1, gap))), ...right];
  });
}

/** The key page of the documents, from the same table. */
export function keyPage(): string {
  const rows = KEYS.map(
    ({ shown, does, places, acts }) =>
      `${shown.padEnd(12)} ${does}${acts === true ? ' (not with --read-only)' : ''}  [${places.join(' ')}]`,
  );
  return `Keys of the live view. Made from src/surfaces/tui/keys.ts.\n\n${rows.join('\n')}\n`;
}
