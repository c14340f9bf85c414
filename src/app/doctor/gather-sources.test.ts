import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type KnownTimes, sourceFacts } from './gather-sources.ts';

const NOW = Date.UTC(2026, 10, 21, 16);
const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});
const NEVER: KnownTimes = { event: null, capture: null, transcript: null, summary: null };

function home() {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-sources-'));
  dirs.push(dir);
  const put = (name: string, text: string, at = NOW): void => {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
    utimesSync(join(dir, name), at / 1000, at / 1000);
  };
  const look = (known = NEVER) => {
    const facts = sourceFacts({ claudeDirs: [join(dir, 'c')], stateDir: join(dir, 's'), ledger: join(dir, 'd/ledger.db') }, known);
    return Object.fromEntries(facts.map(({ name, at, error }) => [name, { at, error }]));
  };
  return { put, look };
}
const line = (ms: number, level: string, msg: string, more: object = {}) =>
  `${JSON.stringify({ time: new Date(ms).toISOString(), level, msg, ...more })}\n`;

test('BG-5: nothing there is never, without an error', () => {
  const found = home().look();
  expect(Object.keys(found)).toEqual([
    'hooks',
    'status line',
    'process files',
    'transcripts',
    'ledger',
    'quota',
    'monitor',
    'health files',
    'git',
  ]);
  for (const source of Object.values(found)) expect(source).toEqual({ at: null, error: null });
});

test('BG-5: last successes', () => {
  const { put, look } = home();
  put('c/sessions/7.json', '{}', NOW - 1000);
  put('d/ledger.db', '', NOW - 3000);
  put('d/ledger.db-wal', '', NOW - 2000);
  put('s/quota.json', '{}', NOW - 4000);
  put('c/session-health/cooldowns/git-status.cooldown', JSON.stringify({ lastChecked: NOW - 5000 }));
  const found = look({ event: 1, capture: 2, transcript: 3, summary: 4 });
  expect(Object.values(found).map(({ at }) => at)).toEqual([1, 2, NOW - 1000, 3, NOW - 2000, NOW - 4000, 4, null, NOW - 5000]);
});

test('BG-5: the newest error of each source, over both files of the log; foreign and torn lines are passed over', () => {
  const { put, look } = home();
  put('s/tidemark.log.1', line(NOW - 9000, 'error', 'statusline failed', { kind: 'git Error' }));
  const hook = (ms: number, code: string) =>
    `${JSON.stringify({ level: 'error', time: new Date(ms).toISOString(), msg: 'hook failed', code })}\n`;
  put(
    's/tidemark.log',
    [
      hook(NOW - 5000, 'ENOSPC'),
      hook(NOW - 6000, 'EACCES'),
      line(NOW - 1000, 'info', 'hook failed'),
      line(NOW - 1000, 'warn', 'something else'),
      line(NOW - 1000, 'warn', 'toString'),
      line(NOW - 4000, 'warn', 'a place could not be read', { path: '/home/canary', code: 'E\u001b[31mIO' }),
      line(NOW - 3000, 'warn', 'something is held back', { notice: 'canary' }),
      '{"level":"error",',
      '{"level":"error","msg":"hook failed","time":"no time"}\n',
    ].join(''),
  );
  const found = look();
  expect(found.hooks?.error).toEqual({ at: NOW - 5000, what: 'hook failed (ENOSPC)' });
  expect(found['status line']?.error).toEqual({ at: NOW - 9000, what: 'statusline failed (git Error)' });
  expect(found.monitor?.error).toEqual({ at: NOW - 3000, what: 'something is held back' });
  expect(found.transcripts?.error?.at).toBe(NOW - 4000);
  expect(JSON.stringify(found)).not.toMatch(/canary|\\u001b/);
});
