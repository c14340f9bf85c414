import { describe, expect, test } from 'vitest';
import type { LiveQueries } from '../../monitor/details.ts';
import { cachedQueries } from './cached-queries.ts';

/** Queries that answer with what was asked and how many times, and the cached ones before them at a clock of the test. */
function asked() {
  const calls: string[] = [];
  let answer: unknown = {};
  const queries = new Proxy({} as LiveQueries, {
    get:
      (_target, name: string) =>
      (...given: readonly unknown[]) => {
        calls.push([name, ...given.map((each) => JSON.stringify(each))].join(' '));
        return answer;
      },
  });
  const clock = { now: 0 };
  return {
    calls,
    clock,
    cached: cachedQueries(queries, () => clock.now),
    answers: (next: unknown) => {
      answer = next;
    },
  };
}

const RANGE = { since: '2026-11-01', until: null };

describe('queries with a short memory, LV-65', () => {
  test.each<[string, number, (queries: LiveQueries) => unknown]>([
    ['sessionDetail "a"', 1000, (queries) => queries.sessionDetail('a')],
    ['requests "a" {"offset":0,"limit":9,"agent":null}', 1000, (queries) => queries.requests('a', { offset: 0, limit: 9, agent: null })],
    ['requests "a" {"offset":0,"limit":9,"agent":"x"}', 1000, (queries) => queries.requests('a', { offset: 0, limit: 9, agent: 'x' })],
    ['days {"since":"2026-11-01","until":null}', 5000, (queries) => queries.days(RANGE)],
    ['windows', 5000, (queries) => queries.windows()],
    ['windows 3', 5000, (queries) => queries.windows(3)],
    ['windowDetail "work" 7', 5000, (queries) => queries.windowDetail('work', 7)],
    ['calendar', 5000, (queries) => queries.calendar()],
    ['projects {"since":"2026-11-01","until":null}', 5000, (queries) => queries.projects(RANGE)],
    ['models {"since":"2026-11-01","until":null}', 5000, (queries) => queries.models(RANGE)],
  ])('%s is asked once in %i ms', (call, freshMs, ask) => {
    const { calls, clock, cached, answers } = asked();
    const first = ask(cached);
    answers('later');
    clock.now = freshMs - 1;
    expect([ask(cached), calls]).toEqual([first, [call]]);
    clock.now = freshMs;
    expect([ask(cached), calls]).toEqual(['later', [call, call]]);
  });

  test('questions that differ in anything have answers of their own', () => {
    const { calls, cached } = asked();
    cached.sessionDetail('a');
    cached.sessionDetail('b');
    for (const agent of [null, 'x', 'y']) cached.requests('a', { offset: 0, limit: 9, agent });
    cached.requests('a', { offset: 9, limit: 9, agent: null });
    cached.windows();
    cached.windows(1);
    cached.windowDetail('work', 1);
    cached.windowDetail('home', 1);
    for (const range of [RANGE, { since: null, until: null }])
      for (const name of ['days', 'projects', 'models'] as const) cached[name](range);
    expect(new Set(calls).size).toBe(calls.length);
    expect(calls).toHaveLength(16);
  });

  test('a session that is not known yet is asked for again at the next picture', () => {
    const { calls, cached, answers } = asked();
    answers(null);
    expect(cached.sessionDetail('a')).toBeNull();
    answers({ id: 1 });
    expect([cached.sessionDetail('a'), calls.length]).toEqual([{ id: 1 }, 2]);
  });

  test("a person's own words go through, and all is asked anew", () => {
    const { calls, cached } = asked();
    const look = () => cached.sessionDetail('a');
    look();
    cached.rename('a', 'n');
    look();
    cached.tag('a', ['x'], ['y']);
    look();
    cached.note('a', null);
    look();
    look();
    expect(calls).toEqual([
      'sessionDetail "a"',
      'rename "a" "n"',
      'sessionDetail "a"',
      'tag "a" ["x"] ["y"]',
      'sessionDetail "a"',
      'note "a" null',
      'sessionDetail "a"',
    ]);
  });

  test('it holds two hundred answers at most, and forgets old ones (LV-113)', () => {
    const { calls, clock, cached } = asked();
    for (let at = 0; at < 200; at++) cached.sessionDetail(`s${at}`);
    cached.sessionDetail('s0');
    expect(calls).toHaveLength(200);
    cached.sessionDetail('one more');
    cached.sessionDetail('s0');
    expect(calls).toHaveLength(202);
    clock.now = 4000;
    cached.days(RANGE);
    clock.now = 6000;
    cached.sessionDetail('new');
    cached.days(RANGE);
    expect(calls.filter((call) => call.startsWith('days'))).toHaveLength(1);
  });
});
