import { graphemes } from '../../../text/graphemes.ts';
import { plain } from '../../../text/plain.ts';
import type { Input } from '../input/decode.ts';

/** Graphemes: no name, tag list, note (UR-62: at most 2,000) or filter of a person is longer. */
export const LONGEST_INPUT = 2000;

/** The text of a line after a key or paste, cursor at its end; null for a key that is no editing. What is pasted comes through the sink like all outside text. */
export function typed(text: string, input: Exclude<Input, { kind: 'mouse' }>): string | null {
  if (input.kind === 'paste') return capped(text + plain(input.text, LONGEST_INPUT));
  switch (input.key) {
    case 'space':
      return capped(`${text} `);
    case 'backspace':
      return [...graphemes(text)].slice(0, -1).join('');
    case 'ctrl+u':
      return '';
    case 'ctrl+w':
      return text.replace(/\S*\s*$/u, '');
    default:
      return [...input.key].length === 1 ? capped(text + plain(input.key, 1)) : null;
  }
}

const capped = (text: string): string => [...graphemes(text)].slice(0, LONGEST_INPUT).join('');
