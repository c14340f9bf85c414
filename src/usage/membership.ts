import type { Window } from './window.ts';

/** The states of D-36 in order of urgency, with the letter used where there is no colour. */
export const STATES = [
  ['needs-permission', 'P'],
  ['needs-answer', 'Q'],
  ['error', 'E'],
  ['rate-limited', 'L'],
  ['your-turn', 'Y'],
  ['working', 'W'],
  ['compacting', 'C'],
  ['idle', 'I'],
  ['unknown', 'U'],
  ['ended', 'X'],
] as const;

export type State = (typeof STATES)[number][0];

const NEEDS_YOU: ReadonlySet<State> = new Set<State>(['needs-permission', 'needs-answer']);
const ACTIVE: ReadonlySet<State> = new Set<State>(['working', 'compacting', 'needs-permission', 'needs-answer', 'your-turn']);

/** 0 = most urgent. */
export function urgency(state: State): number {
  return STATES.findIndex(([name]) => name === state);
}

export function stateLetter(state: State): string {
  return STATES[urgency(state)]![1];
}

export interface StateCounts {
  /** Part of `active`. */
  readonly needYou: number;
  readonly active: number;
  readonly idle: number;
  readonly ended: number;
}

/** How many sessions need you, are active, idle and ended (D-36). */
export function countStates(states: readonly State[]): StateCounts {
  let [needYou, active, idle, ended] = [0, 0, 0, 0];
  for (let i = 0; i < states.length; i++) {
    const state = states[i]!;
    if (NEEDS_YOU.has(state)) needYou++;
    if (ACTIVE.has(state)) active++;
    else if (state === 'idle') idle++;
    else if (state === 'ended') ended++;
  }
  return { needYou, active, idle, ended };
}

/** Whether a session whose newest request is at `lastRequestAt` (epoch ms) has one in its account's window that is open at `now` (D-37). */
export function inOpenWindow(lastRequestAt: number | null, window: Pick<Window, 'start' | 'end'> | null, now: number): boolean {
  if (lastRequestAt === null || window === null || now < window.start || now >= window.end) return false;
  return lastRequestAt >= window.start && lastRequestAt < window.end;
}

/** Whether the live view lists a session: alive, whatever its state, or with a request in its account's open window (D-37). */
export function isListed(
  session: { readonly alive: boolean; readonly lastRequestAt: number | null },
  window: Pick<Window, 'start' | 'end'> | null,
  now: number,
): boolean {
  return session.alive || inOpenWindow(session.lastRequestAt, window, now);
}
