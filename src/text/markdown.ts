import { plain } from './plain.ts';
import type { Untrusted } from './untrusted.ts';

/** Graphemes; as in the terminal. */
const MAX_MARKDOWN_GRAPHEMES = 1000;
/**
 * The characters of TS-6, and those that begin an entity (ampersand), a bare link behind its scheme (colon), the line under a heading (equals sign),
 * a formula (dollar) or a footnote (caret). A backslash before ASCII punctuation always means that character.
 */
const MARKUP = /[\\`*_{}[\]()<>#+\-.!|~@&:=$^]/g;

/** Text for Markdown paragraphs and table cells (TS-6): reads as the same words, never as a link, list, heading or column. */
export function markdownText(text: Untrusted | string, maxGraphemes: number = MAX_MARKDOWN_GRAPHEMES): string {
  return plain(text, maxGraphemes).replace(MARKUP, '\\$&');
}
