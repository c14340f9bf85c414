import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** Calls of the file system that fail, by call and end of the path. */
const failing = vi.hoisted(() => new Map<string, unknown>());
vi.mock('node:fs', async (original) => {
  const fs = (await original()) as Record<string, (path: string, ...rest: unknown[]) => unknown>;
  const watched = (name: string) => (path: string, more?: unknown) => {
    for (const [what, error] of failing) {
      const [call, end] = what.split(' ') as [string, string];
      if (call === name && path.endsWith(end)) {
        if (typeof error === 'function') return error();
        throw error;
      }
    }
    return fs[name]!(path, more);
  };
  return { ...fs, readdirSync: watched('readdirSync'), lstatSync: watched('lstatSync'), statSync: watched('statSync') };
});
const { discover } = await import('./discover.ts');

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-discover-')));
});
afterEach(() => {
  failing.clear();
  rmSync(dir, { recursive: true, force: true });
});
const put = (name: string): string => {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '{}\n');
  return path;
};
const link = (name: string, target: string): void => {
  mkdirSync(join(dir, name, '..'), { recursive: true });
  symlinkSync(join(dir, target), join(dir, name));
};
const found = (...claudeDirs: string[]) => discover(claudeDirs.map((each) => join(dir, each)));
const names = (discovery: ReturnType<typeof discover>) => discovery.files.map((file) => relative(dir, file.path)).sort();
const fails = (code: string | undefined) => Object.assign(new Error('x'), code === undefined ? {} : { code });

describe('finding transcripts', () => {
  it('D-6: sessions, agents beside and below them, each with the session of its path', () => {
    for (const name of [
      's1.jsonl',
      's1/subagents/agent-a.jsonl',
      's1/subagents/workflows/wf/agent-b.jsonl',
      'agent-0c1d.jsonl',
      'notes.txt',
    ])
      put(`c/projects/-x/${name}`);
    const { files, roots } = found('c');
    const told = files.map(({ path, sessionFromPath, isAgent, folder }) => [
      relative(join(dir, 'c/projects/-x'), path),
      sessionFromPath,
      isAgent,
      folder,
    ]);
    expect(told.sort()).toEqual([
      ['agent-0c1d.jsonl', 'agent-0c1d', true, '-x'],
      ['s1.jsonl', 's1', false, '-x'],
      ['s1/subagents/agent-a.jsonl', 's1', true, '-x'],
      ['s1/subagents/workflows/wf/agent-b.jsonl', 's1', true, '-x'],
    ]);
    expect(roots).toEqual([join(dir, 'c/projects')]);
  });

  it('transcripts §14: folders that are never opened, and what lies too deep', () => {
    for (const never of ['tool-results', 'memory', 'file-history', 'paste-cache', 'uploads', 'image-cache', 'telemetry'])
      put(`c/projects/-x/${never}/a.jsonl`);
    put('c/projects/1/2/3/4/5/6/7/8/in.jsonl');
    put('c/projects/1/2/3/4/5/6/7/8/9/out.jsonl');
    put('d/projects/far.jsonl');
    link('c/projects/1/2/3/4/5/6/7/8/linked', 'd/projects');
    link('c/projects/-x/linked/telemetry', 'd/projects');
    expect(names(discover([join(dir, 'c')]))).toEqual(['c/projects/1/2/3/4/5/6/7/8/in.jsonl']);
    // The directory itself still shows what the link there did not.
    expect(names(found('c', 'd'))).toEqual(['c/projects/1/2/3/4/5/6/7/8/in.jsonl', 'd/projects/far.jsonl']);
  });

  it('HZ-30: directories listed twice, by a link, or as their `projects` folder count once', () => {
    put('c/projects/-x/a.jsonl');
    link('same', 'c');
    expect(names(found('c', 'same', 'c/projects', 'c/projects/'))).toEqual(['c/projects/-x/a.jsonl']);
    expect(names(found('c/projects'))).toEqual(['c/projects/-x/a.jsonl']);
    expect(found('none').files).toEqual([]);
  });

  it('SEC-42: links are followed inside the Claude directories only, each target once', () => {
    put('c/projects/-x/a.jsonl');
    put('d/projects/-y/b.jsonl');
    put('outside/secret.jsonl');
    put('d/notes.txt');
    link('c/projects/-x/again.jsonl', 'c/projects/-x/a.jsonl');
    link('c/projects/-x/other.jsonl', 'd/projects/-y/b.jsonl');
    link('c/projects/-x/notes.jsonl.txt', 'd/notes.txt');
    link('c/projects/-x/out.jsonl', 'outside/secret.jsonl');
    link('c/projects/-out', 'outside');
    link('c/projects/-gone', 'nothing');
    link('c/projects/-loop', 'c/projects');
    const both = found('c', 'd');
    expect(names(both)).toEqual(['c/projects/-x/a.jsonl', 'd/projects/-y/b.jsonl']);
    expect(both.unreadable).toEqual([]);
    expect(names(found('c'))).toEqual(['c/projects/-x/a.jsonl']);
  });

  it('SEC-42: a linked folder lends its files its own name, or that of the folder it lies in', () => {
    put('c/elsewhere/a.jsonl');
    put('c/deeper/b.jsonl');
    link('c/projects/-linked', 'c/elsewhere');
    link('c/projects/-x/inside', 'c/deeper');
    const { files } = found('c');
    expect(files.map(({ path, folder }) => [relative(dir, path), folder]).sort()).toEqual([
      ['c/deeper/b.jsonl', '-x'],
      ['c/elsewhere/a.jsonl', '-linked'],
    ]);
  });

  it('HZ-6: what is there but may not be read is named, the rest is found', () => {
    put('c/projects/-closed/a.jsonl');
    put('c/projects/-open/b.jsonl');
    put('c/projects/-open/shut.jsonl');
    put('c/projects/-strange/c.jsonl');
    failing.set('readdirSync -closed', fails('EACCES'));
    failing.set('readdirSync -strange', fails(undefined));
    failing.set('lstatSync shut.jsonl', fails('EACCES'));
    const both = found('c');
    expect(names(both)).toEqual(['c/projects/-open/b.jsonl']);
    expect(both.unreadable.map(({ path, code }) => [relative(dir, path), code]).sort()).toEqual([
      ['c/projects/-closed', 'EACCES'],
      ['c/projects/-open/shut.jsonl', 'EACCES'],
      ['c/projects/-strange', 'EIO'],
    ]);
  });

  it('HZ-6: a root that cannot be entered is named; one below a file is merely not there', () => {
    link('c/projects', 'c/projects');
    writeFileSync(join(dir, 'file'), '');
    const { unreadable, roots } = found('c', 'file');
    expect([unreadable, roots]).toEqual([[{ path: join(dir, 'c/projects'), code: 'ELOOP' }], []]);
  });

  it('HZ-13: what vanishes between two looks is no error', () => {
    put('c/projects/-x/a.jsonl');
    put('c/projects/-x/gone.jsonl');
    put('c/projects/-gone/b.jsonl');
    put('c/real/c.jsonl');
    link('c/projects/-x/linked.jsonl', 'c/real/c.jsonl');
    failing.set('lstatSync gone.jsonl', fails('ENOENT'));
    failing.set('readdirSync -gone', fails('ENOENT'));
    failing.set('statSync real/c.jsonl', fails('ENOENT'));
    const { files, unreadable } = found('c');
    expect([files.map((file) => relative(dir, file.path)), unreadable]).toEqual([['c/projects/-x/a.jsonl'], []]);
  });

  it('SEC-41: of a folder with endless entries the first hundred thousand are looked at', () => {
    put('c/projects/-x/late.jsonl');
    const entry = (name: string) => ({ name, isFile: () => true });
    const listing = (before: number) => () => [...Array.from({ length: before }, () => entry('n.txt')), entry('late.jsonl')];
    failing.set('readdirSync -x', listing(99_999));
    expect(names(found('c'))).toEqual(['c/projects/-x/late.jsonl']);
    failing.set('readdirSync -x', listing(100_000));
    expect(names(found('c'))).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('HZ-29: a pipe named like a transcript is left alone, without a wait', () => {
    put('c/projects/-x/a.jsonl');
    execFileSync('mkfifo', [join(dir, 'c/projects/-x/pipe.jsonl')]);
    expect(names(found('c'))).toEqual(['c/projects/-x/a.jsonl']);
  });

  it('HZ-29: a file that has become a pipe is left alone', () => {
    put('c/projects/-x/a.jsonl');
    failing.set('lstatSync a.jsonl', () => ({ isFile: () => false }));
    expect(found('c').files).toEqual([]);
  });
});
