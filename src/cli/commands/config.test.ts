import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SETTING_BY_KEY } from '../../config/schema.ts';
import { runCommand } from '../testing-command.ts';
import { addConfigCommands } from './config.ts';

let home: string;
let file: string;
let compiled: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tidemark-config-command-'));
  file = join(home, 'c', 'tidemark', 'config.yaml');
  compiled = join(home, 's', 'tidemark', 'config.json');
  mkdirSync(join(home, 'c', 'tidemark'), { recursive: true });
  const set = { HOME: home, XDG_CONFIG_HOME: join(home, 'c'), XDG_DATA_HOME: join(home, 'd'), XDG_STATE_HOME: join(home, 's') };
  for (const [name, value] of Object.entries(set)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const run = (...args: readonly string[]) => runCommand(addConfigCommands, ['config', ...args]);

// biome-ignore lint/suspicious/noExplicitAny: what the hot paths read, looked at by tests only
const forHotPaths = (): any => JSON.parse(readFileSync(compiled, 'utf8')).config;

describe('ST-17 set and validate make the file hold for the hot paths', () => {
  test('set', async () => {
    expect((await run('set', 'statusline.layout', 'minimal')).error).toBeNull();
    expect(forHotPaths().statusline.layout).toBe('minimal');
    expect(statSync(compiled).mode & 0o777).toBe(0o600);
    await run('set', 'statusline.layout', '--unset');
    expect(forHotPaths().statusline.layout).toBe('compact');
  });

  test('validate, after an edit by hand; also with a note about what has no effect', async () => {
    writeFileSync(file, 'privacy: { names: hide }\n');
    expect((await run('validate')).out).toContain('fine');
    expect(forHotPaths().privacy.names).toBe('hide');
    writeFileSync(file, 'statusline: { segments: [dir, nonsense] }\n');
    await run('validate');
    expect(forHotPaths().statusline.segments).toEqual(['dir', 'nonsense']);
  });

  test('a broken file leaves what holds; a file named for this one command does not count', async () => {
    writeFileSync(file, 'statusline: { layout: minimal }\n');
    await run('validate');
    writeFileSync(file, 'statusline: { layout: nonsense }\n');
    expect((await run('validate')).error).toMatchObject({ exitCode: 78 });
    expect(forHotPaths().statusline.layout).toBe('minimal');
    const other = join(home, 'other.yaml');
    writeFileSync(other, 'statusline: { layout: classic }\n');
    await run('validate', other);
    await run('validate', '--config', other);
    await run('set', 'statusline.layout', 'powerline', '--config', other);
    expect(forHotPaths().statusline.layout).toBe('minimal');
    expect(readFileSync(other, 'utf8')).toContain('powerline');
  });

  test('without a file nothing is compiled; a state directory that cannot be made is said, and the setting stands', async () => {
    expect((await run('validate')).out).toContain('defaults hold');
    expect(existsSync(compiled)).toBe(false);
    writeFileSync(join(home, 's'), '');
    const { err, error } = await run('set', 'statusline.layout', 'minimal');
    expect(error).toBeNull();
    expect(err).toContain('statusline and hooks keep their former settings');
    expect(readFileSync(file, 'utf8')).toContain('minimal');
  });
});

test('SL-19 validate names unknown segments, each with its place, and set says so at once', async () => {
  writeFileSync(file, 'statusline:\n  segments:\n    - [dir, contxt]\n    - [cost, nonsense]\n');
  const { out, error } = await run('validate');
  expect(out.split('\n')).toEqual([
    `${file}:3:13: statusline.segments: unknown segment "contxt", ignored; did you mean context?`,
    `${file}:4:14: statusline.segments: unknown segment "nonsense", ignored`,
    '',
  ]);
  expect(error).toMatchObject({ exitCode: 78, message: '2 problems in the configuration' });
  const set = await run('set', 'statusline.segments', '["dir","gti"]');
  expect(set.error).toBeNull();
  expect(set.err).toContain('unknown segment "gti", ignored; did you mean git?');
});

test('UR-122 show says of every key its value and the layer it comes from', async () => {
  writeFileSync(file, 'statusline: { layout: minimal, segments: [dir] }\nsessions: { idleAfter: 15m }\n');
  vi.stubEnv('TIDEMARK_STATUSLINE_THEME', 'safe');
  const { out } = await run('show');
  const rows = new Map(
    out.split('\n').flatMap((line) => (line.includes('.') && !line.startsWith('/') ? [[line.split(/\s+/)[0]!, line]] : [])),
  );
  expect([...rows.keys()]).toEqual([...SETTING_BY_KEY.keys()]);
  expect(rows.get('statusline.layout')).toMatch(/minimal +file$/);
  expect(rows.get('statusline.segments')).toMatch(/\["dir"\] +file$/);
  expect(rows.get('sessions.idleAfter')).toMatch(/15m +file$/);
  expect(rows.get('statusline.theme')).toMatch(/safe +env TIDEMARK_STATUSLINE_THEME$/);
  expect(rows.get('statusline.width')).toMatch(/none +default$/);
  const json = JSON.parse((await run('show', '--json')).out);
  expect(json.settings).toHaveLength(SETTING_BY_KEY.size);
  expect(json.settings.find(({ key }: { key: string }) => key === 'sessions.idleAfter')).toEqual({
    key: 'sessions.idleAfter',
    value: 900_000,
    layer: 'file',
  });
});

test('UR-113: ledger.keep is taken without a remark', async () => {
  const set = await run('set', 'ledger.keep', '30d');
  expect([set.error, set.err]).toEqual([null, '']);
  expect((await run('validate')).error).toBeNull();
  expect((await run('show')).out).toMatch(/ledger\.keep +30d +file$/m);
});
