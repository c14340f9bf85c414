import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProcessTable } from '../platform/processes.ts';
import { buildCapture, captureDir, captureFile, writeCapture } from './capture-file.ts';
import type { HookEvent } from './event.ts';
import type { TranscriptEvidence } from './evidence.ts';
import { appendEvent, journalFile, readJournal } from './journal.ts';
import { LiveSessions } from './live-sessions.ts';
import { ev, T } from './testing.ts';
import { buildSummary, writeSummary } from './write-summary.ts';

let dir: string;
let claude: string;
let state: string;
const alive = new Set<number>();
const table: ProcessTable = { domain: 'd', procStart: () => '7', isAlive: ({ pid }) => alive.has(pid) };
beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), 'tm-live-'));
  claude = join(dir, 'claude');
  state = join(dir, 'state');
  fs.mkdirSync(join(claude, 'sessions'), { recursive: true });
  alive.clear();
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

const live = () => new LiveSessions([claude], state, { table });
const hook = (id: string, event: HookEvent) => appendEvent(journalFile(state, id), event, event.at);
const put = (pid: number, sessionId: string, status: string, seconds: number, more = {}) => {
  alive.add(pid);
  const at = T + seconds * 1000;
  fs.writeFileSync(
    join(claude, 'sessions', `${pid}.json`),
    JSON.stringify({ pid, sessionId, procStart: '7', pidDomain: 'd', status, updatedAt: at, statusUpdatedAt: at, cwd: '/w/app', ...more }),
  );
};

test('registry and journals together, most urgent first', () => {
  put(1, 'busy', 'busy', 0);
  put(2, 'asks', 'waiting', 0, { waitingFor: 'permission prompt' });
  hook('old', ev('UserPromptSubmit', 0, { cwd: '/w/old' }));
  const sessions = live().read(T + 10_000);
  expect(sessions.map(({ id, state: now, alive: lives, source }) => [id, now, lives, source])).toEqual([
    ['asks', 'needs-permission', true, 'registry'],
    ['busy', 'working', true, 'registry'],
    ['old', 'working', null, 'hook'],
  ]);
  expect(sessions[0]).toMatchObject({
    waiting: { for: 'permission' },
    project: 'app',
    processes: [{ pid: 2, procStart: '7' }],
    configDir: claude,
  });
});

test('LS-13, §13 8: /clear three times: one live, three ended, the name carries over', () => {
  const sessions = live();
  for (const [i, id] of ['a', 'b', 'c', 'd'].entries()) {
    put(1, id, 'idle', i, { name: 'mine', nameSource: 'user' });
    const now = sessions.read(T + i * 1000 + 500);
    const running = now.filter((each) => each.state !== 'ended');
    expect(running.map((each) => [each.id, each.title])).toEqual([[id, 'mine']]);
    if (i === 3) expect(now.filter(({ ended }) => ended?.reason === 'clear')).toHaveLength(3);
  }
});

test('§13 9: one session in two terminals is one session with two processes', () => {
  put(1, 's', 'busy', 0);
  put(2, 's', 'waiting', 0, { waitingFor: 'input needed' });
  const sessions = live();
  expect(sessions.read(T + 1000)).toMatchObject([{ id: 's', state: 'needs-answer', processes: [{ pid: 1 }, { pid: 2 }] }]);
  alive.delete(2);
  expect(sessions.read(T + 2000)).toMatchObject([{ state: 'working', alive: true, processes: [{ pid: 1 }] }]);
});

test('LS-33, §13 4: a killed client is ended; its record stays', () => {
  put(1, 's', 'busy', 0);
  const sessions = live();
  sessions.read(T);
  alive.delete(1);
  expect(sessions.read(T + 1000)).toMatchObject([{ state: 'ended', ended: { reason: 'gone' } }]);
  expect(fs.readdirSync(join(claude, 'sessions'))).toEqual(['1.json']);
});

test('transcripts are handed in; jobs are read', () => {
  const open: TranscriptEvidence = { kind: 'open', at: T, since: T, grewAt: T, aiTitle: 'Fix login', agents: [] };
  expect(live().read(T + 1000, new Map([['t', open]]))).toMatchObject([
    { id: 't', state: 'working', source: 'transcript', title: 'Fix login', titleRank: 3 },
  ]);
  fs.mkdirSync(join(claude, 'jobs', 'j1'), { recursive: true });
  fs.writeFileSync(
    join(claude, 'jobs', 'j1', 'state.json'),
    JSON.stringify({ state: 'blocked', sessionId: 'bg', updatedAt: new Date(T).toISOString(), intent: 'CANARY' }),
  );
  const sessions = live().read(T + 1000);
  expect(sessions).toMatchObject([{ id: 'bg', state: 'needs-answer' }]);
  expect(JSON.stringify(sessions)).not.toContain('CANARY');
});

test('little work when nothing changed: no file is opened', () => {
  put(1, 's', 'busy', 0);
  hook('s', ev('UserPromptSubmit', 0));
  const sessions = live();
  const first = sessions.read(T + 1000);
  fs.chmodSync(journalFile(state, 's'), 0o600);
  const second = sessions.read(T + 1000);
  expect(second).toEqual(first);
  expect(second[0]?.state).toBe('working');
});

const capture = (sessionId: string, sessionName: string, at = T) => {
  const facts = { configDir: claude, version: null, cwd: null, transcriptPath: null, model: null, cache: null, effort: null };
  const numbers = { used: null, size: null, percent: null, usd: null, apiMs: null, durationMs: null, linesAdded: null, linesRemoved: null };
  const identity = { configDir: claude, kind: 'unknown' };
  const told = { ...facts, sessionId, sessionName, context: numbers, cost: numbers, identity };
  writeCapture(state, buildCapture(told, { quota: {}, rejected: 0 }, null, at, ''), null);
};

test('LV-113: captures are looked at one by one only when their folder changed: one that comes, changes or goes is seen at the next look', () => {
  put(1, 's', 'busy', 0);
  put(2, 't', 'busy', 0);
  const sessions = live();
  // The clock of the files.
  const titles = () =>
    Object.fromEntries(sessions.read(Date.now()).map(({ id, title, titleRank }) => [id, titleRank === 6 ? null : title]));
  expect(titles()).toEqual({ s: null, t: null });
  capture('s', 'one');
  expect(titles()).toEqual({ s: 'one', t: null });
  capture('s', 'two', T + 1);
  expect(titles()).toEqual({ s: 'two', t: null });
  // As if all of it had been long ago: the looks at the folder alone must do.
  const long = new Date(Date.now() - 60_000);
  fs.utimesSync(captureDir(state), long, long);
  expect([titles(), titles()]).toEqual([
    { s: 'two', t: null },
    { s: 'two', t: null },
  ]);
  capture('t', 'three');
  expect(titles()).toEqual({ s: 'two', t: 'three' });
  fs.rmSync(captureFile(state, 's'));
  expect(titles()).toEqual({ s: null, t: 'three' });
  fs.rmSync(captureDir(state), { recursive: true });
  expect(titles()).toEqual({ s: null, t: null });
  capture('t', 'four');
  expect(titles()).toEqual({ s: null, t: 'four' });
});

test('LV-113: the capture of a session that was away while it changed is the new one', () => {
  const sessions = live();
  const long = (ms: number) => fs.utimesSync(captureDir(state), new Date(Date.now() - ms), new Date(Date.now() - ms));
  const title = () => sessions.read(Date.now()).find(({ id }) => id === 's')?.title;
  capture('s', 'one');
  long(60_000);
  put(1, 's', 'busy', 0);
  expect([title(), title()]).toEqual(['one', 'one']);
  fs.rmSync(join(claude, 'sessions', '1.json'));
  capture('s', 'two', T + 1);
  long(30_000);
  expect([title(), title()]).toEqual([undefined, undefined]);
  put(1, 's', 'busy', 0);
  expect(title()).toBe('two');
});

test('LS-25: the title and profile of the summary are taken whoever wrote it, and again when it changes', () => {
  put(1, 's', 'busy', 0);
  const sessions = live();
  const summarised = (text: string, source: string) =>
    writeSummary(
      state,
      buildSummary({
        now: T,
        today: { tokens: 0, usd: null, unpriced: false },
        profiles: {},
        sessions: [
          {
            id: 's',
            profile: 'work',
            method: 'account',
            confidence: 95,
            usd: null,
            tokPerMin: 0,
            usdPerHour: null,
            title: { text, source, at: 0 },
          },
        ],
        alerts: { open: 0, top: [] },
      }),
    );
  summarised('Given', 'user');
  expect(sessions.read(T + 1000)).toMatchObject([{ title: 'Given', titleRank: 0 }]);
  summarised('Fix login', 'ai');
  expect(sessions.read(T + 2000)).toMatchObject([{ title: 'Fix login', titleRank: 3 }]);
  fs.writeFileSync(join(state, 'summary.json'), '{"v":2}');
  expect(sessions.read(T + 3000)).toMatchObject([{ titleRank: 6 }]);
});

test('LS-22: a journal that grows stays cheap to fold: state lines, and nothing lost', () => {
  const path = journalFile(state, 'j');
  for (let i = 0; i < 400; i++) hook('j', ev('SubagentStart', i, { agent: `a${i % 50}`, agentType: 'coder', prompt: 'p'.repeat(60) }));
  const lines = fs.readFileSync(path, 'utf8').trim().split('\n');
  expect(lines.filter((line) => line.includes('"event":"state"')).length).toBeGreaterThan(1);
  expect(readJournal(path, T + 401_000)?.state.agents).toHaveLength(50);
  expect(readJournal(path, T + 401_000)?.skipped).toBe(0);
});

test('LS-21: a line torn by a kill takes no later one along', () => {
  hook('j', ev('UserPromptSubmit', 0));
  fs.appendFileSync(journalFile(state, 'j'), '{"v":1,"at":17');
  hook('j', ev('Stop', 1));
  expect(readJournal(journalFile(state, 'j'), T + 2000)).toMatchObject({ skipped: 1, state: { phase: 'over' } });
});

test('LS-22: beyond 4 MiB only what changes the state is appended', () => {
  const path = journalFile(state, 'full');
  hook('full', ev('UserPromptSubmit', 0));
  fs.appendFileSync(path, `${' '.repeat(4 * 1024 * 1024)}\n`);
  hook('full', ev('PermissionRequest', 20, { tool: 'Bash', input: 'h' }));
  const size = fs.statSync(path).size;
  const read = hook('full', ev('PreToolUse', 21, { tool: 'Read' }));
  expect([fs.statSync(path).size, read.state.lastTool?.name]).toEqual([size, 'Read']);
  hook('full', ev('PostToolUse', 22, { tool: 'Bash', input: 'h' }));
  expect(fs.statSync(path).size).toBeGreaterThan(size);
});
