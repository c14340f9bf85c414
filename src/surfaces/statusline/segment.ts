import { terminalText } from '../../text/terminal.ts';
import type { Facts } from './facts.ts';

/** What a part of the line means; a theme decides how that looks (SL-9). */
export type Tone = 'plain' | 'name' | 'muted' | 'good' | 'warning' | 'critical' | 'attention';

/** What a segment has to say: the same in ever fewer columns. */
export interface Shown {
  readonly forms: readonly string[];
  readonly tone?: Tone;
  /** An `https` address the text leads to (SL-24). */
  readonly link?: string;
}

export interface Segment {
  /** Importance: 1 is lost last. */
  readonly p: number;
  /** The classic look's picture and word. */
  readonly icon: string;
  readonly word: string;
  readonly compact: (facts: Facts) => Shown | null;
  /** Where the classic look says it otherwise; null = says nothing, absent = as compact. */
  readonly classic?: (facts: Facts) => Shown | null;
}

/** SL-24. */
const MAX_GRAPHEMES = 64;

/** A text of the payload, made harmless; null when nothing is left of it. */
export function safe(text: string | null | undefined, maxGraphemes = MAX_GRAPHEMES): string | null {
  if (text === null || text === undefined) return null;
  const clean = terminalText(text, maxGraphemes);
  return clean === '' ? null : clean;
}

export const shown = (form: string, tone?: Tone): Shown => ({ forms: [form], ...(tone === undefined ? {} : { tone }) });

/** The level of a percentage, and the mark that says the highest without colour. */
export function level(percent: number, { settings }: Facts): { readonly tone: Tone; readonly mark: string } {
  if (percent >= settings.critical) return { tone: 'critical', mark: '!' };
  return { tone: percent >= settings.warning ? 'warning' : 'plain', mark: '' };
}
