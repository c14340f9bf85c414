import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolvePaths } from '../../platform/paths.ts';
import { findClients } from './client-version.ts';
import { type InstallContext, installContext } from './context.ts';
import { planHooks, planSettingsRemoval } from './settings-install.ts';
import { planStatusline } from './statusline-install.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../../fixtures/settings');
const names = readdirSync(FIXTURES).filter((name) => name.endsWith('.json'));

let home: string;
let context: InstallContext;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tidemark-set-'));
  mkdirSync(path.join(home, 'bin'));
  mkdirSync(path.join(home, '.claude'));
  client("echo '2.1.329 (Claude Code)'");
  const env = { HOME: home, PATH: path.join(home, 'bin') };
  writeFileSync(path.join(home, 'main.js'), '');
  context = installContext(env, resolvePaths(env, 'linux'), Date.UTC(2026, 10, 21, 16), path.join(home, 'main.js'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function client(script: string): void {
  const file = path.join(home, 'bin/claude');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}
const settings = () => path.join(home, '.claude/settings.json');
const hooks = async () => (await planHooks(context, { events: 'standard' })).apply();
const line = async () => (await planStatusline(context, { force: false, subagents: true })).apply();

describe('LS-43, SL-36: on the disk, install and uninstall give each file back', () => {
  test.each(names)('%s', async (name) => {
    const bytes = readFileSync(path.join(FIXTURES, name));
    const target = name === 'linked.json' ? path.join(home, 'dotfiles.json') : settings();
    writeFileSync(target, bytes, { mode: 0o640 });
    if (target !== settings()) symlinkSync(target, settings());
    const mode = name === 'read-only.json' ? 0o400 : 0o640;
    chmodSync(target, mode);

    await line();
    await hooks();
    await hooks();
    expect(readFileSync(settings(), 'utf8')).toContain('tidemark-run hook');
    expect(statSync(settings()).mode & 0o777).toBe(mode);
    expect(lstatSync(settings()).isSymbolicLink()).toBe(target !== settings());
    expect(readdirSync(path.join(home, '.claude')).filter((each) => each.includes('backup'))).toHaveLength(1);

    await planSettingsRemoval(context, { hooks: true, lines: false }).apply();
    expect(readFileSync(settings(), 'utf8')).not.toContain('tidemark-run hook');
    await planSettingsRemoval(context, { hooks: false, lines: true }).apply();
    expect(readFileSync(settings()).equals(bytes)).toBe(true);
    expect(statSync(settings()).mode & 0o777).toBe(mode);
    expect(readdirSync(path.join(home, '.claude'))).toEqual(['settings.json']);
    expect(existsSync(context.paths.dataDir)).toBe(false);
  });
});

test('LS-43: a file that another program changes while the person reads the difference is not overwritten', async () => {
  writeFileSync(settings(), '{}');
  const plan = await planHooks(context, { events: 'standard' });
  writeFileSync(settings(), '{ "theirs": 1 }');
  await expect(plan.apply()).rejects.toThrow('changed by another program');
  expect(readFileSync(settings(), 'utf8')).toBe('{ "theirs": 1 }');
});

test('SEC-52: each change of a file that others changed in between has its own backup, which stays', async () => {
  writeFileSync(settings(), '{}');
  await hooks();
  writeFileSync(settings(), `${readFileSync(settings(), 'utf8').replace(/\}\s*$/, '')}, "theirs": 1 }`);
  await planSettingsRemoval(context, { hooks: true, lines: true }).apply();
  expect(JSON.parse(readFileSync(settings(), 'utf8'))).toEqual({ theirs: 1 });
  expect(readdirSync(path.join(home, '.claude')).filter((name) => name.includes('backup'))).toHaveLength(2);
});

test('LS-43: a Claude directory that did not exist goes again', async () => {
  rmSync(path.join(home, '.claude'), { recursive: true });
  await hooks();
  expect(statSync(path.join(home, '.claude')).mode & 0o777).toBe(0o700);
  await planSettingsRemoval(context, { hooks: true, lines: true }).apply();
  expect(existsSync(path.join(home, '.claude'))).toBe(false);
});

test('SL-37: two directories with different lines: one is chained, the other left as it is and named', async () => {
  const other = path.join(home, '.config/claude');
  mkdirSync(other, { recursive: true });
  writeFileSync(settings(), '{ "statusLine": { "type": "command", "command": "one" } }');
  writeFileSync(path.join(other, 'settings.json'), '{ "statusLine": { "type": "command", "command": "two" } }');
  const env = { ...context.env };
  const both = { ...context, paths: resolvePaths(env, 'linux') };
  const plan = await planStatusline(both, { force: false, subagents: false });
  expect(plan.changes.map(({ path: file }) => file)).toEqual([settings()]);
  expect(plan.notes.join(' ')).toContain('differs');
});

test('SL-38: the chained command is forgotten with the status line, also while the hooks stay', async () => {
  writeFileSync(settings(), '{ "statusLine": { "type": "command", "command": "theirs" } }');
  await hooks();
  await line();
  expect(readFileSync(context.paths.configFile, 'utf8')).toContain('theirs');
  await planSettingsRemoval(context, { hooks: false, lines: true }).apply();
  expect(readFileSync(context.paths.configFile, 'utf8')).not.toContain('theirs');
  expect(readFileSync(settings(), 'utf8')).toContain('"command": "theirs"');
  expect(readFileSync(settings(), 'utf8')).toContain('tidemark-run hook');
});

test('SL-38: a command that a person chained by hand is not ours to forget', async () => {
  mkdirSync(path.dirname(context.paths.configFile), { recursive: true, mode: 0o700 });
  writeFileSync(context.paths.configFile, 'statusline:\n  chain: { command: mine }\n');
  writeFileSync(settings(), '{}');
  await line();
  await planSettingsRemoval(context, { hooks: true, lines: true }).apply();
  expect(readFileSync(context.paths.configFile, 'utf8')).toContain('mine');
});

describe('LS-44: asking clients', () => {
  test('one that hangs, fails or says something else has no version; the environment is short', async () => {
    const ask = async () =>
      (await findClients({ PATH: path.join(home, 'bin'), HOME: home, SECRET: 'canary' }, home, 'linux', 300)).map(({ version }) => version);
    client('exec sleep 60');
    expect(await ask()).toEqual([null]);
    client('echo 2.1.3; exit 1');
    expect(await ask()).toEqual([null]);
    client('[ -z "$SECRET" ] && echo "2.1.$DISABLE_AUTOUPDATER"');
    expect(await ask()).toEqual([[2, 1, 1]]);
  });

  test('the same program by two names counts once; a relative PATH is not looked at', async () => {
    mkdirSync(path.join(home, '.local/bin'), { recursive: true });
    symlinkSync(path.join(home, 'bin/claude'), path.join(home, '.local/bin/claude'));
    expect(await findClients({ PATH: `${path.join(home, 'bin')}:bin`, HOME: home }, home, 'linux')).toHaveLength(1);
  });
});
