import { describe, expect, test } from 'vitest';
import { countStates, inOpenWindow, isListed, STATES, type State, stateLetter, urgency } from './membership.ts';
import { estimateWindows, openWindow } from './window.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 20, 18);

describe('states (D-36)', () => {
  test('D-36: of P, Q, Y, W, W, I, X: 2 need you, 5 active, 1 idle, 1 ended', () => {
    const states = [...'PQYWWIX'].map((letter) => STATES.find(([, l]) => l === letter)![0]);
    expect(countStates(states)).toEqual({ needYou: 2, active: 5, idle: 1, ended: 1 });
    expect(countStates(['error', 'rate-limited', 'unknown', 'compacting'])).toEqual({ needYou: 0, active: 1, idle: 0, ended: 0 });
  });

  test('D-36: order of urgency and letters', () => {
    expect(STATES.map(([state]) => stateLetter(state)).join('')).toBe('PQELYWCIUX');
    expect(STATES.map(([state]) => urgency(state as State))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('in the window (D-37)', () => {
  const windowOf = (...times: number[]) => openWindow(estimateWindows(times.map((at) => ({ at }))), NOW);

  test('D-37: last request 5 h 10 min ago: not listed when gone, listed when alive', () => {
    const last = NOW - 5 * HOUR - 600_000;
    expect(isListed({ alive: false, lastRequestAt: last }, windowOf(last), NOW)).toBe(false);
    expect(isListed({ alive: true, lastRequestAt: last }, windowOf(last), NOW)).toBe(true);
  });

  test('D-37: a new request after a 9-hour gap lists it; the window holds that request only', () => {
    const [old, fresh] = [NOW - 9 * HOUR - 60_000, NOW - 60_000];
    const window = windowOf(old, fresh);
    expect(isListed({ alive: false, lastRequestAt: fresh }, window, NOW)).toBe(true);
    expect([old, fresh].filter((at) => at >= window!.start)).toEqual([fresh]);
  });

  test('D-37: ended in the window is listed; a request in a former window or no window is not in it', () => {
    const window = { start: NOW - HOUR, end: NOW + HOUR };
    expect(isListed({ alive: false, lastRequestAt: NOW - HOUR }, window, NOW)).toBe(true);
    expect(inOpenWindow(NOW - HOUR - 1, window, NOW)).toBe(false);
    expect(inOpenWindow(NOW, window, window.end)).toBe(false);
    expect([inOpenWindow(null, window, NOW), inOpenWindow(NOW, null, NOW)]).toEqual([false, false]);
  });
});
