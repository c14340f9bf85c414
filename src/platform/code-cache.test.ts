import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheName, loadCompiled, wrapped } from './code-cache.ts';

const CODE = 'exports.twice = (n) => n * 2; exports.where = __dirname; exports.asked = () => require("x");';
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tm-code-'));
  writeFileSync(`${dir}/a.js`, CODE);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Code {
  readonly twice: (n: number) => number;
  readonly where: string;
  readonly asked: () => unknown;
}
const required: string[] = [];
const fake = (id: string): unknown => {
  required.push(id);
  return { fake: id };
};
beforeEach(() => void required.splice(0));
const keep = (code: string) => writeFileSync(`${dir}/${cacheName('a', 'm')}`, new Script(wrapped(code)).createCachedData());

test('LS-39: kept code runs without the loader, with all that a module is given', () => {
  keep(CODE);
  const code = loadCompiled(fake, dir, 'a', 'm') as Code;
  expect([code.twice(4), code.where, required]).toEqual([8, dir, []]);
  expect([code.asked(), required]).toEqual([{ fake: 'x' }, ['x']]);
});

test.each([
  ['none is kept', () => {}, 'm'],
  ['it was kept of another content', () => keep(CODE), 'n'],
  ['it is damaged', () => writeFileSync(`${dir}/${cacheName('a', 'm')}`, 'no code'), 'm'],
  ['it belongs to a text of another length', () => keep(`${CODE} `), 'm'],
])('LS-37: as any module where %s', (_name, prepare, mark) => {
  prepare();
  expect(loadCompiled(fake, dir, 'a', mark)).toEqual({ fake: `${dir}/a.js` });
});

test('code of another Node or machine has another name', () => {
  expect(cacheName('hook', 'abc')).toBe(`hook-abc-${process.version}-${process.platform}-${process.arch}.cache`);
});
