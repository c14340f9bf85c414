import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolvePaths } from '../../platform/paths.ts';
import { type InstallContext, installContext } from './context.ts';
import { hooksObject, isGuard, ourHooks } from './hook-entries.ts';
import { hookCommand, isOurCommand, launcherPath, writeLauncher } from './launcher.ts';
import { planHooks, planSettingsRemoval } from './settings-install.ts';
import { parseSettings, settingsValue } from './settings-text.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../../fixtures/settings');
const PLAIN = readdirSync(FIXTURES).filter((name) => name.endsWith('.json') && !/linked|read-only/.test(name));

let home: string;
let context: InstallContext;
const entry = () => path.join(home, 'main.mjs');
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tidemark-guard-'));
  for (const name of ['bin', '.claude']) mkdirSync(path.join(home, name));
  writeFileSync(path.join(home, 'bin/claude'), "#!/bin/sh\necho '2.1.329 (Claude Code)'\n");
  chmodSync(path.join(home, 'bin/claude'), 0o755);
  writeFileSync(entry(), '');
  const env = { HOME: home, PATH: path.join(home, 'bin') };
  context = installContext(env, resolvePaths(env, 'linux'), Date.UTC(2026, 10, 21, 16), entry());
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const settings = () => path.join(home, '.claude/settings.json');
const install = async (guard: boolean, events: 'light' | 'standard' | 'full' = 'standard') => {
  const plan = await planHooks(context, { events, guard });
  await plan.apply();
  return plan;
};
const found = () => ourHooks(settingsValue(parseSettings(readFileSync(settings(), 'utf8'), settings())));
const guards = () => found().filter(({ handler }) => isGuard(handler));

describe('GRD-5, GRD-9: install hooks --guard', () => {
  test('two entries besides the hooks: the launcher, synchronous, five seconds; the price is said before', async () => {
    const { notes } = await install(true);
    const command = `${context.launcher.path} budget guard`;
    const handler = { type: 'command', command, timeout: 5 };
    expect(guards()).toEqual([
      { event: 'UserPromptSubmit', handler },
      { event: 'PreToolUse', handler },
    ]);
    expect(found().filter(({ event }) => event === 'UserPromptSubmit')).toHaveLength(2);
    expect(notes.join(' ')).toMatch(/one process for each prompt and each tool call.*shown to Claude as an error/);
  });

  test.each(['light', 'standard', 'full'] as const)('%s: the same hooks as without it, and twice is once', async (events) => {
    await install(false, events);
    const without = found();
    expect(guards()).toEqual([]);
    await install(true, events);
    const once = readFileSync(settings(), 'utf8');
    expect(found().filter(({ handler }) => !isGuard(handler))).toEqual(expect.arrayContaining([...without]));
    expect(found()).toHaveLength(without.length + 2);
    expect((await install(true, events)).changes).toEqual([]);
    expect(readFileSync(settings(), 'utf8')).toBe(once);
  });

  test('renewing the hooks leaves it, uninstalling takes it along', async () => {
    await install(true);
    expect((await install(false)).changes).toEqual([]);
    await install(false, 'light');
    expect(guards()).toHaveLength(2);
    await planSettingsRemoval(context, { hooks: true, lines: false }).apply();
    expect(readdirSync(path.join(home, '.claude'))).toEqual([]);
  });

  test.each(PLAIN)('%s comes back to the byte', async (name) => {
    const bytes = readFileSync(path.join(FIXTURES, name));
    writeFileSync(settings(), bytes);
    await install(true);
    expect(guards()).toHaveLength(2);
    await planSettingsRemoval(context, { hooks: true, lines: false }).apply();
    expect(readFileSync(settings())).toEqual(bytes);
  });

  test('after a foreign change only our own entries are mended', async () => {
    await install(true);
    const value = JSON.parse(readFileSync(settings(), 'utf8'));
    value.hooks.PreToolUse[0].hooks[0].timeout = 60;
    value.hooks.PreToolUse.push({ matcher: 'Bash', hooks: [{ type: 'command', command: 'mine' }] });
    writeFileSync(settings(), JSON.stringify(value, null, 2));
    await install(true);
    expect(guards().map(({ handler }) => handler.timeout)).toEqual([5, 5]);
    expect(readFileSync(settings(), 'utf8')).toContain('"mine"');
    await planSettingsRemoval(context, { hooks: true, lines: false }).apply();
    expect(found()).toEqual([]);
    expect(readFileSync(settings(), 'utf8')).toContain('"mine"');
  });

  test.each([
    ['does not know the word', 'process.exit(2)'],
    ['fails', 'throw new Error("x")'],
    ['says something without being asked', 'console.log("{}")'],
  ])('GRD-4: a program that %s is not put before every tool call', async (_, code) => {
    writeFileSync(entry(), code);
    await expect(planHooks(context, { events: 'standard', guard: true })).rejects.toThrow('Nothing was written');
    expect(readdirSync(path.join(home, '.claude'))).toEqual([]);
  });
});

test('GRD-5: the entry is recognised as ours on both systems', () => {
  const file = 'C:\\A B\\tidemark\\bin\\tidemark-run.mjs';
  for (const knowsArgs of [true, false]) {
    const guard = hookCommand(file, 'win32', knowsArgs, ['budget', 'guard']);
    expect(isOurCommand(guard)).toBe(true);
    const object = hooksObject({ command: hookCommand(file, 'win32', knowsArgs), events: [], guard });
    expect(ourHooks({ hooks: object }).map(({ handler }) => isGuard(handler))).toEqual([true, true]);
  }
});

test.each([
  ['exit 2 refuses a tool', 'process.stderr.write("x"); process.exit(2)', ''],
  ['a crash', 'throw new Error("x")', ''],
  ['an answer', 'process.stdout.write("{\\"continue\\":false}")', '{"continue":false}'],
])('GRD-4: the launcher lets nothing but the guard’s words through: %s', (_, code, out) => {
  writeFileSync(entry(), code);
  const file = launcherPath(path.join(home, 'tidemark'), 'linux');
  writeLauncher({ path: file, node: process.execPath, entry: entry() });
  const { command } = hookCommand(file, 'linux', true, ['budget', 'guard']);
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { env: { PATH: '' }, input: '{}', encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: out, stderr: '' });
});
