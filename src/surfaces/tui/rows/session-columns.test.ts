import { describe, expect, test } from 'vitest';
import { viewOf } from '../figures.ts';
import { COLUMNS } from '../shape.ts';
import { textOf } from '../spans.ts';
import { aSession, aSnapshot, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { headingAt } from './session-columns.ts';
import { sessionTable } from './sessions.ts';

const demo = demoLikeSnapshot();
const view = viewOf(demo, { ascii: false, now: NOW });

describe('which heading was clicked, LV-73', () => {
  const heading = textOf(sessionTable(view, demo.sessions, COLUMNS.medium, 80, 2).heading);
  const at = (column: number) => headingAt(view, demo.sessions, COLUMNS.medium, 80, 2, column);

  test.each([
    ['S', 'state'],
    ['NAME', 'name'],
    ['PROJECT', 'project'],
    ['COST', 'cost'],
    ['SHARE', 'share'],
    ['AGE', 'age'],
  ])('%s', (word, column) => expect(at(heading.indexOf(word))).toBe(column));

  test('none before the first and behind the last', () => {
    expect([at(0), at(1)]).toEqual([null, null]);
    expect(at(heading.length + 1)).toBeNull();
  });
});

test('more sessions than rows are kept are drawn all the same, each as itself (LV-113)', () => {
  const sessions = Array.from({ length: 1100 }, (_, index) => aSession({ id: `many-${index}`, name: `session-${index}` }));
  const draw = () => sessionTable(viewOf(aSnapshot(), { ascii: false, now: NOW }), sessions, COLUMNS.narrow, 40, 0).rows.map(textOf);
  const first = draw();
  expect(first).toHaveLength(1100);
  expect([first[0], first[999], first[1000], first[1099]].map((row) => /session-\d+/.exec(row!)![0])).toEqual([
    'session-0',
    'session-999',
    'session-1000',
    'session-1099',
  ]);
  expect(draw()).toEqual(first);
});
