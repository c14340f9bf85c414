import { plain } from './plain.ts';
import type { Untrusted } from './untrusted.ts';

/** Graphemes; longer than any name or message a line should carry. */
const MAX_TERMINAL_GRAPHEMES = 1000;

/**
 * Text for terminal cells, tables and error messages (TS-1). After `plain` no character is left that could start an escape sequence or move the
 * cursor; an escape sequence in the text is seen as the harmless letters it is made of.
 */
export function terminalText(text: Untrusted | string, maxGraphemes: number = MAX_TERMINAL_GRAPHEMES): string {
  return plain(text, maxGraphemes);
}
