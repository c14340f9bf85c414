import { execFileSync } from 'node:child_process';
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
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensurePrivateDir, tightenFile, writeFileAtomic } from './files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('SEC-50: 0700 and 0600 whatever the umask', () => {
  test.each(['000', '022', '077', '277'])('umask %s', (umask) => {
    const script = `
      import { ensurePrivateDir, writeFileAtomic } from ${JSON.stringify(resolve('src/platform/files.ts'))};
      process.umask(0o${umask});
      ensurePrivateDir(process.argv[1] + '/a/b');
      writeFileAtomic(process.argv[1] + '/a/b/f.json', '{}');`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script, folder]);
    expect([modeOf(join(folder, 'a')), modeOf(join(folder, 'a/b')), modeOf(join(folder, 'a/b/f.json'))]).toEqual(['700', '700', '600']);
  });

  test('a laxer directory of ours is tightened once and said; a chosen folder is left alone', () => {
    const ours = join(folder, 'tidemark');
    mkdirSync(ours);
    chmodSync(ours, 0o755);
    expect(ensurePrivateDir(ours)).toEqual({ created: false, tightened: true });
    expect(ensurePrivateDir(ours)).toEqual({ created: false, tightened: false });
    expect(modeOf(ours)).toBe('700');
    const theirs = join(folder, 'Documents');
    mkdirSync(theirs);
    chmodSync(theirs, 0o755);
    expect(ensurePrivateDir(theirs)).toEqual({ created: false, tightened: false });
    expect(modeOf(theirs)).toBe('755');
  });

  test('a laxer file is tightened once', () => {
    const file = join(folder, 'f');
    expect(tightenFile(file)).toBe(false);
    writeFileSync(file, '');
    chmodSync(file, 0o644);
    expect([tightenFile(file), tightenFile(file), modeOf(file)]).toEqual([true, false, '600']);
  });
});

describe('SEC-51: whole files or none', () => {
  test('replaces the content and leaves no temporary', () => {
    const file = join(folder, 'f');
    writeFileAtomic(file, 'one');
    writeFileAtomic(file, new TextEncoder().encode('two'), { durable: false });
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(readdirSync(folder)).toEqual(['f']);
  });

  test('a link in our directory is refused, a user file is written through it', () => {
    const target = join(folder, 'target');
    const link = join(folder, 'link');
    writeFileSync(target, 'old');
    symlinkSync(target, link);
    expect(() => writeFileAtomic(link, 'new')).toThrow(/is a symbolic link/);
    expect(readFileSync(target, 'utf8')).toBe('old');
    writeFileAtomic(link, 'new', { throughLink: true });
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  test('a failure names operation and path, and leaves nothing behind', () => {
    const inside = join(folder, 'f');
    mkdirSync(inside);
    writeFileSync(join(inside, 'x'), '');
    expect(() => writeFileAtomic(inside, 'data')).toThrow(expect.objectContaining({ operation: 'write', path: inside, exitCode: 1 }));
    expect(readdirSync(folder)).toEqual(['f']);
    expect(() => writeFileAtomic(join(folder, 'no', 'f'), '')).toThrow(/Cannot write/);
  });

  test('a world-writable directory and a file in the way are refused', () => {
    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(() => ensurePrivateDir(open)).toThrow(/can be written by other users/);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => ensurePrivateDir(file)).toThrow(/not a directory/);
    expect(() => ensurePrivateDir(join(file, 'below'))).toThrow(/Cannot make directory/);
    expect(existsSync(file)).toBe(true);
  });
});
