import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AGES } from './constants.ts';
import { GitReader, parseGitStatus } from './git.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-git-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const GIT = (() => {
  try {
    return execFileSync('/bin/sh', ['-c', 'command -v git']).toString().trim();
  } catch {
    return '';
  }
})();

describe('SH-6: git', () => {
  test('what porcelain says', () => {
    const text = '# branch.oid 0123456789abcdef\n# branch.head main\n# branch.upstream origin/main\n# branch.ab +2 -1\n1 .M x\n? y\nu z\n';
    expect(parseGitStatus(text, NOW)).toEqual({ branch: 'main', ahead: 2, behind: 1, dirty: 3, at: NOW });
    expect(parseGitStatus('# branch.oid 0123456789abcdef\n# branch.head (detached)\n', NOW)?.branch).toBe('0123456');
    expect(parseGitStatus('', NOW)).toBeNull();
  });

  const git = (cwd: string, ...args: string[]) =>
    execFileSync(GIT, ['-c', 'user.name=x', '-c', 'user.email=x@example.invalid', '-c', 'init.defaultBranch=main', ...args], {
      cwd,
      stdio: 'pipe',
      env: { PATH: process.env.PATH, HOME: root },
    });
  const reader = (more: object = {}) => new GitReader({ path: process.env.PATH, home: root, now: () => NOW, ...more });

  test.skipIf(GIT === '')('two work trees of one repository show two branches; no lock, no monitor, no hook (needs git)', async () => {
    const [main, other] = [join(root, 'main'), join(root, 'other')];
    mkdirSync(main);
    git(main, 'init');
    writeFileSync(join(main, 'a'), '1');
    git(main, 'add', 'a');
    git(main, 'commit', '-m', 'x');
    git(main, 'worktree', 'add', '-b', 'side', other);
    writeFileSync(join(main, 'b'), '2');
    const evil = join(root, 'evil.sh');
    writeFileSync(evil, `#!/bin/sh\ntouch ${join(root, 'ran')}\n`);
    chmodSync(evil, 0o755);
    git(main, 'config', 'core.fsmonitor', evil);
    const read = reader();
    await Promise.all([read.refresh(main), read.refresh(other)]);
    expect(read.get(main)).toMatchObject({ branch: 'main', dirty: 1 });
    expect(read.get(other)).toMatchObject({ branch: 'side', dirty: 0 });
    expect(existsSync(join(root, 'ran'))).toBe(false);
    expect(readdirSync(join(main, '.git')).filter((name) => name.endsWith('.lock'))).toEqual([]);
    expect(reader().get(main)).toBeNull();
  });

  test.skipIf(GIT === '')('a hanging git leaves the old value with its age (needs git)', async () => {
    const repo = join(root, 'repo');
    mkdirSync(repo);
    git(repo, 'init');
    const bin = join(root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'git'), `#!/bin/sh\n[ -e ${join(root, 'hang')} ] && exec sleep 20\nexec ${GIT} "$@"\n`);
    chmodSync(join(bin, 'git'), 0o755);
    let now = NOW;
    const read = reader({ path: `${bin}:${process.env.PATH}`, now: () => now, timeoutMs: 1500 });
    await read.refresh(repo);
    expect(read.get(repo)).toMatchObject({ at: NOW });
    writeFileSync(join(root, 'hang'), '');
    now += 31_000;
    await read.refresh(repo);
    expect(read.get(repo)).toMatchObject({ at: NOW });
    now += AGES.git.hide;
    expect(read.get(repo)).toBeNull();
  });

  test.skipIf(GIT === '')(
    'a link that leads to another work tree shows that one when git is asked again; ended sessions are forgotten (needs git)',
    async () => {
      const [one, two, link] = [join(root, 'one'), join(root, 'two'), join(root, 'link')];
      for (const [dir, branch] of [
        [one, 'first'],
        [two, 'second'],
      ] as const) {
        mkdirSync(dir);
        git(dir, 'init');
        git(dir, 'checkout', '-b', branch);
      }
      symlinkSync(one, link);
      let now = NOW;
      const read = reader({ now: () => now });
      expect([read.get(link), read.size]).toEqual([null, 0]);
      await Promise.all([read.refresh(link), read.refresh(two)]);
      expect([read.get(link)?.branch, read.get(one)?.branch]).toEqual(['first', 'first']);
      rmSync(link);
      symlinkSync(two, link);
      now += AGES.git.refresh;
      await read.refresh(link);
      expect(read.get(link)?.branch).toBe('second');
      expect(read.size).toBe(5);
      now += 2 * AGES.git.hide + 1;
      await read.refresh(two);
      expect([read.size, read.get(two)?.branch]).toEqual([2, 'second']);
    },
  );

  test('a folder without repository, and a relative PATH', async () => {
    const read = reader({ path: 'bin:.' });
    await read.refresh(root);
    expect(read.get(root)).toBeNull();
  });
});
