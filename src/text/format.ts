import { estimateMark, type FigureOptions, grouped, lowerBoundMark, unknownMark } from './figures.ts';

export { age, type DurationOptions, duration } from './duration.ts';
export { estimateMark, type FigureOptions, lowerBoundMark, unknownMark } from './figures.ts';
export { dayTimeFrom, formatInstant, type InstantOptions, type InstantStyle } from './instant.ts';

export interface TokenOptions extends FigureOptions {
  /** Columns there are: decimals go first, digits never (D-39). */
  readonly columns?: number;
}

interface Unit {
  readonly size: number;
  readonly letter: string;
  readonly decimals: number;
}

const UNITS: readonly Unit[] = [
  { size: 1e3, letter: 'K', decimals: 1 },
  { size: 1e6, letter: 'M', decimals: 2 },
  { size: 1e9, letter: 'B', decimals: 2 },
  { size: 1e12, letter: 'T', decimals: 2 },
];
/** `112.3M` is as wide as `10.36M`: a second decimal that makes the figure wider tells nothing. */
const USUAL_COLUMNS = 6;

/** Tokens as `999`, `45.7K`, `3.40M`, `1.10B`; rounded before the unit is chosen (D-39). */
export function tokensShort(tokens: number | null, options?: TokenOptions): string {
  if (tokens === null) return unknownMark(options);
  const columns = Math.min(options?.columns ?? USUAL_COLUMNS, USUAL_COLUMNS);
  if (Math.round(tokens) < 1000) return String(Math.round(tokens));
  for (const unit of UNITS) {
    const text = inUnit(tokens, unit, columns);
    if (text !== null) return text;
  }
  return `${Math.round(tokens / 1e12)}T`;
}

/** With as many decimals as fit; null when the rounded figure needs the next unit, so that 999,950 is `1.00M`. */
function inUnit(tokens: number, { size, letter, decimals }: Unit, columns: number): string | null {
  for (let shown = decimals; shown >= 0; shown--) {
    const scaled = Math.round(tokens / (size / 10 ** shown));
    if (scaled >= 1000 * 10 ** shown) return null;
    const text = `${fixed(scaled, shown)}${letter}`;
    if (text.length <= columns || shown === 0) return text;
  }
  return null;
}

/** Tokens in full digits: `14,820,000`. */
export function tokensFull(tokens: number | null, options?: FigureOptions): string {
  return tokens === null ? unknownMark(options) : grouped(Math.round(tokens));
}

/** Dollars from nano-USD: `$0.00` only for zero, `<$0.01`, `$12.45`, `$1,235`; a negative rest of D-18 as `-$0.03` (D-39). */
export function usd(nano: number | null, options?: FigureOptions): string {
  if (nano === null) return unknownMark(options);
  if (nano === 0) return '$0.00';
  const cents = Math.round(Math.abs(nano) / 1e7);
  if (cents === 0) return nano < 0 ? '>-$0.01' : '<$0.01';
  const amount = cents >= 100_000 ? grouped(Math.round(Math.abs(nano) / 1e9)) : fixed(cents, 2);
  return `${nano < 0 ? '-' : ''}$${amount}`;
}

/**
 * Dollars as a JSON number (D-14): the double nearest to the decimal, which prints with at most 9 decimals and without binary noise; never -0.
 */
export function usdExact(nano: number): number {
  return nano === 0 ? 0 : nano / 1e9;
}

/** Percent from 0–100 (or beyond) in running text: `62 %`, `8.7 %`, `<0.1 %` (D-39). */
export function percent(value: number | null, options?: FigureOptions): string {
  return percentWith(' ', value, options);
}

/** Percent in a table column: `62%`. */
export function percentColumn(value: number | null, options?: FigureOptions): string {
  return percentWith('', value, options);
}

function percentWith(blank: string, value: number | null, options?: FigureOptions): string {
  if (value === null) return unknownMark(options);
  const size = Math.abs(value);
  const tenths = Math.round(size * 10);
  if (tenths === 0) return size === 0 ? `0${blank}%` : `${value < 0 ? '>-' : '<'}0.1${blank}%`;
  const digits = tenths >= 100 || tenths % 10 === 0 ? String(Math.round(tenths >= 100 ? size : tenths / 10)) : fixed(tenths, 1);
  return `${value < 0 ? '-' : ''}${digits}${blank}%`;
}

/** `≥ $12.45` in running text, `≥$12.45` in a column: the figure is a lower bound. */
export function atLeast(text: string, place: 'text' | 'column', options?: FigureOptions): string {
  return `${lowerBoundMark(options)}${place === 'text' ? ' ' : ''}${text}`;
}

/** `≈ 14:55` in running text, `≈14:55` in a column: the figure is an estimate. */
export function roughly(text: string, place: 'text' | 'column', options?: FigureOptions): string {
  return `${estimateMark(options)}${place === 'text' ? ' ' : ''}${text}`;
}

/** An integer count of 10^-decimals as a decimal: (1245, 2) → `12.45`. */
function fixed(scaled: number, decimals: number): string {
  if (decimals === 0) return String(scaled);
  const digits = String(scaled).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
