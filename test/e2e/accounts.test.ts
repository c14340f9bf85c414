import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { claudeDir, environment, freshHome, home, MAIN, tidemark, tree } from './install-home.ts';

/* Accounts, profiles and the files for other programs, by the built program as a person runs it. Linux tells when a process started. */

freshHome();
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});
const onLinux = test.skipIf(process.platform !== 'linux');
const PATIENCE_MS = 15_000;
let serial = 0;

function run(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { env: environment(), cwd: home, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  return child;
}

/** A session that runs: a process that sleeps, its record, a transcript. */
function session(id: string, cwd = '/p/api'): void {
  const child = run('/bin/sleep', ['600']);
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const procStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const now = Date.now();
  const record = { pid: child.pid, sessionId: id, cwd, startedAt: now, procStart, version: '2.1.329', kind: 'interactive', status: 'idle' };
  mkdirSync(path.join(claudeDir(), 'sessions'), { recursive: true });
  mkdirSync(path.join(claudeDir(), 'projects/-p-api'), { recursive: true });
  const file = path.join(claudeDir(), 'sessions', `${child.pid}.json`);
  writeFileSync(file, JSON.stringify({ ...record, updatedAt: now, statusUpdatedAt: now }));
  says(id, 100, cwd);
}

function says(id: string, tokens: number, cwd = '/p/api'): void {
  const message = {
    id: `msg_${serial}`,
    model: 'claude-opus-5-5',
    stop_reason: 'end_turn',
    usage: { input_tokens: tokens, output_tokens: 0 },
  };
  const line = {
    type: 'assistant',
    sessionId: id,
    cwd,
    gitBranch: 'canary-branch',
    timestamp: new Date().toISOString(),
    uuid: `u${serial++}`,
  };
  appendFileSync(path.join(claudeDir(), `projects/-p-api/${id}.jsonl`), `${JSON.stringify({ ...line, message })}\n`);
}

const login = (account: string): void =>
  writeFileSync(
    path.join(home, '.claude.json'),
    JSON.stringify({ oauthAccount: { accountUuid: account, emailAddress: 'canary@example.invalid' } }),
  );

const health = (name: string): string => path.join(claudeDir(), 'session-health', name);
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

/** The newest of the snapshots that a running view prints. */
interface View {
  readonly child: ChildProcess;
  readonly last: () => {
    sessions: { sessionId: string; account: string }[];
    accounts: { id: string; window: { amounts: { totalTokens: number } } | null }[];
  };
  readonly text: () => string;
}

function follow(): View {
  const child = run(process.execPath, [MAIN, 'live', '--json']);
  let text = '';
  child.stdout!.on('data', (data: Buffer) => {
    text += data.toString();
  });
  const last = () => {
    const lines = text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.includes('"schemaVersion"'));
    return JSON.parse(lines.at(-1) ?? '{"sessions":[],"accounts":[]}');
  };
  return { child, last, text: () => text };
}

async function until(what: string, holds: () => boolean, ms = PATIENCE_MS): Promise<void> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    try {
      if (holds()) return;
    } catch {
      // Half written, or not there yet.
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`late: ${what}`);
}

onLinux('MG-3: a live view leaves the Claude directory as it is, until the files are asked for', async () => {
  session('s1');
  const before = tree().filter((line) => line.startsWith('.claude'));
  const view = follow();
  await until('a snapshot', () => view.last().sessions.length === 1);
  await new Promise((done) => setTimeout(done, 3500));
  expect(tree().filter((line) => line.startsWith('.claude'))).toEqual(before);
});

onLinux(
  '§1, BG-1, ST-11: the writer publishes; what is deleted comes back; a killed writer is replaced',
  async () => {
    session('s1');
    expect(tidemark(['install', 'hooks', '--yes'])).toMatchObject({ code: 0 });
    const first = follow();
    const all = ['s1.json', 'sessions.json', 'billing-shared.json', 'runtime-state.json', 'daemon.log'].map(health);
    const status = ['s1.json', 'index.json'].map((name) => path.join(claudeDir(), 'status', name));
    await until('the files', () => [...all, ...status].every((file) => existsSync(file)));
    expect(readJson(health('s1.json'))).toMatchObject({
      sessionId: 's1',
      projectPath: '/p/api',
      launch: { authProfile: 'default', detectionMethod: 'default' },
      transcript: { exists: true, messageCount: 1 },
      model: { value: 'Opus5.5', source: 'transcript' },
      billing: { totalTokens: 100, sessionTokens: 100 },
      tidemark: { state: 'your-turn' },
    });
    expect(readJson(health('runtime-state.json')).metadata).toMatchObject({ totalAuthProfiles: 1, totalActiveSessions: 1 });
    expect(readJson(status[0]!)).toMatchObject({ task: { status: 'idle' }, tidemark: { alive: true, state_source: 'registry' } });
    const second = follow();
    await until('a second view', () => second.last().sessions.length === 1);
    const writer = () => readJson(path.join(home, '.local/state/tidemark/locks/writer')).pid;
    expect(writer()).toBe(first.child.pid);
    first.child.kill('SIGKILL');
    await until('the take-over', () => writer() === second.child.pid);
    for (const file of [health('sessions.json'), health('runtime-state.json'), health('s1.json')]) rmSync(file);
    // Figures that did not change are written again after half a minute at the latest.
    await until('deleted files', () => all.every((file) => existsSync(file)), 45_000);
    // An end that is proven is out of the index at once (LS-33).
    started[0]!.kill('SIGKILL');
    await until('an index without it', () => readJson(status[1]!).sessions.length === 0);
  },
  90_000,
);

onLinux('AP-4, AP-5, AP-10: a login in the middle of a session: what was used before stays where it was', async () => {
  login('account-a');
  session('s1');
  expect(tidemark(['install', 'hooks', '--yes'])).toMatchObject({ code: 0 });
  const view = follow();
  await until('the first profile', () => readJson(health('runtime-state.json')).authProfiles[0].tidemark.identity !== null);
  login('account-b');
  await until('the second profile', () => readJson(health('runtime-state.json')).authProfiles.length === 2);
  says('s1', 1000);
  const tokens = () => Object.fromEntries(view.last().accounts.map(({ id, window }) => [id, window?.amounts.totalTokens ?? null]));
  await until('both windows', () => Object.values(tokens()).includes(1000));
  const other = view.last().sessions[0]!.account;
  expect(other).toMatch(/^auto_[0-9a-f]{8}$/);
  expect(tokens()).toEqual({ default: 100, [other]: 1000 });
  const { switches } = JSON.parse(tidemark(['profiles', 'switches', '--json']).out);
  expect(switches).toMatchObject([{ sessionId: 's1', from: 'default', to: other, method: 'account' }]);
  // A view that starts now, and a report, say the same.
  view.child.kill('SIGTERM');
  const again = JSON.parse(tidemark(['live', '--once', '--json']).out);
  expect(
    Object.fromEntries(again.accounts.map((a: ReturnType<View['last']>['accounts'][number]) => [a.id, a.window?.amounts.totalTokens])),
  ).toEqual({
    default: 100,
    [other]: 1000,
  });
  expect(JSON.parse(tidemark(['sessions', '--json']).out).meta.accounts).toEqual([other, 'default'].sort());
  const files = tree()
    .filter((line) => !line.startsWith('.claude.json'))
    .map((line) => Buffer.from(line.split(' ').at(-1) ?? '', 'base64').toString('latin1'));
  for (const canary of ['account-a', 'account-b', 'canary@example']) expect(files.filter((text) => text.includes(canary))).toEqual([]);
});

onLinux('LS-27, ST-21: with names hidden no name is in the stream and in no file for others', async () => {
  mkdirSync(path.join(home, '.config/tidemark'), { recursive: true });
  writeFileSync(path.join(home, '.config/tidemark/config.yaml'), 'privacy:\n  names: hide\n');
  session('s1', '/p/canary-project');
  expect(tidemark(['install', 'hooks', '--yes'])).toMatchObject({ code: 0 });
  const view = follow();
  await until('the files', () => existsSync(health('runtime-state.json')) && existsSync(path.join(claudeDir(), 'status/s1.json')));
  await until('a summary', () => existsSync(path.join(home, '.local/state/tidemark/summary.json')));
  await until('the view and its files', () => view.last().sessions.length === 1 && existsSync(health('s1.json')));
  const [one] = view.last().sessions as unknown as Record<string, unknown>[];
  expect(one).toMatchObject({
    name: expect.stringMatching(/^session-[0-9a-f]{4}$/),
    project: expect.stringMatching(/^project-[0-9a-f]{4}$/),
  });
  // The same stand-ins everywhere.
  expect(readJson(health('s1.json')).projectPath).toBe(one!.project);
  expect(readJson(path.join(claudeDir(), 'status/s1.json'))).toMatchObject({
    task: { name: one!.name },
    tidemark: { project: one!.project },
  });
  const folders = ['session-health', 'status'].map((name) => path.join(claudeDir(), name));
  const written = folders.flatMap((dir) =>
    readdirSync(dir)
      .filter((name) => /\.(?:json|log)$/.test(name))
      .map((name) => path.join(dir, name)),
  );
  const texts = [
    view.text(),
    ...[...written, path.join(home, '.local/state/tidemark/summary.json')].map((file) => readFileSync(file, 'utf8')),
  ];
  expect(texts.filter((text) => /canary/.test(text))).toEqual([]);
});

onLinux('MG-8: uninstall --purge leaves the home as it was before', async () => {
  session('s1');
  const before = tree();
  const isSame = () => tree().filter((line) => !line.startsWith('bin'));
  expect(tidemark(['install', 'hooks', '--yes'])).toMatchObject({ code: 0 });
  const view = follow();
  await until('the files', () => existsSync(health('runtime-state.json')) && existsSync(path.join(claudeDir(), 'status/index.json')));
  const shown = tidemark(['state', 'show']);
  expect(shown.out).toMatch(/now: 1 session\n {2}s1 +your-turn +registry +default/);
  // Not while somebody writes.
  expect(tidemark(['uninstall', '--purge', '--yes'])).toMatchObject({ code: 1, err: expect.stringMatching(/is running/) });
  const ended = new Promise((done) => view.child.once('exit', done));
  view.child.kill('SIGTERM');
  await ended;
  expect(tidemark(['uninstall', '--purge', '--dry-run']).out).toMatch(/Would remove .*runtime-state\.json/);
  expect(existsSync(health('runtime-state.json'))).toBe(true);
  expect(tidemark(['uninstall', '--purge', '--yes'])).toMatchObject({ code: 0 });
  expect(isSame()).toEqual(before.filter((line) => !line.startsWith('bin')));
});

onLinux('BG-1: a command that runs once brings the files up to date; a label by hand keeps them from a purge', () => {
  session('s1');
  expect(tidemark(['install', 'hooks', '--yes'])).toMatchObject({ code: 0 });
  expect(JSON.parse(tidemark(['state', 'show', '--json']).out).live).toMatchObject([
    { sessionId: 's1', state: 'your-turn', account: 'default' },
  ]);
  expect(readJson(health('s1.json')).sessionId).toBe('s1');
  expect(tidemark(['profiles', 'label', 'default', 'mine'])).toMatchObject({ code: 0 });
  expect(JSON.parse(tidemark(['live', '--once', '--json']).out).accounts).toMatchObject([{ id: 'default', label: 'mine' }]);
  expect(JSON.parse(tidemark(['query', 'active-sessions', '--account', 'mine', '--format', 'json']).out).value).toBe(1);
  const purged = tidemark(['uninstall', '--purge', '--yes']);
  expect(purged).toMatchObject({ code: 0, err: expect.stringMatching(/stays/) });
  expect(existsSync(health('runtime-state.json'))).toBe(true);
  expect(existsSync(health('s1.json'))).toBe(false);
});
