import { describe, expect, test } from 'vitest';
import { amountsOf, aSession, NOW } from '../testing.ts';
import { factsOf } from '../ui/facts.ts';
import { type FieldKind, numberOf, statesOf } from './grammar.ts';
import { type Facts, matches } from './match.ts';
import { parseFilter } from './parse.ts';

/** A session of which everything is known: $2.50, 1,500 tokens of which 1,000 are work, 40 % of its context. */
const KNOWN: Facts = factsOf(
  aSession({
    id: 'abc-123',
    name: 'Fix Login',
    project: 'api (v2)',
    branch: 'main',
    account: 'work',
    model: 'claude-opus-4-5-20251101',
    tags: ['urgent'],
    state: 'needs-answer',
    alive: true,
    contextPercent: { value: 40, source: 'measured', at: NOW },
    points: { value: 12.5, source: 'measured', at: NOW },
    share: 50,
    window: amountsOf([400, 600, 0, 0, 500], 2.5),
    burnNow: { work: 300, all: 900, costPerHour: 1.5e9 },
    waiting: { for: 'answer', tool: null, since: NOW - 90_000 },
    startedAt: NOW - 3_600_000,
    lastAt: NOW - 30_000,
    agents: { active: 2, names: [] },
    processes: [{ pid: 9, procStart: '1', kind: 'background', entrypoint: null, version: null, startedAt: null }],
  }),
  NOW,
);

/** One of which hardly anything is. */
const UNKNOWN: Facts = factsOf(
  aSession({
    id: 'xyz-789',
    name: 'other',
    project: 'infra',
    branch: null,
    model: null,
    state: 'ended',
    alive: false,
    contextPercent: { value: null, source: 'unknown', at: null },
    window: amountsOf([1, 1, 0, 0, 0], null),
    burnNow: { work: 0, all: 0, costPerHour: null },
    share: null,
    startedAt: null,
    lastAt: null,
  }),
  NOW,
);

function passes(filter: string, facts: Facts): boolean {
  const parsed = parseFilter(filter);
  if (!parsed.ok || parsed.ast === null) throw new Error(`no filter: ${filter}`);
  return matches(parsed.ast, facts);
}

describe('comparisons, LV-80', () => {
  test.each([
    ['ctx<40', false],
    ['ctx<40.1', true],
    ['ctx<=40', true],
    ['ctx<=39%', false],
    ['ctx>40', false],
    ['ctx>=40', true],
    ['ctx:40%', true],
    ['ctx=41', false],
    ['ctx=41,40', true],
    ['ctx!=40', false],
    ['ctx!=41', true],
    ['ctx!=41,40', false],
    ['cost=$2.50', true],
    ['cost>2.49', true],
    ['tokens=1.5K', true],
    ['work=1000', true],
    ['burn<1M', true],
    ['rate=1.5', true],
    ['points=12.5', true],
    ['age<31s', true],
    ['age<30s', false],
    ['wait=90', true],
    ['wait>=1.5m', true],
    ['elapsed=1h', true],
    ['elapsed<1d', true],
    ['subagents=2', true],
  ])('%s is %s of known figures', (filter, expected) => {
    expect(passes(filter, KNOWN)).toBe(expected);
  });

  test.each(['ctx', 'cost', 'rate', 'share', 'points', 'age', 'wait', 'elapsed'])(
    'a comparison with an unknown value is false, whichever way: %s',
    (name) => {
      for (const op of ['<', '<=', '>', '>=', '=', '!=', ':']) expect(passes(`${name}${op}5`, UNKNOWN)).toBe(false);
      expect(passes(`!${name}>5`, UNKNOWN)).toBe(true);
    },
  );

  test.each(['branch', 'model', 'kind'])('of an unknown word too, also != : %s', (name) => {
    for (const op of [':', '=', '!=']) expect(passes(`${name}${op}main`, UNKNOWN)).toBe(false);
  });

  test('a tree with a value that is no number, made by hand, is equal to nothing', () => {
    const values = [{ text: 'many', quoted: false }];
    for (const op of ['=', '<', '>='] as const) expect(matches({ kind: 'field', name: 'ctx', op, values }, KNOWN)).toBe(false);
    expect(matches({ kind: 'field', name: 'ctx', op: '!=', values }, KNOWN)).toBe(true);
  });
});

describe('words, LV-80', () => {
  test.each([
    ['branch:main', true],
    ['branch!=main', false],
    ['branch!=dev', true],
    ['branch!=dev,main', false],
    ['branch=MAIN', true],
    ['branch:mai', false],
    ['branch:ma*', true],
    ['branch:"ma*"', false],
    ['project:"api (v2)"', true],
    ['name:fix*', true],
    ['account:work', true],
    ['kind:background', true],
    ['id:ABC', true],
    ['id:bc', false],
    ['tag:urgent', true],
    ['tag!=urgent', false],
    ['tag!=later', true],
    ['model:opus-4-5', true],
    ['model:claude-opus-4-5-20251101', true],
    ['model:opus', false],
    ['state:q', true],
    ['state!=q', false],
    ['state:needs-answer', true],
    ['state:needs-p', false],
    ['is:mine', true],
    ['is:ended,alive', true],
    ['is!=active', false],
    ['login', true],
    ['OPUS', true],
    ['urgent', false],
    ['"api (v"', true],
  ])('%s is %s', (filter, expected) => {
    expect(passes(filter, KNOWN)).toBe(expected);
  });

  test('what is not known has no word and no text', () => {
    expect(['is:ended', 'is:unpriced', 'tag!=urgent', 'is!=active', 'infra'].map((filter) => passes(filter, UNKNOWN))).toEqual(
      Array.from({ length: 5 }, () => true),
    );
    expect(['is:alive', 'is:mine', 'tag:urgent', 'null', 'opus'].map((filter) => passes(filter, UNKNOWN))).toEqual(
      Array.from({ length: 5 }, () => false),
    );
  });
});

test.each<[FieldKind, string, number | null]>([
  ['count', '20K', 20_000],
  ['count', '.5m', 500_000],
  ['count', '1B', 1e9],
  ['count', '5%', null],
  ['count', '$5', null],
  ['count', '5s', null],
  ['money', '$0.50', 0.5],
  ['money', '2K', 2000],
  ['money', '5%', null],
  ['percent', '80%', 80],
  ['percent', '80', 80],
  ['percent', '80K', null],
  ['percent', '$80', null],
  ['time', '90', 90],
  ['time', '30S', 30],
  ['time', '10m', 600],
  ['time', '2h', 7200],
  ['time', '1.5d', 129_600],
  ['time', '1w', null],
  ['time', '5%', null],
  ['count', '-1', null],
  ['count', '1e3', null],
  ['count', '', null],
])('as %s %j is %s', (kind, text, expected) => {
  expect(numberOf(kind, text)).toBe(expected);
});

test('a state by letter, name or beginning; nothing means none', () => {
  expect([statesOf('p'), statesOf('needs'), statesOf('ENDED'), statesOf('zz'), statesOf('')]).toEqual([
    ['needs-permission'],
    ['needs-permission', 'needs-answer'],
    ['ended'],
    [],
    [],
  ]);
});

test('a field that is like no other is told all there are', () => {
  expect(parseFilter('qqqqqqqq:a')).toEqual({
    ok: false,
    fault: { at: 0, expected: expect.stringMatching(/^a field: state is project .* subagents$/) },
  });
});

test('what is no text is a mistake of ours, not of the filter', () => {
  expect(() => parseFilter(null as unknown as string)).toThrow(TypeError);
});
