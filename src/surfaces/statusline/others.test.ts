import { expect, test } from 'vitest';
import { countOthers } from './others.ts';

const NOW = Date.UTC(2026, 10, 20, 14, 6);
const MINUTE = 60_000;
const CLOCKS = { idleAfter: 10 * MINUTE, staleAfter: 5 * MINUTE };
const entry = (session_id: string, state: string | null, change: object = {}, ago = 0) => ({
  session_id,
  context_pct: 20,
  status: 'active',
  updated_at: new Date(NOW - ago).toISOString(),
  ...(state === null ? {} : { tidemark: { state, state_since: NOW - ago, alive: null, context_known: true, ...change } }),
});
const count = (sessions: unknown, own: string | null = 'own') => countOthers([{ sessions } as never], own, NOW, CLOCKS);

test('SL-13 3 active, 1 stale, 1 of them waiting', () => {
  const sessions = [
    entry('own', 'working'),
    entry('b', 'needs-permission'),
    entry('c', 'your-turn'),
    entry('d', 'working', {}, 6 * MINUTE),
  ];
  expect(count(sessions)).toEqual({ active: 3, needsYou: 1, maxContext: 20 });
});

test('SL-13 this session never needs itself; no index hides both', () => {
  expect(count([entry('own', 'needs-answer')])).toEqual({ active: 1, needsYou: 0, maxContext: null });
  expect(countOthers([], 'own', NOW, CLOCKS)).toBeNull();
});

test('LS-32, LS-35 the clocks are applied when reading', () => {
  expect(count([entry('a', 'working', {}, 5 * MINUTE - 1000)])?.active).toBe(1);
  expect(count([entry('a', 'working', {}, 5 * MINUTE + 1000)])?.active).toBe(0);
  expect(count([entry('a', 'needs-permission', { alive: true }, 180 * MINUTE)])?.needsYou).toBe(1);
  expect(count([entry('a', 'working', { alive: false })])?.active).toBe(0);
  expect(count([entry('a', 'your-turn', { alive: true }, 11 * MINUTE)])?.active).toBe(0);
  for (const state of ['idle', 'error', 'rate-limited', 'ended', 'unknown', 'invented']) expect(count([entry('a', state)])?.active).toBe(0);
});

test('entries of other programs count while they speak; odd ones never throw', () => {
  expect(count([entry('a', null), entry('b', null, {}, 6 * MINUTE)])?.active).toBe(1);
  expect(count([null, 7, {}, { session_id: 5 }, { session_id: 'x', updated_at: 'never' }, []])).toEqual({
    active: 0,
    needsYou: 0,
    maxContext: null,
  });
  expect(count('nonsense')).toEqual({ active: 0, needsYou: 0, maxContext: null });
});

test('a session in two indexes counts once', () => {
  expect(countOthers([{ sessions: [entry('a', 'working')] }, { sessions: [entry('a', 'working')] }], null, NOW, CLOCKS)?.active).toBe(1);
});

test('SL-13 1,000 entries in under 3 ms', () => {
  const sessions = Array.from({ length: 1000 }, (_, index) => entry(`s${index}`, 'working'));
  count(sessions);
  const best = Math.min(
    ...Array.from({ length: 5 }, () => {
      const start = performance.now();
      count(sessions);
      return performance.now() - start;
    }),
  );
  expect(best).toBeLessThan(3);
});
