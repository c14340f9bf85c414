import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chunks, hashAt, hashOf, openRegular } from './read.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidemark-read-'));
const file = join(dir, 'a.jsonl');
writeFileSync(file, 'one\ntwo\n');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function withFile<T>(use: (fd: number) => T): T {
  const fd = openRegular(file);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

describe('reading transcripts', () => {
  it('SEC-42: opens a regular file, no directory and no link', () => {
    mkdirSync(join(dir, 'folder.jsonl'));
    symlinkSync(file, join(dir, 'link.jsonl'));
    expect(() => openRegular(join(dir, 'folder.jsonl'))).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() => openRegular(join(dir, 'link.jsonl'))).toThrow(expect.objectContaining({ code: 'ELOOP' }));
    const fd = openRegular(file);
    closeSync(fd);
    // What it refused it also closed: the next descriptor is the same number again.
    expect(() => openRegular(join(dir, 'folder.jsonl'))).toThrow();
    const again = openSync(file, 'r');
    closeSync(again);
    expect(again).toBe(fd);
  });
  it('REL-12: hashes what there is of a stretch that goes beyond the end', () =>
    withFile((fd) => {
      expect(hashAt(fd, 0, 4)).toBe(hashOf(Buffer.from('one\n')));
      expect(hashAt(fd, 4, 1000)).toBe(hashOf(Buffer.from('two\n')));
      expect(hashAt(fd, 100, 10)).toBe(hashOf(Buffer.alloc(0)));
    }));
  it('HZ-9: a file that got shorter ends the reading early', () =>
    withFile((fd) => {
      expect([...chunks(fd, 4, 4000)].map(String)).toEqual(['two\n']);
      expect([...chunks(fd, 4000, 8000)]).toEqual([]);
    }));
});
