import { describe, expect, test } from 'vitest';
import type { RequestView, SubagentView } from '../../../../monitor/details.ts';
import { viewOf } from '../../figures.ts';
import { textOf } from '../../spans.ts';
import { amountsOf, aSession, aSnapshot, NOW } from '../../testing.ts';
import { detailOf } from '../../testing-queries.ts';
import { activityLines, requestLine, subagentLines } from './activity.ts';

const session = aSession({ id: 's' });
const snapshot = aSnapshot({ sessions: [session] });
const view = viewOf(snapshot, { ascii: false, now: NOW });
const ascii = { ...view, ascii: true };
const detail = detailOf(snapshot, 's')!;

const anAgent = (id: string | null, depth = 0, more: Partial<SubagentView> = {}): SubagentView => ({
  id,
  type: 'Explore',
  model: 'claude-opus-4-5',
  state: 'done',
  amounts: amountsOf([0, 200, 0, 0, 410_000], 0.31),
  isLowerBound: false,
  lastAt: NOW,
  depth,
  ...more,
});

describe('the tree of subagents, LV-63', () => {
  const drawn = (agents: readonly SubagentView[], how = view) => subagentLines(how, agents, 70).map(textOf);

  test('type, model, state, tokens and cost; figures of a part are lower bounds', () => {
    expect(drawn([anAgent('a3f0'), anAgent('b71c', 0, { type: 'Plan', state: 'running', isLowerBound: true })])).toEqual([
      ' ├ a3f0     Explore      opus-4-5    done    410.2K    $0.31',
      ' └ b71c     Plan         opus-4-5    runs   ≥410.2K   ≥$0.31',
    ]);
  });

  test('what belongs to none is told as others; what is not known is a dash (D-2)', () => {
    const rest = anAgent(null, 0, {
      type: null,
      model: null,
      state: 'unknown',
      amounts: amountsOf([0, 5, 0, 0, 0], null, { outputIsLowerBound: true }),
    });
    expect(drawn([rest])).toEqual([' └ others   —            —           —           ≥5        —']);
    expect(drawn([rest], ascii)).toEqual([' ` others   --           --          --         >=5       --']);
  });

  test('a branch ends at the last one of its depth, whatever stands below it or after its parent', () => {
    const branches = (depths: readonly number[]) =>
      drawn(depths.map((depth, at) => anAgent(`id${at}`, depth))).map((row) => /^ *./u.exec(row)![0]);
    expect(branches([0, 1])).toEqual([' └', '   └']);
    expect(branches([0, 1, 0, 1])).toEqual([' ├', '   └', ' └', '   └']);
    expect(branches([0, 1, 1])).toEqual([' └', '   ├', '   └']);
  });

  test('the chosen one is marked, a running one has its colour', () => {
    const [first, second] = subagentLines(view, [anAgent('a'), anAgent('b', 0, { state: 'running' })], 70, 1);
    expect(first![0]).not.toHaveProperty('selected');
    expect(first![0]).not.toHaveProperty('tone');
    expect(second![0]).toMatchObject({ selected: true, tone: 'working' });
  });
});

describe('one request, LV-63', () => {
  const request: RequestView = { ...detail.lastRequests[0]!, sidechain: false, agent: null };
  test.each([
    ['whole', {}, 90, view, ' 13:42:10  opus-4-5    in 12     cw 1,204   cr 176,020   out 310       $0.10'],
    [
      'of a subagent',
      { sidechain: true, agent: 'a3f0c1d2e9' },
      90,
      view,
      ' 13:42:10  opus-4-5    in 12     cw 1,204   cr 176,020   out 310       $0.10 a3f0c1d2',
    ],
    [
      'of one that is not known',
      { sidechain: true },
      90,
      view,
      ' 13:42:10  opus-4-5    in 12     cw 1,204   cr 176,020   out 310       $0.10 subagent',
    ],
    [
      'an answer that is not final',
      { outputIsLowerBound: true },
      90,
      view,
      ' 13:42:10  opus-4-5    in 12     cw 1,204   cr 176,020   out ≥310      $0.10',
    ],
    [
      'in ASCII',
      { outputIsLowerBound: true, cost: null },
      90,
      ascii,
      ' 13:42:10  opus-4-5    in 12     cw 1,204   cr 176,020   out >=310        --',
    ],
    ['without a price', { cost: null }, 90, view, ' 13:42:10  opus-4-5    in 12     cw 1,204   cr 176,020   out 310           —'],
    ['where the cost has no room', {}, 72, view, ' 13:42:10  opus-4-5    in 12     cw 1,204   cr 176,020   out 310    '],
    ['where the kinds have none: all tokens', {}, 50, view, ' 13:42:10  opus-4-5     177.5K   $0.10'],
  ] as const)('%s', (_, more, width, how, expected) => expect(textOf(requestLine(how, { ...request, ...more }, width))).toBe(expected));
});

describe('what a session did', () => {
  const lines = (more: Partial<typeof detail>) =>
    activityLines(view, { session, detail: { ...detail, ...more }, account: 'work', terminal: null }, 90).map(textOf);
  const file = detail.files[0]!;

  test('six of each at most, under their headings', () => {
    const text = lines({ subagents: Array.from({ length: 9 }, (_, at) => anAgent(`a${at}`)) });
    expect(text[0]).toBe(' subagents 9');
    expect(text.filter((row) => row.includes('Explore'))).toHaveLength(6);
    expect(text.filter((row) => row.includes(' cw '))).toHaveLength(6);
    expect(text.at(-2)).toBe(' tools       Edit 41 · Read 38 · Bash 22');
  });

  test('without requests and subagents there are no headings of them; tools and files are unknown', () => {
    expect(lines({ subagents: [], lastRequests: [], tools: [], files: [] })).toEqual([' tools       —', ' files       —']);
  });

  test.each([
    [[file], 'transcript 6.2 MB, 1,204 lines, 0 rejected'],
    [[{ ...file, size: 999, lines: 1, rejected: 2 }], 'transcript 999 B, 1 lines, 2 rejected'],
    [[{ ...file, size: 45_600 }], 'transcript 46 kB, 1,204 lines, 0 rejected'],
    [[file, { ...file, size: 800_000, rejected: 3 }], '2 transcripts 7.0 MB, 2,408 lines, 3 rejected'],
  ])('files %#', (files, expected) => expect(lines({ files }).at(-1)).toBe(` files       ${expected}`));

  test('nothing is said of a session that only the snapshot knows', () => {
    expect(activityLines(view, { session, detail: null, account: 'work', terminal: null }, 90)).toEqual([]);
  });
});
