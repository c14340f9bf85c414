import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hookCommand, isOurCommand, launcherPath, readLauncher, removeLauncher, shellCommand, writeLauncher } from './launcher.ts';

let dir: string;
beforeEach(() => {
  // Everything that a shell would act on.
  dir = path.join(mkdtempSync(path.join(tmpdir(), 'tidemark-run-')), `it's a "home" $HOME %h & more`);
  mkdirSync(dir);
});
afterEach(() => rmSync(path.dirname(dir), { recursive: true, force: true }));

const made = (node: string, entry: string): string => {
  const file = launcherPath(path.join(dir, 'tidemark'), 'linux');
  writeLauncher({ path: file, node, entry });
  return file;
};
/** As the client does: the settings' command by a shell. */
const run = (file: string, rest: 'hook' | 'statusline', PATH = '') => {
  const command = rest === 'hook' ? hookCommand(file, 'linux', true).command : shellCommand(file, 'linux', rest);
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { env: { PATH }, input: '{}', encoding: 'utf8' });
  return { status, stdout, stderr };
};
const program = (name: string, text: string): string => {
  const file = path.join(dir, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
};

describe('LS-45: the launcher', () => {
  test('runs the recorded Node and entry with its arguments, in paths with blanks, quotes and signs', () => {
    const entry = program('entry.mjs', 'process.stdout.write(JSON.stringify(process.argv.slice(2)))');
    expect(run(made(process.execPath, entry), 'hook')).toEqual({ status: 0, stdout: '["hook"]', stderr: '' });
    expect(statSync(made(process.execPath, entry)).mode & 0o777).toBe(0o700);
    expect(readLauncher(made(process.execPath, entry))).toMatchObject({ node: process.execPath, entry });
  });

  test('falls back to the node of the PATH', () => {
    const entry = program('entry.mjs', '');
    const bin = path.join(dir, 'bin dir');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'node'), '#!/bin/sh\nprintf "other %s" "$2"\n');
    chmodSync(path.join(bin, 'node'), 0o755);
    expect(run(made(path.join(dir, 'gone'), entry), 'hook', bin)).toEqual({ status: 0, stdout: 'other hook', stderr: '' });
  });

  test('says nothing and ends with 0 when the package, Node, or both are gone; the status line says what to do (SL-32)', () => {
    const entry = program('entry.mjs', '');
    for (const file of [made(process.execPath, path.join(dir, 'no.mjs')), made(path.join(dir, 'gone'), entry)]) {
      expect(run(file, 'hook')).toEqual({ status: 0, stdout: '', stderr: '' });
      expect(run(file, 'statusline')).toEqual({ status: 0, stdout: 'tidemark ⚠ run: tidemark doctor', stderr: '' });
    }
  });

  test('a Node of the PATH that fails is no error of the session', () => {
    const entry = program('entry.mjs', '');
    const bin = path.join(dir, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'node'), '#!/bin/sh\necho broken >&2\nexit 3\n');
    chmodSync(path.join(bin, 'node'), 0o755);
    expect(run(made(path.join(dir, 'gone'), entry), 'hook', bin)).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('removing it takes its empty folders along', () => {
    const file = made('/usr/bin/node', '/x/main.js');
    removeLauncher(file);
    expect(() => statSync(path.dirname(path.dirname(file)))).toThrow('ENOENT');
  });

  test('writing it again changes nothing when nothing changed', () => {
    const file = made('/usr/bin/node', '/x/main.js');
    const { ino } = statSync(file);
    made('/usr/bin/node', '/x/main.js');
    expect(statSync(file).ino).toBe(ino);
    made('/usr/bin/node', '/y/main.js');
    expect(readFileSync(file, 'utf8')).toContain('/y/main.js');
  });
});

test('LS-45, SL-43: on Windows node comes first, with forward slashes', () => {
  const file = 'C:\\Users\\A B\\tidemark\\bin\\tidemark-run.mjs';
  expect(hookCommand(file, 'win32', true)).toEqual({ command: 'node', args: ['C:/Users/A B/tidemark/bin/tidemark-run.mjs', 'hook'] });
  expect(hookCommand(file, 'win32', false)).toEqual({ command: 'node "C:/Users/A B/tidemark/bin/tidemark-run.mjs" hook' });
  expect(shellCommand(file, 'win32', 'statusline')).toBe('node "C:/Users/A B/tidemark/bin/tidemark-run.mjs" statusline');
});

describe('LS-46: which handlers are ours', () => {
  test.each([
    [{ type: 'command', command: '/home/dev/.local/share/tidemark/bin/tidemark-run hook' }, true],
    [{ type: 'command', command: "'/home/o'\\''neil dev/.local/share/tidemark/bin/tidemark-run' hook" }, true],
    [{ type: 'command', command: '/data/tidemark/bin/tidemark-run statusline --subagents' }, true],
    [{ type: 'command', command: 'node "C:/A B/tidemark/bin/tidemark-run.mjs" hook' }, true],
    [{ type: 'command', command: 'node', args: ['C:/A B/tidemark/bin/tidemark-run.mjs', 'hook'] }, true],
    [{ type: 'command', command: 'tee /tmp/x | /home/dev/.local/share/tidemark/bin/tidemark-run hook' }, false],
    [{ type: 'command', command: '/usr/bin/tidemark-run hook' }, false],
    [{ type: 'command', command: '/home/dev/my-tidemark/bin/tidemark-run hook' }, false],
    [{ type: 'command', command: '/x/tidemark/bin/tidemark-run hook && rm x' }, false],
    [{ type: 'command', command: 'node', args: ['/x/other.mjs'] }, false],
    [{ type: 'command' }, false],
    [null, false],
  ])('%j: %s', (handler, ours) => {
    expect(isOurCommand(handler)).toBe(ours);
  });
});
