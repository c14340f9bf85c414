import type { ColourDepth } from '../../platform/terminal.ts';
import type { Tone } from './spans.ts';

/** The only place where a meaning gets its look (LV-100). */

export const THEME_NAMES = ['auto', 'dark', 'light', 'high-contrast', 'mono', 'deutan', 'tritan'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** `background` is what the theme is made for, never painted; `selection` is painted under the chosen row. */
export interface Theme {
  readonly background: string;
  readonly selection: string;
  readonly text: string;
  readonly tones: Readonly<Record<Exclude<Tone, 'strong'>, string>>;
}

/** `deutan` serves protan too. Contrast and distance of these colours are proved in theme.test.ts (LV-101). */
export const THEMES: Readonly<Record<Exclude<ThemeName, 'auto' | 'mono'>, Theme>> = {
  dark: {
    background: '#101216',
    selection: '#2b3340',
    text: '#e6e8eb',
    tones: { attention: '#f2c14e', error: '#ff7b80', working: '#57c77a', turn: '#78c8ff', dim: '#a3a7ad' },
  },
  light: {
    background: '#ffffff',
    selection: '#dfe7f2',
    text: '#1b1d21',
    tones: { attention: '#8a5a00', error: '#be002c', working: '#005b19', turn: '#214fbc', dim: '#5a5f66' },
  },
  'high-contrast': {
    background: '#000000',
    selection: '#1c3a5e',
    text: '#ffffff',
    tones: { attention: '#ffe100', error: '#ffc1bd', working: '#41ed8d', turn: '#7dd5fc', dim: '#d6dade' },
  },
  deutan: {
    background: '#101216',
    selection: '#2b3340',
    text: '#e6e8eb',
    tones: { attention: '#ffdc40', error: '#e98700', working: '#2ca4fe', turn: '#f5f5ff', dim: '#98c8bb' },
  },
  tritan: {
    background: '#101216',
    selection: '#2b3340',
    text: '#e6e8eb',
    tones: { attention: '#f8b3d2', error: '#ff7165', working: '#61e6cb', turn: '#e8ffff', dim: '#85aca2' },
  },
};

/** With 16 colours the palette is the person's own. */
const BASIC: Readonly<Record<Tone, string>> = { strong: '1', dim: '2', attention: '33', error: '31', working: '32', turn: '36' };
/** Without colour bold and dim remain; letter and word say the rest (LV-102). */
const MONO: Readonly<Record<Tone, string>> = { strong: '1', dim: '2', attention: '1', error: '1', working: '', turn: '' };

/** `auto` looks at `COLORFGBG` (`15;0`: the last number is the background); without it terminals are dark. */
export function resolveTheme(name: ThemeName, colorFgBg: string | undefined): Exclude<ThemeName, 'auto'> {
  if (name !== 'auto') return name;
  const background = Number(colorFgBg?.split(';').at(-1) || Number.NaN);
  return background === 7 || (background >= 9 && background <= 15) ? 'light' : 'dark';
}

/** Gives the SGR parameters of a piece of text, '' for the terminal's own look. */
export type Look = (tone: Tone | undefined, selected: boolean) => string;

export function lookOf(name: Exclude<ThemeName, 'auto'>, depth: ColourDepth): Look {
  const made = new Map<string, string>();
  return (tone, selected) => {
    const key = `${tone ?? ''}${selected ? '+' : ''}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const look = makeLook(name, depth, tone, selected);
    made.set(key, look);
    return look;
  };
}

function makeLook(name: Exclude<ThemeName, 'auto'>, depth: ColourDepth, tone: Tone | undefined, selected: boolean): string {
  if (name === 'mono' || depth < 256) {
    const look = tone === undefined ? '' : name === 'mono' || depth === 0 ? MONO[tone] : BASIC[tone];
    return [look, selected ? '7' : ''].filter((part) => part !== '').join(';');
  }
  const theme = THEMES[name];
  const colour = tone === undefined || tone === 'strong' ? (selected ? theme.text : null) : theme.tones[tone];
  return [
    tone === 'strong' ? '1' : '',
    colour === null ? '' : `38;${colourCode(colour, depth)}`,
    selected ? `48;${colourCode(theme.selection, depth)}` : '',
  ]
    .filter((part) => part !== '')
    .join(';');
}

const channels = (hex: string): readonly [number, number, number] =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as readonly [number, number, number];

const colourCode = (hex: string, depth: ColourDepth): string => (depth === 256 ? `5;${nearest256(hex)}` : `2;${channels(hex).join(';')}`);

const CUBE: readonly number[] = [0, 95, 135, 175, 215, 255];

/** The nearest of the colours 16–255, which no palette changes: the cube of 6³ and 24 greys. */
export function nearest256(hex: string): number {
  const wanted = channels(hex);
  const off = (candidate: readonly number[]) => candidate.reduce((sum, channel, index) => sum + (channel - wanted[index]!) ** 2, 0);
  const steps = wanted.map((channel) =>
    CUBE.reduce((best, value, index) => (Math.abs(value - channel) < Math.abs(CUBE[best]! - channel) ? index : best), 0),
  );
  const grey = Math.max(0, Math.min(23, Math.round((wanted.reduce((sum, channel) => sum + channel, 0) / 3 - 8) / 10)));
  const level = 8 + 10 * grey;
  const inCube = steps.map((step) => CUBE[step]!);
  return off([level, level, level]) < off(inCube) ? 232 + grey : 16 + 36 * steps[0]! + 6 * steps[1]! + steps[2]!;
}
