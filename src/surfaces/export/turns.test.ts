import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allTokens, sumOf } from '../../usage/sum.ts';
import type { UsageEvent } from '../../usage/types.ts';
import { turnNumbers, turnsJson, turnsOf } from './turns.ts';

const event = (at: number, output = 1): UsageEvent => ({
  key: `k${at}`,
  at,
  sessionId: 's',
  account: 'default',
  project: '/p',
  model: 'claude-haiku-4-5',
  speed: 'standard',
  tokens: { input: 0, output, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 },
  webSearches: 0,
  sidechain: false,
  cost: 5,
  outputIsLowerBound: false,
  requests: 1,
});

test('UR-65: a request belongs to the newest prompt before it; what came earlier is turn 0; a prompt without an answer is a turn too', () => {
  const turns = turnsOf([event(5), event(10), event(11), event(30)], [10, 20, 30]);
  expect(turns.map(({ number, startedAt, lastAt, sum }) => [number, startedAt, lastAt, sum.requests])).toEqual([
    [0, 5, 5, 1],
    [1, 10, 11, 2],
    [2, 20, null, 0],
    [3, 30, 30, 1],
  ]);
  expect(turnsOf([event(5)], [])).toHaveLength(1);
  expect(turnsOf([], [])).toEqual([]);
});

test('UR-65: turns side by side, null where a session has none', () => {
  const a = turnsOf([event(5), event(10)], [10]);
  const b = turnsOf([event(10), event(20)], [10, 20]);
  expect(turnNumbers([a, b])).toEqual([0, 1, 2]);
  const json = turnsJson([a, b]) as { turn: number; sessions: ({ totalTokens: number } | null)[] }[];
  expect(json.map(({ turn, sessions }) => [turn, ...sessions.map((one) => one?.totalTokens ?? null)])).toEqual([
    [0, 1, null],
    [1, 1, 1],
    [2, null, 1],
  ]);
});

test('UR-65: the turns add up to the session', () => {
  const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 }).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(times, times, (at, prompts) => {
      const events = at.map((one, i) => event(one, i));
      const whole = sumOf(events);
      const turns = turnsOf(events, prompts);
      expect(turns.reduce((sum, turn) => sum + allTokens(turn.sum), 0)).toBe(allTokens(whole));
      expect(turns.reduce((sum, turn) => sum + turn.sum.requests, 0)).toBe(whole.requests);
    }),
  );
});
