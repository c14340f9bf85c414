import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ledger, openLedger } from '../ledger/open.ts';
import { systemClock } from '../platform/clock.ts';
import { builtinTable } from '../pricing/table.ts';
import { type Monitor, startMonitor } from './monitor.ts';
import type { Snapshot } from './snapshot.ts';

let home: string;
let ledger: Ledger;
let monitor: Monitor | null;
let serial = 0;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tidemark-monitor-'));
  ledger = openLedger({ path: path.join(home, 'ledger.db'), table: builtinTable(), version: '0', now: systemClock.now() });
  monitor = null;
});
afterEach(() => {
  monitor?.close();
  ledger[Symbol.dispose]();
  rmSync(home, { recursive: true, force: true });
});

const folder = () => path.join(home, 'claude/projects/-p-api');
const fileOf = (session: string) => path.join(folder(), `${session}.jsonl`);
const line = (session: string, input = 100) =>
  `${JSON.stringify({
    type: 'assistant',
    sessionId: session,
    cwd: '/p/api',
    gitBranch: 'main',
    timestamp: new Date(systemClock.now()).toISOString(),
    uuid: `u${serial}`,
    message: {
      id: `msg_${String(serial++).padStart(20, '0')}`,
      model: 'claude-opus-5-5',
      stop_reason: 'end_turn',
      usage: { input_tokens: input, output_tokens: 0 },
    },
  })}\n`;

function start(): Monitor {
  monitor = startMonitor({
    ledger,
    claudeDirs: [path.join(home, 'claude')],
    clock: systemClock,
    refreshInterval: 60_000,
    workers: 0,
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
    const late = setTimeout(() => reject(new Error(`late: ${JSON.stringify(m.get().combined)}`)), 5000);
    check();
  });
}

test('UR-110: an appended line, half a line and its rest, a new file, a deleted one', async () => {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(fileOf('s1'), line('s1'));
  const m = start();
  expect(m.get()).toMatchObject({ ingest: { reading: true }, combined: { all: 0 } });
  await m.ready;
  expect(m.get()).toMatchObject({ ingest: { reading: false, files: 1, lines: 1, notice: null }, combined: { all: 100 }, warnings: [] });

  appendFileSync(fileOf('s1'), line('s1', 11));
  const appended = await until(m, (s) => s.combined.all === 111);
  expect(appended.sessions[0]).toMatchObject({
    id: 's1',
    state: 'your-turn',
    stateSource: 'transcript',
    window: { all: 111 },
    total: { all: 111 },
    model: 'claude-opus-5-5',
    branch: 'main',
  });

  const whole = line('s1', 300);
  appendFileSync(fileOf('s1'), whole.slice(0, 40));
  await new Promise((done) => setTimeout(done, 60));
  expect(m.get().combined.all).toBe(111);
  appendFileSync(fileOf('s1'), whole.slice(40));
  await until(m, (s) => s.combined.all === 411);

  writeFileSync(fileOf('s2'), line('s2', 5));
  const added = await until(m, (s) => s.combined.all === 416);
  expect(added.sessions).toHaveLength(2);
  expect(added.warnings.map((w) => w.text)).toEqual(["New session 'api s2' in project 'api'"]);

  rmSync(fileOf('s2'));
  await new Promise((done) => setTimeout(done, 80));
  expect(m.get()).toMatchObject({ combined: { all: 416 }, ingest: { notice: null } });
});

test('HZ-32: a root that is created later', async () => {
  const m = start();
  await m.ready;
  expect(m.get().combined.all).toBe(0);
  mkdirSync(folder(), { recursive: true });
  writeFileSync(fileOf('s1'), line('s1', 7));
  expect((await until(m, (s) => s.combined.all === 7)).projects).toMatchObject([{ name: 'api', path: '/p/api', activeSessions: 1 }]);
});

test('UR-116: below 50 ms from append to snapshot with 100 sessions', async () => {
  mkdirSync(folder(), { recursive: true });
  for (let i = 0; i < 100; i++) writeFileSync(fileOf(`s${i}`), Array.from({ length: 20 }, () => line(`s${i}`, 1)).join(''));
  const m = start();
  await m.ready;
  expect(m.get().combined.all).toBe(2000);
  const times: number[] = [];
  for (let i = 0; i < 9; i++) {
    await new Promise((done) => setTimeout(done, 30));
    const before = performance.now();
    appendFileSync(fileOf(`s${i}`), line(`s${i}`, 1));
    await until(m, (s) => s.combined.all === 2001 + i);
    times.push(performance.now() - before);
  }
  expect(times.sort((a, b) => a - b)[4]).toBeLessThan(50);
});

test('REL-7: a ledger that cannot be written is said, and tried again', async () => {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(fileOf('s1'), line('s1'));
  const m = start();
  await m.ready;
  ledger.db.exec('PRAGMA query_only = ON');
  appendFileSync(fileOf('s1'), line('s1', 1));
  expect((await until(m, (s) => s.ingest.notice !== null)).combined.all).toBe(100);
  ledger.db.exec('PRAGMA query_only = OFF');
  appendFileSync(fileOf('s1'), line('s1', 1));
  expect((await until(m, (s) => s.combined.all === 102)).ingest.notice).toBeNull();
});
