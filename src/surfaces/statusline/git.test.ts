import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBranch } from './git.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'branch-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function repository(head: string): void {
  mkdirSync(join(root, '.git'));
  writeFileSync(join(root, '.git', 'HEAD'), head);
}

test('SL-14 plain repository, from a folder below', () => {
  repository('ref: refs/heads/feature/login\n');
  mkdirSync(join(root, 'a', 'b'), { recursive: true });
  expect(readBranch(join(root, 'a', 'b'))).toBe('feature/login');
});

test('SL-14 unborn branch, detached head, SHA-256, a foreign reference store', () => {
  repository('ref: refs/heads/main\n');
  expect(readBranch(root)).toBe('main');
  writeFileSync(join(root, '.git', 'HEAD'), `${'a1b2c3d4e5'.repeat(4)}\n`);
  expect(readBranch(root)).toBe('a1b2c3d');
  writeFileSync(join(root, '.git', 'HEAD'), `${'0'.repeat(64)}\n`);
  expect(readBranch(root)).toBe('0000000');
  writeFileSync(join(root, '.git', 'HEAD'), 'ref: refs/heads/.invalid\n');
  expect(readBranch(root)).toBeNull();
});

test('SL-14 worktree and submodule: the file .git leads on, absolute or relative', () => {
  mkdirSync(join(root, 'main', '.git', 'worktrees', 'wt'), { recursive: true });
  writeFileSync(join(root, 'main', '.git', 'worktrees', 'wt', 'HEAD'), 'ref: refs/heads/wt\n');
  mkdirSync(join(root, 'wt'));
  writeFileSync(join(root, 'wt', '.git'), `gitdir: ${join(root, 'main', '.git', 'worktrees', 'wt')}\n`);
  expect(readBranch(join(root, 'wt'))).toBe('wt');
  writeFileSync(join(root, 'wt', '.git'), 'gitdir: ../main/.git/worktrees/wt\n');
  expect(readBranch(join(root, 'wt'))).toBe('wt');
});

test('SL-14 bare repository, a loop, rubbish, a folder that is gone', () => {
  writeFileSync(join(root, 'HEAD'), 'ref: refs/heads/main\n');
  expect(readBranch(root)).toBeNull();
  symlinkSync('.git', join(root, '.git'));
  expect(readBranch(root)).toBeNull();
  rmSync(join(root, '.git'));
  writeFileSync(join(root, '.git'), 'gitdir: .git\n');
  expect(readBranch(root)).toBeNull();
  expect(readBranch(join(root, 'gone'))).toBeNull();
});

test('SL-14 300 hostile characters come back as they are: the segment makes them harmless', () => {
  const name = '\u001b[31m\u202e'.repeat(50);
  repository(`ref: refs/heads/${name}\n`);
  expect(readBranch(root)).toBe(name);
});
