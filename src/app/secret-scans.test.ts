import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SecretScans } from './secret-scans.ts';

const NOW = 1_800_000_000_000;
const TOKEN = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-scans-'));
  mkdirSync(join(dir, 'session-health/cooldowns'), { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const put = (id: string, text: string) => writeFileSync(join(dir, `${id}.jsonl`), text);
const session = (id: string) => {
  const path = join(dir, `${id}.jsonl`);
  return { id, evidence: { configDir: dir }, transcript: existsSync(path) ? { path, sizeBytes: statSync(path).size } : null };
};

test('SH-7: kinds of what grew, only what is new, across restarts', () => {
  put('a', '{"text":"nothing"}\n');
  put('b', `{"text":"${TOKEN}"}\n`);
  const scans = new SecretScans();
  const all = () => [session('a'), session('b'), session('c')];
  expect([...scans.pass(all(), NOW, false)]).toEqual([
    ['a', []],
    ['b', ['github-token']],
    ['c', null],
  ]);
  appendFileSync(join(dir, 'a.jsonl'), `{"text":"${TOKEN}"}\n`);
  expect(scans.pass(all(), NOW + 1, false).get('a')).toEqual(['github-token']);
  expect(new SecretScans().pass(all(), NOW + 2, true).get('a')).toEqual(['github-token']);
});

test('BG-4: under load nothing is read; what is known stays, what is not is unknown', () => {
  put('a', `{"text":"${TOKEN}"}\n`);
  const scans = new SecretScans();
  expect(scans.pass([session('a')], NOW, true).get('a')).toBeNull();
  expect(existsSync(join(dir, 'session-health/cooldowns/a-secrets-scan.cooldown'))).toBe(false);
  expect(scans.pass([session('a')], NOW, false).get('a')).toEqual(['github-token']);
});

test('SH-7: one pass reads at most 4 MiB, and every transcript has its turn', () => {
  const filler = `{"text":"${'x'.repeat(1000)}"}\n`.repeat(6000);
  for (const id of ['a', 'b']) put(id, `${filler}{"text":"${TOKEN}"}\n`);
  const scans = new SecretScans();
  const both = () => [session('a'), session('b')];
  expect(scans.pass(both(), NOW, false).get('b')).toBeNull();
  let passes = 1;
  while ([...scans.pass(both(), NOW + passes, false).values()].some((types) => types?.length !== 1) && passes < 10) passes++;
  expect(passes).toBeLessThanOrEqual(4);
});
