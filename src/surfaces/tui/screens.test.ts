import { describe, expect, test } from 'vitest';
import type { LiveQueries } from '../../monitor/details.ts';
import { aSnapshot } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { Driven } from './testing-driven.ts';
import { detailOf, testQueries } from './testing-queries.ts';
import type { Screen } from './ui/state.ts';

const demo = demoLikeSnapshot();
const id = demo.sessions[3]!.id;

/** The lines of a screen over the list, with some answers of the queries replaced. */
function shown(screen: Screen, queries: Partial<LiveQueries> = {}, rows = 40, ascii = false): string {
  const driven = new Driven(demo, 120, rows, { queries: { ...testQueries(() => demo), ...queries }, ascii });
  driven.state = { ...driven.state, screens: [screen] };
  return driven.text;
}

describe('screens over the list', () => {
  test('details of a session that nothing knows any more say so, under the beginning of its id', () => {
    const text = shown({ kind: 'details', id: 'gone-0123456', offset: 0 });
    expect(text).toContain('sessions › gone-012\n');
    expect(text).toContain('this session is no longer known');
  });

  test('one that left the list but is in the ledger has its name and details still', () => {
    const queries = { sessionDetail: () => ({ ...detailOf(demo, id)!, name: 'from-before' }) };
    const text = shown({ kind: 'details', id: 'gone-0123456', offset: 0 }, queries);
    expect(text).toContain('sessions › from-before\n');
    expect(text).not.toContain('no longer known');
    expect(shown({ kind: 'requests', id: 'gone-0123456', cursor: 0 }, queries)).toContain('sessions › from-before › requests');
  });

  test('requests of a session that nothing knows: none, and no subagents', () => {
    const text = shown({ kind: 'requests', id: 'gone-0123456', cursor: 0 }, { requests: () => null });
    expect(text).toContain('sessions › gone-012 › requests\n');
    expect(text).toContain(' 0 requests, newest first\n no request is known\n');
    expect(text).not.toContain('subagents');
  });

  test('requests that all fit have no range, those that do not have one', () => {
    const page = testQueries(() => demo).requests(id, { offset: 0, limit: 3, agent: null })!;
    expect(shown({ kind: 'requests', id, cursor: 0 }, { requests: () => ({ ...page, total: 3 }) })).toMatch(/ 3 requests, newest first\n/);
    expect(shown({ kind: 'requests', id, cursor: 0 })).toMatch(/ 175 requests, newest first · 1–\d+\n/);
  });

  test('of the subagents as many are named as have room, and how many there are', () => {
    expect(shown({ kind: 'requests', id, cursor: 0 }, {}, 40)).toContain(' subagents 2\n');
    expect(shown({ kind: 'requests', id, cursor: 0 }, {}, 8)).toContain(' subagents 1 of 2\n');
  });

  test.each(['windows', 'days', 'projects', 'models'] as const)('history without any %s says that nothing is known yet', (page) => {
    const queries = { windows: () => [], days: () => [], projects: () => [], models: () => [] };
    const text = shown({ kind: 'history', page, cursor: 0 }, queries);
    expect(text).toContain(' sessions › history  ');
    expect(text).toContain(`[${page}]`);
    expect(text).toContain(' nothing is known yet');
  });

  test('no former window, or one whose details are gone, is said', () => {
    for (const queries of [{ windows: () => [] }, { windowDetail: () => null }])
      expect(shown({ kind: 'window', index: 1, offset: 0 }, queries)).toContain(' no 5-hour window is known yet');
  });

  test('behind the oldest window the oldest is shown', () => {
    const windows = testQueries(() => demo).windows(1);
    expect(shown({ kind: 'window', index: 7, offset: 0 }, { windows: () => windows })).toContain('the newest  ← older  → newer');
  });

  test('in ASCII the path and the arrows are ASCII (LV-102)', () => {
    expect(shown({ kind: 'requests', id, cursor: 0 }, {}, 40, true)).toContain(' sessions > migrate-orders > requests\n');
    expect(shown({ kind: 'window', index: 0, offset: 0 }, {}, 40, true)).toContain('<- older  -> newer');
  });

  test('with one session fewer the list says how many of all are shown (LV-81)', () => {
    const driven = new Driven(aSnapshot({ ...demo }), 120, 40).keys('/').type('!mig').keys('enter');
    expect(driven.text).toContain('6 of 7 sessions, 62 % of cost hidden');
  });
});
