import { expect, test } from 'vitest';
import { sessionFileName } from '../sessions/file-name.ts';
import { buildBilling } from './build-billing.ts';

test('ST-9: 10,000 ids: none leaves the folder, none meets a contract, all differ', () => {
  const odd = [
    '../../x',
    'a/b',
    'a\0b',
    'x'.repeat(300),
    'CON',
    'con',
    'lpt1',
    'index',
    'sessions',
    'config',
    'runtime-state',
    'billing-shared',
    '',
    '🦆',
    '.',
    '..',
    'a.b',
  ];
  const ids = [...odd, ...Array.from({ length: 10_000 - odd.length }, (_, i) => `${['../', 'é', 'ok-', '/', '\n'][i % 5]}${i}`)];
  const names = ids.map(sessionFileName);
  expect(new Set(names).size).toBe(ids.length);
  expect(
    names.filter(
      (name) => !/^[A-Za-z0-9_-]{1,64}$/.test(name) || /^(?:con|lpt1|index|sessions|config|runtime-state|billing-shared)$/i.test(name),
    ),
  ).toEqual([]);
});

test('§2: unknown is 0 in legacy numbers, null for the rate, and said so', () => {
  const none = { costToday: null, usdPerHour: null, tokensPerMinute: null, window: null, fiveHour: [], sevenDay: [], at: null };
  expect(buildBilling(none, 0)).toEqual({
    costToday: 0,
    burnRatePerHour: 0,
    budgetRemaining: 0,
    budgetPercentUsed: 0,
    resetTime: '',
    totalTokens: 0,
    tokensPerMinute: null,
    isFresh: false,
    lastFetched: 0,
  });
});
