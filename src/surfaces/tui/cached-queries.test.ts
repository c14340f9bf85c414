import { expect, test } from 'vitest';
import type { LiveQueries } from '../../monitor/details.ts';
import { cachedQueries } from './cached-queries.ts';

function asked(answers: readonly unknown[]) {
  let count = 0;
  const queries = { sessionDetail: () => answers[count++] } as unknown as LiveQueries;
  return { queries, count: () => count };
}

test('LV-65: an answer is taken again for a second', () => {
  let now = 0;
  const { queries, count } = asked([{ id: 1 }, { id: 2 }]);
  const cached = cachedQueries(queries, () => now);
  expect([cached.sessionDetail('a'), cached.sessionDetail('a')]).toEqual([{ id: 1 }, { id: 1 }]);
  now = 1000;
  expect(cached.sessionDetail('a')).toEqual({ id: 2 });
  expect(count()).toBe(2);
});

test('a session that is not known yet is asked for again at the next picture', () => {
  const { queries } = asked([null, { id: 1 }]);
  const cached = cachedQueries(queries, () => 0);
  expect([cached.sessionDetail('a'), cached.sessionDetail('a')]).toEqual([null, { id: 1 }]);
});
