import { say, separator, type View } from '../../figures.ts';
import { type Line, padEnd, span } from '../../spans.ts';

/* A line of the details: its name, and what is said. */

export const LABEL_WIDTH = 12;

export const field = (view: View, name: string, words: string, tone?: 'dim' | 'attention'): Line => [
  span(` ${padEnd(name, LABEL_WIDTH)}`, 'dim'),
  span(say(view, words), tone),
];

export const joinedWords = (view: View, words: readonly (string | null)[]): string =>
  words.filter((word) => word !== null && word !== '').join(separator(view));
