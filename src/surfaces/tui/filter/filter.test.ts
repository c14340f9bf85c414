import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { factsOf } from '../ui/facts.ts';
import { type Ast, FIELDS, type FieldName, type Operator } from './grammar.ts';
import { globMatches, matches } from './match.ts';
import { isMeasured, parseFilter } from './parse.ts';
import { printFilter } from './print.ts';

const sessions = demoLikeSnapshot().sessions;

/** First letters of the demo sessions that pass, in the order of the table: f c r m a n s. */
function shown(filter: string): string {
  const parsed = parseFilter(filter);
  if (!parsed.ok) throw new Error(`${filter}: ${parsed.fault.expected} at ${parsed.fault.at}`);
  return sessions
    .filter((session) => parsed.ast === null || matches(parsed.ast, factsOf(session, NOW)))
    .map(({ name }) => name[0])
    .join(' ');
}

describe('filter, LV-80', () => {
  test.each([
    ['state:needs', 'f c'],
    ['is:active', 'f c r m a'],
    ['!is:active', 'n s'],
    ['ctx>80', 'm'],
    ['!ctx>80', 'f c r a n s'],
    ['ctx>=34 ctx<60', 'f c'],
    ['state:W|state:Y', 'r m a'],
    ['(state:W | state:Y) cost>0.5', 'r m'],
    ['cost>1', 'f c m'],
    ['tokens>10M', 'f m'],
    ['burn>1000', 'm a'],
    ['rate>2', 'f m'],
    ['share>=25', 'f m'],
    ['project:api*', 'f a'],
    ['!project:api*', 'c r m n s'],
    ['model:haiku*', 'a n'],
    ['wait>1m', 'f'],
    ['subagents>0', 'm'],
    ['branch:main', 'f r m n s'],
    ['mig', 'm'],
    ['"review-4"', 'r'],
    ['id:32085a', 'm'],
    ['tag:x', ''],
    ['state:needs,your-turn', 'f c r'],
  ])('%s shows %s', (filter, expected) => {
    expect(shown(filter)).toBe(expected);
  });

  test.each([
    ['stat:W', 0],
    ['state:Z', 6],
    ['state>W', 5],
    ['cost>', 5],
    ['cost>abc', 5],
    ['cost>1,2', 6],
    ['ctx>80K', 4],
    ['wait>1w', 5],
    ['tokens>%5', 7],
    ['(is:active', 10],
    ['is:active)', 9],
    ['|', 0],
    ['is:active |', 11],
    ['!', 1],
    ['""', 0],
    ['"abc', 4],
    ['is:busy', 3],
    ['12:30', 2],
    ['project:', 8],
    ['()', 1],
  ])('%s is faulty at %i and says what was expected', (filter, at) => {
    const parsed = parseFilter(filter);
    expect(parsed).toMatchObject({ ok: false, fault: { at } });
    expect(!parsed.ok && parsed.fault.expected).toMatch(/\w/);
  });

  test('blank is no filter; a misspelt field is recognised; nesting has an end', () => {
    expect(parseFilter('  ')).toEqual({ ok: true, ast: null });
    expect(parseFilter('projct:a')).toMatchObject({ fault: { expected: 'a field, perhaps project' } });
    expect(parseFilter('('.repeat(10_000))).toMatchObject({ ok: false });
    const long = parseFilter(Array.from({ length: 1200 }, () => 'cost>1').join(' | '));
    expect(long.ok).toBe(true);
  });

  test('globs: * any run, ? one sign, never slow', () => {
    expect([
      globMatches('api-server', 'api*'),
      globMatches('api', 'a?i'),
      globMatches('api', 'a*i*'),
      globMatches('', '*'),
      globMatches('ab', 'a'),
    ]).toEqual([true, true, true, true, false]);
    expect(globMatches('a'.repeat(2000), `${'a*'.repeat(50)}b`)).toBe(false);
  });

  test('what is printed reads as the same tree', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9*?.-]{0,8}$/);
    const value = fc.oneof(
      word.map((text) => ({ text, quoted: false })),
      fc.stringMatching(/^[a-z :()|!]{1,8}$/).map((text) => ({ text, quoted: true })),
    );
    const wordField = fc.record({
      name: fc.constantFrom<FieldName>('project', 'branch', 'name', 'tag', 'id'),
      op: fc.constantFrom<Operator>(':', '=', '!='),
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    });
    const numberField = fc.record({
      name: fc.constantFrom(...(Object.keys(FIELDS) as FieldName[]).filter((name) => isMeasured(FIELDS[name]))),
      op: fc.constantFrom<Operator>('>', '>=', '<', '<=', '='),
      values: fc.integer({ min: 0, max: 9999 }).map((n) => [{ text: String(n), quoted: false }]),
    });
    const { tree } = fc.letrec<{ tree: Ast; leaf: Ast }>((tie) => ({
      leaf: fc.oneof(
        value.map((each) => ({ kind: 'text' as const, value: each })),
        fc.oneof(wordField, numberField).map((each) => ({ kind: 'field' as const, ...each })),
      ),
      tree: fc.oneof(
        { maxDepth: 4 },
        tie('leaf'),
        fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((items) => ({ kind: 'and' as const, items })),
        fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((items) => ({ kind: 'or' as const, items })),
        tie('tree').map((item) => ({ kind: 'not' as const, item })),
      ),
    }));
    fc.assert(
      fc.property(tree, (ast) => {
        expect(parseFilter(printFilter(ast))).toEqual({ ok: true, ast });
      }),
    );
  });
});
