import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Script } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheName, keptForm, loadCompiled, wrapped } from './code-cache.ts';

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
const kept = (code = CODE): Buffer => keptForm(new Script(wrapped(code)).createCachedData());
const write = (bytes: Buffer | string) => writeFileSync(`${dir}/${cacheName('a', 'm')}`, bytes);
const keep = (code: string) => write(kept(code));

test('LS-39: kept code runs without the loader, with all that a module is given', () => {
  keep(CODE);
  const code = loadCompiled(fake, dir, 'a', 'm') as Code;
  expect([code.twice(4), code.where, required]).toEqual([8, dir, []]);
  expect([code.asked(), required]).toEqual([{ fake: 'x' }, ['x']]);
});

test.each([
  ['none is kept', () => {}, 'm'],
  ['it was kept of another content', () => keep(CODE), 'n'],
  ['it is no code', () => write('no code!'), 'm'],
  ['it is empty', () => write(''), 'm'],
  ['it is all zeros', () => write(Buffer.alloc(kept().length)), 'm'],
  ['it is cut off', () => write(kept().subarray(0, -1)), 'm'],
  ['half of it is gone', () => write(kept().subarray(0, kept().length / 2)), 'm'],
  ['it belongs to a text of another length', () => keep(`${CODE} `), 'm'],
])('LS-37: as any module where %s', (_name, prepare, mark) => {
  prepare();
  expect(loadCompiled(fake, dir, 'a', mark)).toEqual({ fake: `${dir}/a.js` });
});

test('code of another Node or machine has another name', () => {
  expect(cacheName('hook', 'abc')).toBe(`hook-abc-${process.version}-${process.platform}-${process.arch}.cache`);
});

test('LS-37: a changed byte anywhere is found', () => {
  const whole = kept();
  const ran = Array.from({ length: whole.length }, (_, at) => at).filter((at) => {
    write(whole.with(at, whole[at]! ^ 1) as Buffer);
    required.splice(0);
    loadCompiled(fake, dir, 'a', 'm');
    return required.length === 0;
  });
  expect(ran).toEqual([]);
});

test.each(['hook', 'report', 'live'])('LV-114, LS-39: this Node takes the kept code of the built %s', (name) => {
  const cache = readdirSync(resolve('dist')).find((each) => each.startsWith(`${name}-`) && each.endsWith('.cache'))!;
  const both = readFileSync(resolve('dist', cache));
  const cachedData = both.subarray(0, both.length / 2);
  const script = new Script(wrapped(readFileSync(resolve('dist', `${name}.js`), 'latin1')), { cachedData });
  expect(script.cachedDataRejected).toBe(false);
});

/** The built program with one file of kept code changed. */
function damagedProgram(name: string, damage: (path: string, bytes: Buffer) => void): string {
  cpSync(resolve('dist'), join(dir, 'dist'), { recursive: true });
  const file = readdirSync(join(dir, 'dist')).find((each) => each.startsWith(`${name}-`) && each.endsWith('.cache'))!;
  damage(join(dir, 'dist', file), readFileSync(join(dir, 'dist', file)));
  return join(dir, 'dist/main.js');
}
const flip = (at: number) => (path: string, bytes: Buffer) => writeFileSync(path, bytes.with(at, bytes[at]! ^ 0xff));

test.each([
  ['report', 'a byte changed', flip(400_000)],
  ['report', 'another byte changed', flip(150_000)],
  ['report', 'cut off', (path: string) => truncateSync(path, 300_000)],
  ['hook', 'a byte changed', flip(100_000)],
  ['live', 'a byte changed', flip(300_000)],
  ['live', 'cut off', (path: string) => truncateSync(path, 500_000)],
])('LS-37: the built %s with kept code that is damaged, %s', (name, _how, damage) => {
  const home = join(dir, 'home');
  const main = damagedProgram(name, damage);
  mkdirSync(join(home, '.claude/projects/-p'), { recursive: true });
  writeFileSync(join(home, '.claude/projects/-p/s.jsonl'), '');
  const input = JSON.stringify({ session_id: 's', hook_event_name: 'UserPromptSubmit', cwd: '/tmp' });
  const env = { HOME: home, PATH: process.env.PATH ?? '' };
  const words = { hook: ['hook'], report: ['daily', '--json'], live: ['live', '--once', '--json'] }[name]!;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { env, input, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  if (name === 'hook') expect(readdirSync(join(home, '.claude/status'))).toContain('s.json');
  else expect(JSON.parse(stdout)).toHaveProperty(name === 'live' ? 'sessions' : 'daily');
});
