import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { endProcess } from '../platform/end-process.ts';
import { systemProcesses } from '../platform/processes.ts';
import { appendEvent, journalFile } from './journal.ts';
import { LiveSessions } from './live-sessions.ts';
import { publishOwn } from './publish-own.ts';
import { recordStop } from './record-stop.ts';
import type { StopNote } from './stop-note.ts';

/* KIL-6: a stop in the files that other surfaces read. */

const ID = '6f9619ff-8b86-4d01-b42d-00c04fc964ff';
let home: string;
let claudeDir: string;
let stateDir: string;
let env: Record<string, string>;
const children: ChildProcess[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tm-stop-'));
  claudeDir = join(home, '.claude');
  stateDir = join(home, 's', 'tidemark');
  env = { HOME: home, XDG_STATE_HOME: join(home, 's'), XDG_DATA_HOME: join(home, 'd'), CLAUDE_CONFIG_DIR: claudeDir };
  mkdirSync(join(claudeDir, 'sessions'), { recursive: true });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const status = () => json(join(claudeDir, 'status', `${ID}.json`));
const listed = () => json(join(claudeDir, 'status', 'index.json')).sessions.map((entry: { session_id: string }) => entry.session_id);
const lines = () =>
  readFileSync(journalFile(stateDir, ID), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const note = (pid: number, more: Partial<StopNote> = {}): StopNote => ({ by: 'tui', sent: ['INT'], pid, ended: true, ...more });

/** A client that runs, in the registry, and ignores the signals named. */
async function client(ignored = ''): Promise<{ readonly pid: number; readonly procStart: string; readonly record: string }> {
  const child = spawn('/bin/sh', ['-c', `${ignored === '' ? '' : `trap "" ${ignored}; `}echo ready; exec sleep 100`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  await new Promise((resolve) => child.stdout!.once('data', resolve));
  const pid = child.pid!;
  const procStart = systemProcesses.procStart(pid)!;
  const path = join(claudeDir, 'sessions', `${pid}.json`);
  const now = Date.now();
  const more = { status: 'busy', startedAt: now, updatedAt: now, statusUpdatedAt: now, kind: 'interactive', cwd: '/w/app' };
  writeFileSync(path, JSON.stringify({ pid, sessionId: ID, procStart, pidDomain: systemProcesses.domain, ...more }));
  return { pid, procStart, record: path };
}

/** What a hook of the session does. */
function hook(event: string, pid: number, procStart: string): void {
  const now = systemClock.now();
  const identity = { configDir: claudeDir, kind: 'home', pid, procStart };
  const read = appendEvent(journalFile(stateDir, ID), { v: 1, at: now, n: `${event}${now}`, event, cwd: '/w/app', identity }, now);
  publishOwn({ stateDir, dataDir: join(home, 'd'), claudeDir, sessionId: ID, config: null, clock: systemClock.now, read }, now);
}

const live = () => new LiveSessions([claudeDir], stateDir).read(Date.now());

describe.skipIf(process.platform !== 'linux')('KIL-6: a real process that was stopped', () => {
  test('status file and index say so within the one update, history who asked, what was sent and when', async () => {
    const { pid, procStart } = await client();
    hook('UserPromptSubmit', pid, procStart);
    expect([status().tidemark.state, listed()]).toEqual(['working', [ID]]);
    const before = Date.now();
    const result = await endProcess({ pid, procStart, startedAt: null }, { waitMs: 2000, lookMs: 10 });
    expect(result).toMatchObject({ ended: true, sent: ['SIGINT'] });
    expect(recordStop(env, ID, note(pid))).toBe(true);
    expect(status().tidemark).toMatchObject({ state: 'ended', alive: false, ended: { reason: 'stopped', by: 'tui', sent: ['INT'] } });
    expect(status().task.status).toBe('completed');
    expect(listed()).toEqual([]);
    const last = lines().at(-1);
    expect(last).toEqual({ v: 1, at: expect.any(Number), n: expect.any(String), event: 'TidemarkStop', stop: note(pid) });
    expect(last.at).toBeGreaterThanOrEqual(before);
    expect(statSync(journalFile(stateDir, ID)).mode & 0o777).toBe(0o600);
    // The record of a killed client stays in the registry: it is not needed to be gone.
    expect(live()).toMatchObject([{ state: 'ended', ended: { reason: 'stopped', stop: { by: 'tui', sent: ['INT'] } } }]);
  });

  test('what needed all three signals is told so, and resumed it is live again', async () => {
    const first = await client('INT TERM');
    hook('UserPromptSubmit', first.pid, first.procStart);
    const target = { pid: first.pid, procStart: first.procStart, startedAt: null };
    const { sent } = await endProcess(target, { waitMs: 60, lookMs: 10, mayKill: async () => true });
    expect(sent).toEqual(['SIGINT', 'SIGTERM', 'SIGKILL']);
    recordStop(env, ID, note(first.pid, { by: 'cli', sent: ['INT', 'TERM', 'KILL'] }));
    expect(status().tidemark.ended).toMatchObject({ by: 'cli', sent: ['INT', 'TERM', 'KILL'] });
    const second = await client();
    hook('UserPromptSubmit', second.pid, second.procStart);
    expect([status().tidemark.ended, listed(), live()[0]?.state]).toEqual([null, [ID], 'working']);
    expect(lines().map(({ event }) => event)).toEqual(['UserPromptSubmit', 'TidemarkStop', 'UserPromptSubmit']);
  });

  test('one of two processes: noted, and the session goes on', async () => {
    const [one, two] = [await client(), await client()];
    hook('UserPromptSubmit', one.pid, one.procStart);
    await endProcess({ pid: two.pid, procStart: two.procStart, startedAt: null }, { waitMs: 2000, lookMs: 10 });
    expect(recordStop(env, ID, note(two.pid, { ended: false }))).toBe(true);
    expect([lines().at(-1).stop.ended, status().tidemark.state, listed(), live()[0]?.state]).toEqual([false, 'working', [ID], 'working']);
  });
});

describe('KIL-6: where it is written', () => {
  test('no status files are made for somebody who never asked for them (MG-3)', () => {
    expect(recordStop(env, ID, note(500))).toBe(true);
    expect(lines()).toHaveLength(1);
    expect(existsSync(join(claudeDir, 'status'))).toBe(false);
  });

  test('a session that only the index tells of leaves it', () => {
    mkdirSync(join(claudeDir, 'status'));
    writeFileSync(join(claudeDir, 'status', 'index.json'), JSON.stringify({ sessions: [{ session_id: ID }] }));
    recordStop(env, ID, note(500));
    expect([listed(), status().tidemark.ended.reason]).toEqual([[], 'stopped']);
  });

  test('the directory of the hooks, where the configuration moved it', () => {
    const moved = join(home, 'moved');
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(join(stateDir, 'config.json'), JSON.stringify({ v: 1, source: { path: '' }, config: { paths: { state: moved } } }));
    expect(recordStop(env, ID, note(500))).toBe(true);
    expect(existsSync(journalFile(moved, ID))).toBe(true);
    expect(existsSync(journalFile(stateDir, ID))).toBe(false);
  });

  test('without a home, or where nothing can be written, it says so and throws nothing', () => {
    expect(recordStop({}, ID, note(500))).toBe(false);
    writeFileSync(join(home, 'file'), '');
    expect(recordStop({ ...env, XDG_STATE_HOME: join(home, 'file') }, ID, note(500))).toBe(false);
  });

  test('an id that could not be a file name stays in its folder (ST-9)', () => {
    expect(recordStop(env, '../../escape', note(500))).toBe(true);
    expect(existsSync(join(home, 's', 'escape.jsonl'))).toBe(false);
    expect(existsSync(journalFile(stateDir, '../../escape'))).toBe(true);
  });
});
