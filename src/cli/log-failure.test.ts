import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const MAIN = process.env.TIDEMARK_MAIN ?? resolve('dist/main.js');
const FOLDER = '-w-SECRETPROJ';
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tidemark-log-failure-'));
  mkdirSync(join(home, '.claude/projects', FOLDER), { recursive: true });
  writeFileSync(join(home, '.claude/projects', FOLDER, 's.jsonl'), '');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** What the log says of a command that fails. */
function logOf(args: readonly string[], more: Readonly<Record<string, string>> = {}): string {
  const env = { PATH: process.env.PATH ?? '', HOME: home, TIDEMARK_LOG_LEVEL: 'debug', ...more };
  expect(spawnSync(process.execPath, [MAIN, ...args], { env, cwd: home, encoding: 'utf8' }).status).not.toBe(0);
  const file = join(home, '.local/state/tidemark/tidemark.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const REBUILD = ['ledger', 'rebuild', '--file', `~/.claude/projects/${FOLDER}/none.jsonl`];

test('SEC-81 a command that fails at a transcript logs no folder of it while names are hidden', () => {
  const log = logOf(REBUILD, { TIDEMARK_PRIVACY_NAMES: 'hide' });
  expect(log).toContain('"a command failed"');
  expect(log).toContain('"path":"none.jsonl"');
  expect(log).not.toContain('SECRETPROJ');
});

test('SEC-81 the same where another configuration file hides them', () => {
  writeFileSync(join(home, 'other.yaml'), 'privacy: { names: hide }\n');
  const log = logOf([...REBUILD, '--config', join(home, 'other.yaml')]);
  expect(log).toContain('"a command failed"');
  expect(log).not.toContain('SECRETPROJ');
});
