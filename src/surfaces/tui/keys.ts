/** What a key does in the live view; the same table serves dispatch and tests (LV-70). */
export type Action = 'quit' | 'freeze' | 'faster' | 'slower' | 'help' | 'up' | 'down' | 'pageUp' | 'pageDown' | 'top' | 'bottom';

/** The part of a key press that is not text. */
export interface KeyFlags {
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly pageUp: boolean;
  readonly pageDown: boolean;
  readonly home: boolean;
  readonly end: boolean;
}

const TEXT_KEYS: Readonly<Record<string, Action>> = {
  q: 'quit',
  f: 'freeze',
  ' ': 'freeze',
  '+': 'slower',
  '=': 'slower',
  '-': 'faster',
  '?': 'help',
  h: 'help',
  k: 'up',
  j: 'down',
  G: 'bottom',
};

/** The action of a key press, null for keys without one. Pasted text (more than one character) does nothing. */
export function actionOf(input: string, key: KeyFlags): Action | null {
  if (key.ctrl) return input === 'c' ? 'quit' : null;
  if (key.meta) return null;
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.pageUp) return 'pageUp';
  if (key.pageDown) return 'pageDown';
  if (key.home) return 'top';
  if (key.end) return 'bottom';
  return Object.hasOwn(TEXT_KEYS, input) ? TEXT_KEYS[input]! : null;
}

/** Refresh intervals in seconds that `+` and `-` step through (LV-10: 0.2–3600). */
const INTERVALS: readonly number[] = [0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** The next longer or shorter interval; stays at the ends. */
export function stepInterval(seconds: number, direction: 'faster' | 'slower'): number {
  if (direction === 'slower') return INTERVALS.find((step) => step > seconds) ?? seconds;
  return INTERVALS.findLast((step) => step < seconds) ?? seconds;
}
