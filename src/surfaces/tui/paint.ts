import type { Line, Tone } from './spans.ts';

const ESCAPE = '\u001b[';
const RESET = `${ESCAPE}0m`;

/** The only place where a meaning gets its look: SGR parameters with colour, and without, where bold and dim remain (LV-100). */
const LOOK: Readonly<Record<Tone, { readonly colour: string; readonly mono: string }>> = {
  strong: { colour: '1', mono: '1' },
  dim: { colour: '2', mono: '2' },
  attention: { colour: '33', mono: '1' },
  error: { colour: '31', mono: '1' },
  working: { colour: '32', mono: '' },
};

/** A line as the terminal takes it; colours are those of the person's own palette. */
export function paint(line: Line, colour: boolean): string {
  const pieces = line.map(({ text, tone }) => {
    const look = tone === undefined ? '' : LOOK[tone][colour ? 'colour' : 'mono'];
    return look === '' || text.trim() === '' ? text : `${ESCAPE}${look}m${text}${RESET}`;
  });
  return pieces.join('');
}
