import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSmallJson, replacePassingFile, replaceSmallFile, temporaryBeside } from './small-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tm-small-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.each([
  ['replaceSmallFile', replaceSmallFile],
  ['replacePassingFile', replacePassingFile],
])('ST-5, ST-8: %s', (_name, replace) => {
  test('makes the directory, writes privately, replaces whole, leaves nothing behind', () => {
    const path = `${dir}/tidemark/deep/x.json`;
    expect([replace(path, '{"a":1}'), replace(path, '{"b":2}')]).toEqual([true, true]);
    expect([readSmallJson(path, 100), statSync(path).mode & 0o777, readdirSync(`${dir}/tidemark/deep`)]).toEqual([
      { b: 2 },
      0o600,
      ['x.json'],
    ]);
  });

  test('a link in its place is replaced, not followed', () => {
    writeFileSync(`${dir}/theirs`, 'kept');
    symlinkSync(`${dir}/theirs`, `${dir}/x`);
    expect(replace(`${dir}/x`, 'ours')).toBe(true);
    expect([readFileSync(`${dir}/theirs`, 'utf8'), lstatSync(`${dir}/x`).isFile()]).toEqual(['kept', true]);
  });

  test('a place that refuses is told, not thrown', () => {
    mkdirSync(`${dir}/x`);
    writeFileSync(`${dir}/f`, '');
    expect([replace(`${dir}/x`, ''), replace(`${dir}/f/y`, '')]).toEqual([false, false]);
    expect(readdirSync(dir).sort()).toEqual(['f', 'x']);
  });
});

test('ST-5: a temporary lies beside its file, hidden, with its process in its name, and never twice', () => {
  for (const path of [`${dir}/x.json`, 'x.json', '/x.json']) {
    const temporary = temporaryBeside(path);
    expect(basename(temporary)).toMatch(new RegExp(`^\\.x\\.json\\.${process.pid}\\.[a-z0-9]+\\.tmp$`));
    expect(join(temporary, '..')).toBe(join(path, '..'));
    expect(temporaryBeside(path)).not.toBe(temporary);
  }
});
