import { fitEnd } from '../../text/width.ts';
import { asciiText } from './columns.ts';
import { type ConfigureState, type Field, type Row, rowsOf } from './configure-state.ts';
import type { Setup } from './setup.ts';

/* The screen of `statusline configure`: the line on top, what can be chosen below, the keys at the bottom. Pure. */

const LABELS: Readonly<Record<Field, string>> = {
  layout: 'Layout',
  theme: 'Theme',
  glyphs: 'Glyphs',
  profile: 'Profile',
  chain: 'Other tool',
};
/** What a choice means, where its word does not say it. */
const MEANINGS: Readonly<Partial<Record<Field, Readonly<Record<string, string>>>>> = {
  theme: { terminal: "the terminal's 16 colours", classic: '256 colours', safe: 'for any colour vision', mono: 'no colours' },
  glyphs: { arrows: 'powerline arrows', plain: 'plain signs' },
  profile: { auto: 'named when two are live', true: 'always named', false: 'never named' },
  chain: { collect: 'only its line', above: 'its line above ours', below: 'its line below ours', off: 'not run' },
};
const KEYS = [
  '↑↓ choose · ←→ change · space on/off · J/K move · R as the layout · Enter saves · Esc leaves',
  '↑↓ ←→ space · J/K move · Enter save · Esc',
  '↑↓←→ space J/K Enter Esc',
];
const ASCII_KEYS = [
  'arrows choose and change | space on/off | J/K move | R as the layout | Enter saves | Esc leaves',
  'arrows space | J/K move | Enter | Esc',
  'Enter saves',
];
const LABEL_COLUMNS = 12;

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The lines of the screen, none wider and not more than there are. `line` is the statusline as chosen, already fitted and coloured. */
export function screenLines(state: ConfigureState, line: string, { statusline, settings }: Setup, size: ScreenSize): readonly string[] {
  const { ascii } = settings;
  const write = (text: string) => fitEnd(ascii ? asciiText(text) : text, size.columns, ascii ? '..' : '…');
  const rows = rowsOf(state, statusline);
  const preview = line.split('\n').slice(0, Math.max(1, size.rows - 4));
  const title = size.rows >= 8 ? [write('tidemark statusline configure'), ''] : [];
  const room = Math.max(1, size.rows - title.length - preview.length - 2);
  const first = Math.max(0, Math.min(state.at - Math.floor(room / 2), rows.length - room));
  const listed = rows.slice(first, first + room).map((row, index) => write(`${first + index === state.at ? '>' : ' '} ${rowText(row)}`));
  const known = ascii ? ASCII_KEYS : KEYS;
  const keys = known.find((text) => text.length <= size.columns) ?? known.at(-1)!;
  return [...title, ...preview, '', ...listed, write(keys)].slice(0, size.rows);
}

function rowText(row: Row): string {
  if (row.kind === 'field') {
    const meaning = MEANINGS[row.field]?.[row.value];
    return `${LABELS[row.field].padEnd(LABEL_COLUMNS)}< ${row.value} >${meaning === undefined ? '' : `  ${meaning}`}`;
  }
  const { id, on } = row.place;
  return `[${on ? 'x' : ' '}] ${id ?? '-- new row --'}`;
}
