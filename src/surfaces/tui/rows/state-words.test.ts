import { describe, expect, test } from 'vitest';
import type { SessionView } from '../../../monitor/snapshot.ts';
import { viewOf } from '../figures.ts';
import { textOf } from '../spans.ts';
import { aSession, aSnapshot, at, NOW } from '../testing.ts';
import { sessionNote } from './sessions.ts';
import { stateWords } from './state-words.ts';

const view = viewOf(aSnapshot(), { ascii: false, now: NOW });
const ago = (seconds: number) => NOW - seconds * 1000;
const waits = (since: number) => ({ for: 'permission' as const, tool: 'Bash', since });

const CASES: readonly (readonly [Partial<SessionView>, string])[] = [
  [{ state: 'needs-permission', since: ago(200), waiting: waits(ago(134)) }, 'waits 2 m 14 s for permission'],
  [{ state: 'needs-permission', since: ago(200), waiting: null }, 'waits 3 m 20 s for permission'],
  [{ state: 'needs-answer', since: ago(41), waiting: null }, 'waits 41 s for an answer'],
  [{ state: 'needs-answer', since: null, lastAt: null, waiting: null }, 'waits — for an answer'],
  [{ state: 'error', since: ago(125) }, 'failed 2 m ago'],
  [{ state: 'rate-limited', since: ago(300), limitResetsAt: at('15:20') }, 'limited until 15:20'],
  [{ state: 'rate-limited', since: ago(300), limitResetsAt: null }, 'rate-limited for 5 m'],
  [{ state: 'rate-limited', since: null, lastAt: null, limitResetsAt: null }, 'rate-limited for —'],
  [{ state: 'your-turn', since: ago(360) }, 'turn ended 6 m ago'],
  [{ state: 'working', burnNow: { work: 4260.4, all: 0, costPerHour: null }, severity: 'HIGH' }, 'working · 4,260 work tok/min (HIGH)'],
  [{ state: 'compacting' }, 'compacting'],
  [{ state: 'idle', since: null, lastAt: ago(2880) }, 'idle for 48 m'],
  [{ state: 'ended', ended: { at: at('12:58'), reason: null }, lastAt: ago(60) } as Partial<SessionView>, 'ended 12:58'],
  [{ state: 'ended', ended: null, lastAt: at('12:30') }, 'ended 12:30'],
  [{ state: 'ended', ended: null, lastAt: null }, 'ended'],
  [{ state: 'unknown', lastAt: ago(7200) }, 'state unknown, last sign of life 2 h ago'],
  [{ state: 'unknown', lastAt: null }, 'state unknown'],
];

describe('the state in words, LV-51', () => {
  test.each(CASES)('%j', (more, expected) => expect(stateWords(view, aSession(more))).toBe(expected));

  test('while history is read no rate is said (LV-35)', () => {
    expect(stateWords({ ...view, complete: false }, aSession({ state: 'working' }))).toBe('working');
  });
});

describe('the second line of a session', () => {
  test.each([
    [{}, 'working · 0 work tok/min (NORMAL) · started 12:42, 1 h · account home'],
    [
      { stale: true, lastError: 'overloaded_error' },
      'working · 0 work tok/min (NORMAL) · stale · overloaded_error · started 12:42, 1 h · account home',
    ],
    [{ startedAt: null }, 'working · 0 work tok/min (NORMAL) · account home'],
    [{ state: 'ended', ended: null, lastAt: at('13:12') + 10_000 }, 'ended 13:12 · started 12:42, 30 m · account home'],
    [{ state: 'ended', ended: null, lastAt: null }, 'ended · started 12:42, 1 h · account home'],
  ] as const)('%j', (more, expected) => expect(textOf(sessionNote(view, aSession(more), 'home', 120, 4))).toBe(`    ${expected}`));
});
