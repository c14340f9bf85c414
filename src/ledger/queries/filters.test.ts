import { describe, expect, it } from 'vitest';
import type { Directory, SessionInfo } from './directory.ts';
import { cellFilter, globMatches, matches, NO_FILTER, type ReportFilter } from './filters.ts';

const info = (id: number, more: object): SessionInfo =>
  ({
    id,
    sessionId: `s${id}`,
    name: `name ${id}`,
    tags: [],
    account: 'default',
    root: '/src/api',
    project: 'api',
    folder: '-src-api',
    facts: {},
    ...more,
  }) as unknown as SessionInfo;
const sessions = [
  info(1, { tags: ['release'], facts: { branch: ['main', [1, 1, 1]], cwd: ['/src/api/web', [1, 1, 1]] } }),
  info(2, { root: '/src/api-old', project: 'api-old', folder: '-src-api-old', account: 'work' }),
  info(3, { root: 'C:\\src\\shop', project: 'b/shop', folder: '-C-src-shop', facts: { branch: ['fix', [1, 1, 1]] } }),
];
const directory = {
  sessions: new Map(sessions.map((session) => [session.id, session])),
  models: new Map([
    [1, 'claude-opus-5-5'],
    [2, 'claude-sonnet-4-6'],
    [3, 'glm-5'],
  ]),
  projects: new Map(),
} as Directory;
const taken = (filter: Partial<ReportFilter>, from: Directory = directory) => cellFilter({ ...NO_FILTER, ...filter }, from);

describe('UR-22: names and globs', () => {
  it('`*` is any run, `?` one character, case does not matter', () => {
    const cases: [string, string, boolean][] = [
      ['api', 'API', true],
      ['api', 'api2', false],
      ['a?i', 'abi', true],
      ['a?i', 'ai', false],
      ['*', '', true],
      ['a*b*c', 'aXbYbZc', true],
      ['a*b*c', 'aXbYbZ', false],
      ['a**', 'a', true],
      ['*b', 'aaab', true],
      ['', 'a', false],
      ['', '', true],
      ['a.c', 'abc', false],
    ];
    for (const [pattern, value, is] of cases) expect(globMatches(pattern, value), `${pattern} ${value}`).toBe(is);
  });
  it('SEC-41: a pattern made to be slow is not', () => expect(globMatches(`${'*a'.repeat(500)}b`, 'a'.repeat(20_000))).toBe(false));
  it('one that includes is enough, one that excludes takes away, exclusions alone take from everything', () => {
    expect(matches([], [])).toBe(true);
    expect(matches(['a', 'b'], ['b'])).toBe(true);
    expect(matches(['a*', '!ab'], ['ab'])).toBe(false);
    expect(matches(['!ab'], ['x'])).toBe(true);
    expect(matches(['a'], [])).toBe(false);
  });
});

describe('UR-22: what a report takes', () => {
  it('everything without a filter, with the span it was given', () =>
    expect(taken({ from: 5, to: 9, subagents: 'only' })).toEqual({ from: 5, to: 9, sessions: null, models: null, subagents: 'only' }));
  it('projects by name, last part of the directory, folder, or everything below a directory', () => {
    const of = (...projects: string[]) => taken({ projects }).sessions;
    expect(of('api')).toEqual([1]);
    expect(of('api*')).toEqual([1, 2]);
    expect(of('SHOP')).toEqual([3]);
    expect(of('-src-api-old')).toEqual([2]);
    expect(of('/src/api')).toEqual([1]);
    expect(of('/src/api/web/')).toEqual([1]);
    expect(of('/src')).toEqual([1, 2]);
    expect(of('C:\\src')).toEqual([3]);
    expect(of('/srC')).toEqual([]);
    expect(of('api*', '!api-old')).toEqual([1]);
    expect(taken({ excludeProjects: ['api'] }).sessions).toEqual([2, 3]);
  });
  it('sessions, tags, branches and accounts, all of them together', () => {
    expect(taken({ sessions: ['s2', 'name 3'] }).sessions).toEqual([2, 3]);
    expect(taken({ tags: ['release'] }).sessions).toEqual([1]);
    expect(taken({ branches: ['main', 'fix'] }).sessions).toEqual([1, 3]);
    expect(taken({ branches: ['!main'] }).sessions).toEqual([2, 3]);
    expect(taken({ accounts: ['work'] }).sessions).toEqual([2]);
    expect(taken({ accounts: ['default'], tags: ['release'], sessions: ['s3'] }).sessions).toEqual([]);
  });
  it('models by name', () => {
    expect(taken({ models: ['claude-*', '!*opus*'] }).models).toEqual([2]);
    expect(taken({ models: ['none'] }).models).toEqual([]);
  });
  it('AP-5: of a session that changed its account only the parts of those asked for', () => {
    const parts = [
      { account: 'default', from: null, to: 100 },
      { account: 'work', from: 100, to: null },
    ];
    const changed: Directory = { ...directory, accountParts: new Map([[1, parts]]) };
    expect(taken({ accounts: ['work'] }, changed)).toMatchObject({ sessions: [1, 2], without: [{ session: 1, from: null, to: 100 }] });
    expect(taken({ accounts: ['default'] }, changed)).toMatchObject({ sessions: [1, 3], without: [{ session: 1, from: 100, to: null }] });
    expect(taken({ accounts: ['work', 'default'] }, changed)).not.toHaveProperty('without');
    expect(taken({}, changed)).not.toHaveProperty('without');
  });
});
