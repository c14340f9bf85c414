import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const MAIN = process.env.TIDEMARK_MAIN ?? path.resolve('dist/main.js');
const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const B = 'bbbbbbbb-0000-4000-8000-000000000002';
let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tidemark-session-'));
  cpSync('fixtures/homes/two-projects', home, { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function tidemark(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    XDG_CONFIG_HOME: `${home}/c`,
    XDG_DATA_HOME: `${home}/d`,
    XDG_STATE_HOME: `${home}/s`,
    ...more,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env, cwd: home });
  return { status, stdout, stderr };
}
const ok = (...args: string[]) => {
  const done = tidemark(args);
  expect(done, args.join(' ')).toMatchObject({ status: 0 });
  return done.stdout;
};
const json = (...args: string[]) => JSON.parse(ok(...args));

describe('tidemark session', () => {
  test('UR-46 show: entries add up to totalCost; sessions --id is the same; an unknown id is exit 1', () => {
    const shown = json('session', 'show', 'aaaa', '--json');
    expect(shown).toMatchObject({ sessionId: A, totalTokens: 112, totalCost: 0.000468, transcript: 'present' });
    expect(shown.entries.reduce((sum: number, e: { costUSD: number }) => sum + e.costUSD, 0)).toBeCloseTo(shown.totalCost, 9);
    expect(json('sessions', '--id', A, '--json').entries).toEqual(shown.entries);
    expect(ok('session', 'show', A)).toContain(A);
    expect(tidemark(['session', 'show', 'nothing', '--json'])).toMatchObject({ status: 1, stdout: '' });
  });

  test('UR-61, UR-62, UR-63 name, tag and note are found by reports', () => {
    ok('session', 'name', A, 'My work');
    ok('session', 'tag', 'my work', '+x', '+y');
    ok('session', 'tag', A, '-y');
    ok('session', 'note', A, 'what it is');
    expect(ok('session', 'name', A)).toBe('My work\n');
    expect(ok('session', 'tag', A)).toBe('x\n');
    expect(ok('session', 'note', A)).toBe('what it is\n');
    const { sessions } = json('sessions', '--tag', 'x', '--json');
    expect(sessions).toMatchObject([{ sessionId: A, name: 'My work', tags: ['x'], description: 'what it is' }]);
    const taken = tidemark(['session', 'name', B, 'MY WORK']);
    expect(taken.status).toBe(1);
    expect(taken.stderr).toContain(A);
    ok('session', 'forget', A);
    expect(json('sessions', '--tag', 'x', '--json').sessions).toEqual([]);
  });

  test('UR-65 compare, UR-66 export: sums, and no file is overwritten without --force', () => {
    expect(json('session', 'compare', A, B, '--json').sessions.map((s: { sessionId: string }) => s.sessionId)).toEqual([A, B]);
    expect(ok('session', 'compare', A, B)).toContain('+/-');
    expect(json('session', 'export', A).totals).toMatchObject({ requests: 2, all_tokens: 112 });
    const file = path.join(home, 'out.csv');
    ok('session', 'export', A, '--format', 'csv', '-o', file);
    expect(readFileSync(file, 'utf8').trim().split('\r\n')).toHaveLength(3);
    expect(tidemark(['session', 'export', A, '--format', 'csv', '-o', file]).status).toBe(1);
    ok('session', 'export', A, '--format', 'md', '-o', file, '--force');
    expect(readFileSync(file, 'utf8')).toContain('| Total |');
  });

  test('UR-67 forget --usage asks, removes exactly its figures, and --undo restores them', () => {
    const before = json('daily', '--json').totals;
    expect(tidemark(['session', 'forget', A, '--usage']).status).toBe(2);
    expect(json('session', 'forget', A, '--usage', '--yes', '--json')).toMatchObject({ requests: 2 });
    expect(json('daily', '--json').totals.totalTokens).toBe(before.totalTokens - 112);
    ok('session', 'forget', A, '--undo');
    expect(json('daily', '--json').totals).toEqual(before);
  });
});

describe('tidemark query', () => {
  test('EXP-70, UR-71 values equal the reports; aliases', () => {
    const table: [string[], string][] = [
      [['tokens', '--range', 'all'], '1652'],
      [['total', '--range', 'all'], '1652'],
      [['cost', '--range', 'all'], '0.006768'],
      [['input', '--range', 'all'], '1501'],
      [['output', '--range', 'all'], '151'],
      [['count', '--range', 'all'], '5'],
      [['sessions', '--range', 'all'], '4'],
      [['tokens', '--range', 'all', '--session', 'aaaa'], '112'],
      [['tokens', '--range', 'all', '--project', 'b/web'], '440'],
      [['requests', '--range', '2001-01-01'], '0'],
      [['unpriced', '--range', 'all'], '0'],
      [['burn.all', '--project', 'b/web'], '0'],
    ];
    for (const [args, value] of table) expect(ok('query', ...args), args.join(' ')).toBe(`${value}\n`);
  });

  test('EXP-71 formats', () => {
    expect(ok('query', 'cost', '--range', 'all', '--format', 'human')).toMatch(/^\$0\.0/);
    expect(json('query', 'tokens', '--range', 'all', '--format', 'json')).toMatchObject({
      metric: 'tokens',
      value: 1652,
      unit: 'tokens',
      source: 'measured',
    });
  });

  test('EXP-72 unknown is exit 1 with a reason, or the default', () => {
    const unknown = tidemark(['query', 'window.used']);
    expect(unknown).toMatchObject({ status: 1, stdout: '' });
    expect(unknown.stderr).toContain('window.used is unknown');
    expect(ok('query', 'window.used', '--default', '7')).toBe('7\n');
    expect(tidemark(['query', 'cache.hit', '--range', '2001-01-01']).status).toBe(1);
  });

  test('EXP-73 thresholds exit 10 and 20 and print all the same', () => {
    const at = (...args: string[]) => tidemark(['query', 'tokens', '--range', 'all', ...args]);
    expect(at('--warn', '1000', '--limit', '2000')).toMatchObject({ status: 10, stdout: '1652\n' });
    expect(at('--warn', '1000', '--limit', '1652')).toMatchObject({ status: 20, stdout: '1652\n' });
    expect(at('--warn', '2000').status).toBe(0);
    expect(at('--warn', '2000', '--below').status).toBe(10);
  });

  test('UR-72 refused by name with exit 2: a metric to come, one that never was, a scope it has not', () => {
    for (const args of [
      ['budget.used'],
      ['tokns'],
      ['window.left', '--session', A],
      ['burn.all', '--range', 'all'],
      ['cost', '--format', 'xml'],
    ]) {
      expect(tidemark(['query', ...args]), args.join(' ')).toMatchObject({ status: 2, stdout: '' });
    }
  });
});
