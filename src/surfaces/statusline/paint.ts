import type { ColourDepth } from '../../platform/terminal.ts';
import type { Cell } from './fit.ts';
import type { Tone } from './segment.ts';

/* Colours say what the text says already (SL-9): without them nothing is lost. */

export type Theme = 'terminal' | 'classic' | 'safe' | 'mono';

/** Parameters of the SGR sequence per meaning; empty = as it is. */
const THEMES: Readonly<Record<Theme, Readonly<Partial<Record<Tone, string>>>>> = {
  terminal: { name: '36', muted: '2', good: '32', warning: '33', critical: '1;31', attention: '1;33' },
  classic: { name: '38;5;75', muted: '38;5;245', good: '38;5;78', warning: '38;5;214', critical: '1;38;5;203', attention: '1;38;5;220' },
  // Blue and orange are told apart by all kinds of colour vision; the highest level is inverse besides.
  safe: { name: '38;5;39', muted: '2', good: '38;5;39', warning: '38;5;208', critical: '1;7', attention: '1;38;5;208' },
  mono: { muted: '2', warning: '1', critical: '1;7', attention: '1' },
};
const ESC = '\x1b';
const RESET = `${ESC}[0m`;
const MUTED: Tone = 'muted';

/** A theme of 256 colours needs a terminal that has them. */
export function usableTheme(theme: Theme, depth: ColourDepth): Theme | null {
  if (depth === 0) return null;
  const wanted = Object.hasOwn(THEMES, theme) ? theme : 'terminal';
  return depth < 256 && wanted === 'classic' ? 'terminal' : wanted;
}

function coloured(text: string, tone: Tone, theme: Theme | null): string {
  const sgr = theme === null ? undefined : THEMES[theme][tone];
  return sgr === undefined ? text : `${ESC}[${sgr}m${text}${RESET}`;
}

/** OSC 8 around the text; without colours no escape byte is written at all. */
function linked(cell: Cell, text: string, theme: Theme | null): string {
  return cell.link === undefined || theme === null ? text : `${ESC}]8;;${cell.link}${ESC}\\${text}${ESC}]8;;${ESC}\\`;
}

export function paintLine(cells: readonly Cell[], between: (left: string, right: string) => string, theme: Theme | null): string {
  let line = '';
  let before: Cell | null = null;
  for (const cell of cells) {
    if (before !== null) {
      const gap = between(before.id, cell.id);
      line += gap.trim() === '' ? gap : coloured(gap, MUTED, theme);
    }
    line += linked(cell, coloured(cell.text, cell.tone, theme), theme);
    before = cell;
  }
  return line;
}

const ARROW = '\ue0b0';
/** Background pairs by depth; text on both stays readable on dark and light terminals, for the block brings its own ground. */
const GROUNDS = { 256: ['236', '240'], 16: ['0', '8'] } as const;
/** Text colours on those grounds. */
const ON_GROUND: Readonly<Record<Tone, string>> = {
  plain: '252',
  name: '117',
  muted: '247',
  good: '114',
  warning: '221',
  critical: '210',
  attention: '229',
};
const ON_GROUND_16: Readonly<Record<Tone, string>> = {
  plain: '97',
  name: '96',
  muted: '37',
  good: '92',
  warning: '93',
  critical: '91',
  attention: '93',
};

/** Columns that `paintPowerline` adds around a line and between two blocks. */
export const POWERLINE_AROUND = 3;
export const POWERLINE_BETWEEN = 3;

/** Blocks on alternating grounds with arrows between them (SL-18); each block's colours end with it. */
export function paintPowerline(cells: readonly Cell[], depth: ColourDepth): string {
  const is256 = depth >= 256;
  const grounds = GROUNDS[is256 ? 256 : 16];
  const back = (index: number) => (is256 ? `48;5;${grounds[index % 2]}` : grounds[index % 2] === '0' ? '40' : '100');
  const front = (index: number) => (is256 ? `38;5;${grounds[index % 2]}` : grounds[index % 2] === '0' ? '30' : '90');
  const text = (tone: Tone) => (is256 ? `38;5;${ON_GROUND[tone]}` : ON_GROUND_16[tone]);
  return cells
    .map((cell, index) => {
      const block = linked(cell, `${ESC}[${text(cell.tone)};${back(index)}m ${cell.text} ${RESET}`, 'terminal');
      const next = index + 1 < cells.length ? `;${back(index + 1)}` : '';
      return `${block}${ESC}[${front(index)}${next}m${ARROW}${RESET}`;
    })
    .join('');
}
