import { describe, expect, test } from 'vitest';
import { findSession } from '../ledger/find-session.ts';
import type { Directory, SessionInfo } from '../ledger/queries/directory.ts';
import { hiddenDirectory, hiddenFilters, withoutFolders } from './hidden-names.ts';

const info = (id: number, more: Partial<SessionInfo> = {}): SessionInfo => ({
  id,
  sessionId: `s${id}`,
  name: 'Canary title',
  title: 'Canary title',
  givenName: null,
  tags: ['canary-tag'],
  note: 'canary note',
  createdAt: 1,
  updatedAt: 2,
  folder: '-home-dev-canary',
  root: '/home/dev/canary',
  project: 'canary',
  facts: {
    cwd: ['/home/dev/canary/web', [1, 1, 1]],
    originalCwd: ['/home/dev/canary', [1, 1, 1]],
    relocatedCwd: ['/home/dev/canary', [1, 1, 1]],
    branch: ['canary-branch', [1, 1, 1]],
    customTitle: ['Canary title', [1, 1, 1]],
    aiTitle: ['Canary title', [1, 1, 1]],
    agentName: ['Canary title', [1, 1, 1]],
    compactions: [3, [1, 1, 1]],
  },
  account: 'default',
  ...more,
});
const directory = (infos: readonly SessionInfo[]): Directory => ({
  sessions: new Map(infos.map((each) => [each.id, each])),
  models: new Map([[1, 'claude-opus-4-8']]),
  projects: new Map(infos.map(({ root, project }) => [root, project])),
});
const hide = (kind: string, name: string) => `${kind}-${name.length.toString(16).padStart(4, '0')}`;

describe('LS-27: the directory of a report without names', () => {
  test('titles, projects, branches, tags, notes and paths are gone; figures and ids stay', () => {
    const hidden = hiddenDirectory(directory([info(1)]), hide);
    const { givenName, ...shown } = hidden.sessions.get(1)!;
    expect(JSON.stringify([shown, [...hidden.projects]])).not.toMatch(/canary/i);
    expect(shown).toMatchObject({ sessionId: 's1', name: 'session-0002', project: 'project-0010', account: 'default' });
    expect(shown.facts).toEqual({ branch: ['branch-000d', [1, 1, 1]], compactions: [3, [1, 1, 1]] });
    expect([...hidden.projects]).toEqual([['project-0010', 'project-0010']]);
    expect(hidden.models.get(1)).toBe('claude-opus-4-8');
  });

  test('two projects with one stand-in stay two rows, always in the same order', () => {
    const both = [info(1), info(2, { root: '/home/dev/yranac' })];
    const roots = () => [...hiddenDirectory(directory(both), hide).sessions.values()].map(({ root }) => root);
    expect(roots()).toEqual(['project-0010', 'project-0010-2']);
    expect(roots()).toEqual(roots());
  });

  test('a session is found by its stand-in, and by its real name for who knows it; a miss names no real one', () => {
    const hidden = hiddenDirectory(directory([info(1), info(22, { name: 'Another' })]), hide);
    const find = (which: string) => findSession(hidden, which, { lastUse: new Map(), current: undefined }).id;
    expect([find('session-0002'), find('canary title'), find('s22')]).toEqual([1, 1, 22]);
    expect(() => find('canary titel')).toThrow(expect.objectContaining({ hint: expect.not.stringMatching(/canary/i) }));
  });

  test('nothing is looked at before it is asked for', () => {
    const real = directory([info(1)]);
    const lazy = {
      ...real,
      get sessions(): never {
        throw new Error('asked for');
      },
    };
    expect(hiddenDirectory(lazy, hide).models.size).toBe(1);
  });
});

test('LS-27: the head says that there was a filter, not by which name', () => {
  expect(hiddenFilters({ project: ['a', 'b'], model: ['opus'], tag: ['c'] })).toEqual({
    project: ['hidden', 'hidden'],
    model: ['opus'],
    tag: ['hidden'],
  });
});

test('LS-27: a sentence about a transcript does without its folder', () => {
  expect(withoutFolders('~/.claude/projects/-home-canary/x.jsonl and ~/.claude/projects/-b could not be read')).toBe(
    '~/.claude/projects/…/x.jsonl and ~/.claude/projects/… could not be read',
  );
});
