import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ledger, openLedger } from '../ledger/open.ts';
import { systemClock } from '../platform/clock.ts';
import { systemProcesses } from '../platform/processes.ts';
import { builtinTable } from '../pricing/table.ts';
import { buildCapture, mergeQuota, writeCapture } from '../sessions/captures.ts';
import { readSummary } from '../sessions/summary-file.ts';
import { type Monitor, startMonitor } from './monitor.ts';
import type { Snapshot } from './snapshot.ts';

let home: string;
let ledger: Ledger;
let monitor: Monitor | null;
let serial = 0;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tidemark-live-'));
  mkdirSync(folder(), { recursive: true });
  mkdirSync(path.join(claude(), 'sessions'), { recursive: true });
  for (const name of ['events', 'statusline']) mkdirSync(path.join(state(), name), { recursive: true });
  ledger = openLedger({ path: path.join(home, 'ledger.db'), table: builtinTable(), version: '0', now: systemClock.now() });
  monitor = null;
});
afterEach(() => {
  monitor?.close();
  ledger[Symbol.dispose]();
  rmSync(home, { recursive: true, force: true });
});

const claude = () => path.join(home, 'claude');
const state = () => path.join(home, 'state');
const folder = () => path.join(claude(), 'projects/-p-api');
const fileOf = (session: string) => path.join(folder(), `${session}.jsonl`);

interface LineOptions {
  readonly session?: string;
  readonly id?: number;
  readonly output?: number;
  readonly ageMs?: number;
  readonly tool?: string;
  readonly command?: string;
  readonly sidechain?: boolean;
}
const line = ({ session = 's1', id = serial++, output = 10, ageMs = 0, tool, command, sidechain = false }: LineOptions = {}) =>
  `${JSON.stringify({
    type: 'assistant',
    sessionId: session,
    cwd: '/p/api',
    gitBranch: 'main',
    isSidechain: sidechain,
    timestamp: new Date(systemClock.now() - ageMs).toISOString(),
    uuid: `u${serial}`,
    message: {
      id: `msg_${String(id).padStart(20, '0')}`,
      model: 'claude-opus-5-5',
      stop_reason: tool === undefined ? 'end_turn' : 'tool_use',
      content: tool === undefined ? [] : [{ type: 'tool_use', name: tool, input: { command } }],
      usage: { input_tokens: 100, output_tokens: output, cache_read_input_tokens: 1000 },
    },
  })}\n`;

function start(more: Partial<Parameters<typeof startMonitor>[0]> = {}): Monitor {
  monitor = startMonitor({
    ledger,
    claudeDirs: [claude()],
    clock: systemClock,
    refreshInterval: 60_000,
    workers: 0,
    stateDir: state(),
    snapshot: {
      zone: 'UTC',
      burn: { high: 1000, moderate: 500 },
      tokenLimit: null,
      limitCount: 'all',
      cost: { combined: null, project: null, session: null },
      demo: false,
    },
    state: { mode: 'auto', aliases: {}, projects: [], excludeProjects: [], floorMs: null, lengthMs: null },
    watch: { pollInterval: 50 },
    ...more,
  });
  return monitor;
}

function until(m: Monitor, holds: (s: Snapshot) => boolean): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    const check = () => {
      if (!holds(m.get())) return;
      clearTimeout(late);
      end();
      resolve(m.get());
    };
    const end = m.subscribe(check);
    const late = setTimeout(() => reject(new Error(`late: ${JSON.stringify(m.get().sessions)}`)), 5000);
    check();
  });
}

function register(status: string, more: object = {}): void {
  const { pid } = process;
  const now = systemClock.now();
  const record = {
    pid,
    sessionId: 's1',
    cwd: '/p/api',
    startedAt: now - 60_000,
    procStart: systemProcesses.procStart(pid),
    pidDomain: systemProcesses.domain,
    version: '2.1.329',
    kind: 'interactive',
    entrypoint: 'cli',
    name: 'deploy-it',
    nameSource: 'user',
    status,
    updatedAt: now,
    statusUpdatedAt: now,
    ...more,
  };
  writeFileSync(path.join(claude(), 'sessions', `${pid}.json`), JSON.stringify(record));
}

function capture(
  session: string,
  used: number,
  options: { readonly alias?: string; readonly apiMs?: number; readonly dir?: string } = {},
): void {
  const now = systemClock.now();
  const configDir = options.dir ?? claude();
  const facts = {
    sessionId: session,
    configDir,
    version: '2.1.329',
    cwd: '/p/api',
    transcriptPath: null,
    sessionName: null,
    model: { id: 'claude-opus-5-5', name: 'Opus 5.5' },
    context: { used: 68_000, size: 200_000, percent: 34 },
    cost: { usd: 1, apiMs: options.apiMs ?? 1, durationMs: 1, linesAdded: 0, linesRemoved: 0 },
    cache: null,
    effort: 'high',
    identity: { configDir, kind: 'subscription', ...(options.alias === undefined ? {} : { alias: options.alias }) },
  };
  const reset = Math.floor(now / 1000) + 3600;
  const quota = mergeQuota(
    { five_hour: { used, resetsAt: reset }, seven_day: { used: 41, resetsAt: reset + 86_400 } },
    facts.cost.apiMs,
    null,
    now,
  );
  writeCapture(state(), buildCapture(facts, quota, null, now, 'a line'), null);
}

describe('states', () => {
  test('LS-2, LS-14: the registry decides, a change is seen at once, the process is known', async () => {
    writeFileSync(fileOf('s1'), line());
    register('busy');
    const m = start();
    await m.ready;
    const [session] = m.get().sessions;
    expect(session).toMatchObject({
      state: 'working',
      stateSource: 'registry',
      alive: true,
      stale: false,
      name: 'deploy-it',
      titleSource: 'client',
    });
    expect(session!.processes).toMatchObject([{ pid: process.pid, kind: 'interactive', version: '2.1.329' }]);
    const before = performance.now();
    register('waiting', { waitingFor: 'permission prompt' });
    const asked = await until(m, (s) => s.sessions[0]?.state === 'needs-permission');
    expect(performance.now() - before).toBeLessThan(1000);
    expect(asked.verdict.needsYou).toBe(1);
    expect(asked.sessions[0]!.waiting).toMatchObject({ for: 'permission' });
    register('idle');
    await until(m, (s) => s.sessions[0]?.state === 'your-turn');
  });

  test('LS-33: a session whose process is gone has ended, and stays in its window', async () => {
    writeFileSync(fileOf('s1'), line({ ageMs: 60_000 }));
    register('busy', { procStart: '1' });
    const m = start();
    await m.ready;
    expect(m.get().sessions).toMatchObject([{ id: 's1', state: 'ended', alive: false }]);
  });

  test('LV-5: a session without any transcript is listed by its registry record', async () => {
    register('busy', { sessionId: 'fresh', cwd: '/p/web' });
    const m = start();
    await m.ready;
    expect(m.get().sessions).toMatchObject([{ id: 'fresh', state: 'working', project: 'web', window: { all: 0 } }]);
  });

  test('LS-6: without registry and hooks the transcript decides', async () => {
    writeFileSync(fileOf('s1'), line({ tool: 'Bash', command: 'npm test' }));
    const m = start();
    await m.ready;
    expect(m.get().sessions[0]).toMatchObject({ state: 'working', stateSource: 'transcript', alive: null });
    appendFileSync(fileOf('s1'), line());
    await until(m, (s) => s.sessions[0]?.state === 'your-turn');
  });
});

test('LS-14, D-37: a session of last week that is taken up again comes back with its totals', async () => {
  writeFileSync(fileOf('s1'), line({ ageMs: 8 * 86_400_000 }));
  const m = start();
  await m.ready;
  expect(m.get().sessions).toEqual([]);
  register('idle');
  const back = await until(m, (s) => s.sessions.length === 1);
  expect(back.sessions[0]).toMatchObject({ id: 's1', state: 'your-turn', project: 'api', total: { all: 1110 }, window: { all: 0 } });
});

test('LV-123: two processes on one ledger agree, and see the names the other gives', async () => {
  writeFileSync(fileOf('s1'), line());
  const m = start();
  const shared = openLedger({ path: path.join(home, 'ledger.db'), table: builtinTable(), version: '0', now: systemClock.now() });
  const other = start({ ledger: shared });
  try {
    await Promise.all([m.ready, other.ready]);
    appendFileSync(fileOf('s1'), line());
    for (const each of [m, other]) await until(each, (s) => s.combined.all === 2220);
    other.queries.rename('s1', 'deploy');
    await until(m, (s) => s.sessions[0]?.name === 'deploy');
    other.queries.rename('s1', null);
    await until(m, (s) => s.sessions[0]?.name === 'api s1');
  } finally {
    other.close();
    monitor = m;
    shared[Symbol.dispose]();
  }
});

describe('quota', () => {
  test('D-20, D-25, D-26: statusline captures give window, weekly, label, context and effort', async () => {
    writeFileSync(fileOf('s1'), line({ ageMs: 60_000 }));
    capture('s1', 62, { alias: 'work' });
    const m = start();
    await m.ready;
    const s = m.get();
    expect(s.windows).toMatchObject([{ label: 'work', source: 'official', usedPercent: { value: 62, source: 'official' }, stale: false }]);
    expect(s.accounts).toMatchObject([
      { id: 'default', label: 'work', weekly: { usedPercent: { value: 41, source: 'official' } }, sessions: 1 },
    ]);
    expect(s.sessions[0]).toMatchObject({ effort: 'high', windowSize: 200_000, points: { value: 62, source: 'measured' } });
    expect(s.accounts[0]!.window!.reserve).toBeCloseTo(s.accounts[0]!.window!.elapsedPercent - 62, 6);
    capture('s1', 64, { alias: 'work', apiMs: 2 });
    const later = await until(m, ({ windows }) => windows[0]?.usedPercent.value === 64);
    expect(later.verdict.window).toMatchObject({ usedPercent: { value: 64 }, hours: 5 });
  });

  test('D-22, D-33: two accounts have a window, a quota and shares each; tokens are added, percentages never', async () => {
    for (const session of ['s1', 's2', 's3']) writeFileSync(fileOf(session), line({ session, ageMs: 60_000 }));
    capture('s1', 62, { alias: 'work' });
    capture('s2', 10, { alias: 'home', dir: path.join(home, 'other') });
    capture('s3', 60, { alias: 'work' });
    const m = start();
    await m.ready;
    const { accounts, windows, sessions, combined, verdict } = m.get();
    expect(accounts.map((a) => [a.label, a.sessions, a.window?.usedPercent.value])).toEqual([
      ['work', 2, 62],
      ['home', 1, 10],
    ]);
    expect(windows.reduce((sum, w) => sum + w.amounts.all, 0)).toBe(combined.all);
    expect(sessions.map((s) => [s.id, s.share, s.points.value]).sort()).toEqual([
      ['s1', 50, 31],
      ['s2', 100, 10],
      ['s3', 50, 31],
    ]);
    expect(verdict).toMatchObject({ accounts: 2, window: { label: 'work', others: 1 } });
  });

  test('the summary for the hot paths', async () => {
    writeFileSync(fileOf('s1'), line());
    capture('s1', 62, { alias: 'work' });
    const m = start();
    await m.ready;
    await until(m, () => readSummary(state()) !== null);
    const summary = readSummary(state())!;
    expect(summary.profiles.default).toMatchObject({ label: 'work', quota: { fiveHour: { usedPercent: 62, source: 'official' } } });
    expect(summary.today.tokens).toBe(m.get().combined.today.all);
    expect(Object.keys(summary.sessions)).toEqual(['s1']);
  });
});

describe('LV-52: the last action', () => {
  test('is in memory only, without the third word', async () => {
    writeFileSync(fileOf('s1'), line({ tool: 'Bash', command: 'npm test canary-third-word' }));
    const m = start();
    await m.ready;
    expect(m.get().sessions[0]!.lastAction).toMatchObject({ tool: 'Bash', target: 'npm test' });
    expect(JSON.stringify(m.get())).not.toContain('canary');
    await until(m, () => readSummary(state()) !== null);
    const kept = ['ledger.db', 'ledger.db-wal', 'state/summary.json'].map((name) => readFileSync(path.join(home, name), 'latin1')).join('');
    expect(kept).not.toContain('npm test');
    expect(readdirSync(state()).sort()).toEqual(['events', 'statusline', 'summary.json']);
  });

  test('privacy.actions: tool', async () => {
    writeFileSync(fileOf('s1'), line({ tool: 'Bash', command: 'npm test' }));
    const m = start({ actions: 'tool' });
    await m.ready;
    expect(m.get().sessions[0]!.lastAction).toMatchObject({ tool: 'Bash', target: null });
  });
});

test('LV-3: what is followed line by line equals what is read at once', async () => {
  const sessions = ['a', 'b', 'c'];
  for (const session of sessions) writeFileSync(fileOf(session), line({ session, ageMs: 3_600_000 }));
  const m = start();
  await m.ready;
  const growing = new Map<string, number>();
  for (let i = 0; i < 40; i++) {
    const session = sessions[i % 3]!;
    // A response comes in several lines with growing output; some lines are old, some of subagents.
    const id = growing.get(session) ?? serial++;
    growing.set(session, i % 4 === 3 ? serial++ : id);
    appendFileSync(
      fileOf(session),
      line({ session, id, output: i, ageMs: i % 7 === 0 ? 600_000 : 0, sidechain: i % 4 === 3 && i % 5 === 0 }),
    );
    if (i % 6 === 0) await new Promise((done) => setTimeout(done, 30));
  }
  const other = openLedger({ path: path.join(home, 'other.db'), table: builtinTable(), version: '0', now: systemClock.now() });
  const fresh = start({ ledger: other, stateDir: null });
  try {
    await fresh.ready;
    const figures = ({ sessions: all, combined, models }: Snapshot) => ({
      all: combined.all,
      cost: combined.cost,
      today: combined.today,
      models: models.map((view) => view.window),
      sessions: all
        .map(({ id, window, total, startedAt, contextTokens }) => ({ id, window, total, startedAt, contextTokens }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    });
    const expected = figures(fresh.get());
    await until(m, (s) => s.combined.all === expected.all);
    expect(figures(m.get())).toEqual(expected);
  } finally {
    fresh.close();
    monitor = m;
    other[Symbol.dispose]();
  }
});
