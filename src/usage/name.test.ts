import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { projectNames, rankedSessionName, sessionName } from './name.ts';

const names = (...paths: string[]) => [...projectNames(paths).values()];

describe('project names (D-7)', () => {
  test('D-7: last part, shortest differing path, undecoded folder name', () => {
    expect(names('/home/dev/src/api')).toEqual(['api']);
    expect(projectNames(['/home/dev/a/web', '/home/dev/b/web', '/home/dev/api'])).toEqual(
      new Map([
        ['/home/dev/api', 'api'],
        ['/home/dev/a/web', 'a/web'],
        ['/home/dev/b/web', 'b/web'],
      ]),
    );
    expect(names('-home-dev-my-app')).toEqual(['-home-dev-my-app']);
  });

  test('D-7: deeper, nested, Windows and root paths', () => {
    expect([...projectNames(['/x/a/web', '/y/a/web', '/y/b/web'])].sort()).toEqual([
      ['/x/a/web', 'x/a/web'],
      ['/y/a/web', 'y/a/web'],
      ['/y/b/web', 'b/web'],
    ]);
    expect([...projectNames(['/web', '/a/web'])].sort()).toEqual([
      ['/a/web', 'a/web'],
      ['/web', '/web'],
    ]);
    expect(names('C:\\Users\\me\\api', '/', '')).toEqual(expect.arrayContaining(['api', '/', '']));
  });

  test('D-7: different paths have different names', () => {
    const part = fc.constantFrom('a', 'b', 'web');
    const absolute = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(fc.uniqueArray(absolute, { maxLength: 12 }), (paths) => {
        const found = projectNames(paths);
        expect(found.size).toBe(paths.length);
        expect(new Set(found.values()).size).toBe(paths.length);
        for (const [path, name] of found) expect(path.endsWith(name)).toBe(true);
      }),
    );
  });
});

describe('session names (D-8)', () => {
  const base = { project: 'api', sessionId: '11112222-3333' };
  test('D-8: named; AI title; neither', () => {
    expect(sessionName({ ...base, given: 'deploy', aiTitle: 'Fix login' })).toBe('deploy');
    expect(sessionName({ ...base, given: null, aiTitle: 'Fix login' })).toBe('Fix login');
    expect(sessionName(base)).toBe('api 1111');
  });

  test('D-8, LS-25: the order, blank names left out', () => {
    const keys = ['given', 'client', 'customTitle', 'aiTitle', 'openTask', 'derived'] as const;
    const all = Object.fromEntries(keys.map((key) => [key, ` ${key} `]));
    for (const [rank, key] of keys.entries()) {
      expect(rankedSessionName({ ...base, ...all })).toEqual({ name: key, rank });
      all[key] = '  ';
    }
    expect(rankedSessionName({ ...base, ...all }).rank).toBe(6);
    expect(sessionName({ project: '', sessionId: 'abcdef' })).toBe('abcd');
  });
});
