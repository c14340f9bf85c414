import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { NO_OPTIONS } from '../testing-picture.ts';
import { runningReader } from '../testing-reader.ts';
import { remember } from '../ui/remember.ts';

const demo = demoLikeSnapshot();

let stateDir = '';
beforeEach(() => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'tidemark-reader-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(stateDir, { recursive: true, force: true });
});

test('--once says everything one time and ends (LV-18)', async () => {
  const { spoken, ended } = runningReader(() => demo, { stateDir, once: true });
  expect(await ended).toEqual({ code: 0, demo: false });
  expect(spoken).toHaveLength(1);
  expect(spoken[0]).toMatch(/^2 need you[\s\S]*spike-logs[\s\S]*Warning: migrate-orders/);
});

test('remembered presets are there, a copy draws nothing, and the engine looks again when told (LV-86, LV-122)', async () => {
  remember(stateDir, { sort: 'attention', inverted: false, group: 'none', theme: 'dark', folded: [], presets: ['name:api*'] });
  const looks: string[] = [];
  const { spoken, ended, type } = runningReader(() => demo, {
    stateDir,
    env: { TERM: 'xterm-256color' },
    lookAgain: () => void looks.push('look'),
  });
  for (const line of ['preset 1', 'id api-docs', 'look', 'quit']) type(line);
  expect(await ended).toEqual({ code: 0, demo: false });
  expect(spoken[1]).toMatch(/^1 of 7 sessions.*\napi-docs/);
  expect(spoken[2]).toBe(`\u001b]52;c;${Buffer.from(demo.sessions[4]!.id).toString('base64')}\u0007`);
  expect([spoken[3], spoken[4], looks]).toEqual(['Copied session id.\n', 'Looking again.\n', ['look']]);
});

test('process 1 is never stopped, whoever asks (KIL-1)', async () => {
  const session = demo.sessions[0]!;
  const present = { ...demo, sessions: [{ ...session, processes: [{ ...session.processes[0]!, pid: 1 }] }] };
  const { spoken, ended, input } = runningReader(() => present, { stateDir, env: {} });
  input.write('stop fix\nquit\n');
  await ended;
  expect(spoken[1]).toBe('Not stopped: process 1 is never stopped.\n');
});

test('a longer pace is kept: one batch in as many seconds as were asked for', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const looked: number[] = [];
  let passed = 0;
  const now = () => {
    looked.push(passed);
    return demo.takenAt;
  };
  const { ended, type } = runningReader(() => demo, { stateDir, now, first: { ...NO_OPTIONS, refreshSeconds: 12 } });
  await new Promise((resolve) => setImmediate(resolve));
  looked.length = 0;
  for (; passed < 30; ) {
    passed += 5;
    await vi.advanceTimersByTimeAsync(5000);
  }
  expect([...new Set(looked)]).toEqual([15, 30]);
  type('quit');
  await ended;
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends it with %i and leaves no listener behind (LV-118)', async (signal, code) => {
  const before = process.listeners(signal);
  const { spoken, ended } = runningReader(() => demo, { stateDir });
  const own = process.listeners(signal).filter((listener) => !before.includes(listener));
  expect(own).toHaveLength(1);
  (own[0] as () => void)();
  expect(await ended).toEqual({ code, demo: false });
  expect([spoken.length, process.listeners(signal)]).toEqual([1, before]);
});

test('a bug in an answer ends it with that bug; the demo is asked for by its line', async () => {
  const queries = {
    rename: () => {
      throw new TypeError('bug');
    },
  };
  const { ended, input } = runningReader(() => demo, { stateDir, queries });
  input.write('name api-docs = x\n');
  await expect(ended).rejects.toThrow('bug');
  input.write('quit\n');
});
