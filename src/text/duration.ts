import { type FigureOptions, unknownMark } from './figures.ts';

export interface DurationOptions extends FigureOptions {
  /** `2h14m`: no blanks, for table columns (D-39). */
  readonly column?: boolean;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Seconds up to which the seconds of a waiting time still matter: `2 m 14 s`, but `53 m`. */
const FINE = 10 * MINUTE;

/**
 * A stretch of time in ms: `53 s`, `2 m 14 s`, `53 m`, `2 h 14 m`, `3 d 4 h` (D-39). Whole units that have passed or are left, never rounded up: a
 * countdown must not promise a minute that is not there. A second unit of 0 is left out.
 */
export function duration(ms: number | null, options?: DurationOptions): string {
  if (ms === null) return unknownMark(options);
  const seconds = wholeSeconds(ms);
  if (seconds < MINUTE) return joined([[seconds, 's']], options);
  if (seconds < FINE) return joined(split(seconds, MINUTE, 'm', 1, 's'), options);
  if (seconds < HOUR) return joined([[Math.floor(seconds / MINUTE), 'm']], options);
  return joined(seconds < DAY ? split(seconds, HOUR, 'h', MINUTE, 'm') : split(seconds, DAY, 'd', HOUR, 'h'), options);
}

/** How long ago, in ms, by its largest unit: `12 s`, `6 m`, `3 h`, `2 d`. */
export function age(ms: number | null, options?: DurationOptions): string {
  if (ms === null) return unknownMark(options);
  const seconds = wholeSeconds(ms);
  const [size, letter] = seconds < MINUTE ? [1, 's'] : seconds < HOUR ? [MINUTE, 'm'] : seconds < DAY ? [HOUR, 'h'] : [DAY, 'd'];
  return joined([[Math.floor(seconds / Number(size)), String(letter)]], options);
}

/** A clock that went back makes an instant of the future; its age is 0. */
function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}

type Part = readonly [count: number, letter: string];

function split(seconds: number, large: number, largeLetter: string, small: number, smallLetter: string): readonly Part[] {
  const rest = Math.floor((seconds % large) / small);
  const first: Part = [Math.floor(seconds / large), largeLetter];
  return rest === 0 ? [first] : [first, [rest, smallLetter]];
}

function joined(parts: readonly Part[], options?: DurationOptions): string {
  const blank = options?.column ? '' : ' ';
  return parts.map(([count, letter]) => `${count}${blank}${letter}`).join(blank);
}
