import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { placeOf, withoutWorktree } from './project.ts';

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-place-')));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const folder = (...parts: string[]): string => {
  const path = join(dir, ...parts);
  mkdirSync(path, { recursive: true });
  return path;
};
const rootOf = (cwd: string) => placeOf(cwd).root;

describe('D-7, rule 15: the project of a directory', () => {
  it('is its repository, from any directory inside', () => {
    folder('app', '.git');
    expect(placeOf(folder('app', 'src', 'deep'))).toEqual({ root: join(dir, 'app'), exists: true });
  });
  it('is the directory itself without a repository around it', () => {
    const plain = folder('plain', 'inner');
    expect(placeOf(plain)).toEqual({ root: plain, exists: true });
    expect(placeOf('/')).toEqual({ root: '/', exists: true });
  });
  it('of a linked worktree is the main one', () => {
    const linked = folder('main', '.git', 'worktrees', 'fix');
    writeFileSync(join(linked, 'commondir'), '../..\n');
    const worktree = folder('main-fix');
    writeFileSync(join(worktree, '.git'), `gitdir: ${linked}\n`);
    expect(rootOf(worktree)).toBe(join(dir, 'main'));
  });
  it('of a worktree of a bare repository is that repository', () => {
    const linked = folder('bare.git', 'worktrees', 'fix');
    writeFileSync(join(linked, 'commondir'), '../..');
    const worktree = folder('of-bare');
    writeFileSync(join(worktree, '.git'), `gitdir: ${linked}`);
    expect(rootOf(worktree)).toBe(join(dir, 'bare.git'));
  });
  it('of a submodule is the submodule: its git directory names no common one', () => {
    folder('outer', '.git', 'modules', 'lib');
    const submodule = folder('outer', 'lib');
    writeFileSync(join(submodule, '.git'), 'gitdir: ../.git/modules/lib\r\n');
    expect(rootOf(submodule)).toBe(submodule);
  });
  it('a `.git` that points nowhere, is no pointer or is too large to be one does not count', () => {
    folder('around', '.git');
    for (const [name, content] of [
      ['words', 'hello'],
      ['large', `gitdir: ${'x'.repeat(5000)}`],
    ] as const) {
      const inner = folder('around', name);
      writeFileSync(join(inner, '.git'), content);
      expect(rootOf(inner)).toBe(join(dir, 'around'));
    }
  });
  it('that is gone is read off its path, without the worktree', () => {
    expect(placeOf('/nowhere/app/.claude/worktrees/fix/src')).toEqual({ root: '/nowhere/app', exists: false });
    expect(placeOf('/nowhere/app')).toEqual({ root: '/nowhere/app', exists: false });
    expect(withoutWorktree('/.claude/worktrees/fix')).toBe('/.claude/worktrees/fix');
  });
  it('a path that is not absolute stays as it is: it depends on nobody’s current directory', () =>
    expect(placeOf('src')).toEqual({ root: 'src', exists: false }));
});
