import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ledger, openLedger } from '../ledger/open.ts';
import { type Monitor, startMonitor } from '../monitor/monitor.ts';
import type { SessionView, Snapshot } from '../monitor/snapshot.ts';
import { verdictText } from '../monitor/verdict.ts';
import type { Clock } from '../platform/clock.ts';
import { checkProcess } from '../platform/end-process.ts';
import { builtinTable } from '../pricing/table.ts';
import { LiveSessions } from '../sessions/live-sessions.ts';
import { type LiveDemo, writeLiveDemo } from './demo.ts';
import { DEMO_CLIENTS } from './demo-cast.ts';
import { DEMO_NOW, DEMO_SESSIONS } from './demo-sessions.ts';

const CLOCK: Clock = { now: () => DEMO_NOW, monotonic: () => 0 };

let folder: string;
let demo: LiveDemo;
let ledger: Ledger;
let monitor: Monitor;
let snapshot: Snapshot;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tidemark-demo-live-'));
  demo = writeLiveDemo(path.join(folder, 'home'), DEMO_NOW);
  ledger = openLedger({ path: path.join(folder, 'ledger.db'), table: builtinTable(), version: '0', now: DEMO_NOW });
  monitor = startMonitor({
    ledger,
    claudeDirs: [demo.claudeDir],
    clock: CLOCK,
    refreshInterval: 60_000,
    workers: 0,
    stateDir: demo.stateDir,
    snapshot: {
      zone: 'UTC',
      burn: { high: 1000, moderate: 500 },
      limits: { combined: { tokens: 80_000_000, per: 'day' }, perWindow: null },
      limitCount: 'all',
      cost: { combined: 25e9, project: null, session: null },
      demo: true,
    },
    state: { mode: 'auto', aliases: {}, projects: [], excludeProjects: [], floorMs: null, lengthMs: null },
    ...{ processes: demo.processes },
  });
  await monitor.ready;
  snapshot = monitor.get();
});
afterAll(() => {
  monitor.close();
  ledger[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const sessionOf = (name: string): SessionView => snapshot.sessions.find((session) => session.name === name)!;
const percents = (value: number | null) => Number(value!.toFixed(1));
const dollars = (nano: number | null) => (nano! / 1e9).toFixed(2);

/** live-view §14 and the pictures of §4: all tokens, dollars, share of local use, context %, work tokens a minute, age in seconds. */
// biome-ignore format: a table.
const TABLE = [
  ['fix-login-flake', 'needs-permission', 10_356_988, '7.19', 25.1, 34, 624, 134, 'Bash npm test'],
  ['checkout-redesign', 'needs-answer', 6_489_720, '2.50', 8.7, 58, 290, 41, 'AskUserQuestion'],
  ['review-418', 'your-turn', 1_327_150, '0.74', 2.6, 22, 0, 365, null],
  ['migrate-orders', 'working', 15_058_155, '17.70', 61.7, 88, 4260, 1, 'Edit schema.sql'],
  ['api-docs', 'working', 2_591_700, '0.06', 0.2, 8, 1210, 4, 'Read openapi.yaml'],
  ['nightly-triage', 'idle', 662_060, '0.02', 0.1, 3, 0, 48 * 60 + 20, null],
  ['spike-logs', 'ended', 886_190, '0.47', 1.6, null, 0, 44 * 60 + 4, null],
] as const;

describe('LV-145: the table comes out of ledger and monitor', () => {
  test.each(TABLE)('%s', (name, state, tokens, cost, share, context, rate, age, action) => {
    const session = sessionOf(name);
    expect([session.window.all, dollars(session.window.cost), percents(session.share)]).toEqual([tokens, cost, share]);
    expect(session.burnNow.work).toBe(rate);
    // Whether a quiet process still runs, only the process table of the demo can tell.
    expect(session.state).toBe(state);
    expect(session.account).toBe('default');
    if (context !== null) expect(session.contextPercent).toMatchObject({ value: context, source: 'official' });
    expect(Math.floor(Math.abs(DEMO_NOW - session.lastAt! - age * 1000) / 1000)).toBe(0);
    const { lastAction } = session;
    if (action !== null) expect([lastAction!.tool, lastAction!.target].filter(Boolean).join(' ')).toBe(action);
  });

  test('LV-30: the verdict line', () => {
    const text = verdictText(snapshot.verdict, { width: 400, now: DEMO_NOW, zone: 'UTC' });
    expect(text).toBe('2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20 · at this pace 74–88 % by reset');
  });

  test('combined: window, day with the earlier 14,820,000 tokens and $9.41, limit of 80M a day, both quotas', () => {
    const { combined, accounts } = snapshot;
    expect([combined.all, dollars(combined.cost), Math.round(combined.burnNow.work)]).toEqual([37_371_963, '28.67', 6384]);
    expect([combined.today.all, dollars(combined.today.cost)]).toEqual([52_191_963, '38.08']);
    expect([combined.limit?.used, percents(combined.limit!.percent)]).toEqual([52_191_963, 65.2]);
    const [account] = accounts;
    expect([accounts.length, account!.label]).toEqual([1, 'work']);
    expect(account!.window).toMatchObject({ start: at('10:20:00'), end: at('15:20:00'), source: 'official', label: 'work' });
    expect(account!.window!.usedPercent).toEqual({ value: 62, source: 'official', at: DEMO_NOW - 12_000 });
    expect(account!.weekly).toMatchObject({ resetsAt: Date.parse('2026-11-24T09:00:00Z'), stale: false });
    expect(account!.weekly!.usedPercent).toEqual({ value: 41, source: 'official', at: DEMO_NOW - 12_000 });
  });

  test('projects and models add up to the same, with the severities of the picture', () => {
    const rows = snapshot.projects.map((project) => [project.name, project.window.all, dollars(project.window.cost), project.severity]);
    expect(rows).toEqual([
      ['orders-db', 15_058_155, '17.70', 'HIGH'],
      ['api-server', 12_948_688, '7.24', 'HIGH'],
      ['shop-web', 7_816_870, '3.23', 'NORMAL'],
      ['infra', 1_548_250, '0.49', 'NORMAL'],
    ]);
    expect(snapshot.models.reduce((sum, model) => sum + model.window.all, 0)).toBe(37_371_963);
  });

  test('warnings: the five of the picture', () => {
    const texts = snapshot.warnings.map(({ text }) => text);
    expect(texts).toEqual(
      expect.arrayContaining([
        'migrate-orders: context 88 %, compaction is near',
        "Project 'orders-db' has HIGH burn rate (4,260 > 1,000 tok/min)",
        "Project 'api-server' has HIGH burn rate (1,834 > 1,000 tok/min)",
        'Combined cost $28.67 is above your $25.00',
        'Combined usage is at 65 % of your daily limit',
      ]),
    );
  });

  test('LV-60 … LV-63: details of migrate-orders, its two subagents, what the client says it cost', () => {
    const detail = monitor.queries.sessionDetail(sessionOf('migrate-orders').id)!;
    const money = [detail.window.cost, detail.total.cost, detail.clientCost, detail.unloggedCost].map(dollars);
    expect(money).toEqual(['17.70', '29.75', '29.78', '0.03']);
    expect([detail.requests, detail.prompts]).toEqual([175, 14]);
    expect(detail.subagents.map(({ id, type, state, amounts }) => [id!.slice(0, 3), type, state, dollars(amounts.cost)])).toEqual([
      ['b71', 'Plan', 'running', '0.83'],
      ['a3f', 'Explore', 'done', '0.31'],
    ]);
    expect([sessionOf('migrate-orders').agents.active, sessionOf('migrate-orders').effort]).toEqual([2, 'high']);
  });
});

const at = (clock: string) => Date.parse(`2026-11-20T${clock}Z`);
const stateOf = () => new LiveSessions([demo.claudeDir], demo.stateDir, { table: demo.processes }).read(DEMO_NOW);

describe('LV-140: real file formats of living sessions', () => {
  test('registry and journals with the process table of the demo give the states of the table', () => {
    const found = new Map(stateOf().map((session) => [session.title, session]));
    expect(found.size).toBe(7);
    for (const [name, state, , , , , , ,] of TABLE) expect([name, found.get(name)?.state]).toEqual([name, state]);
    expect(found.get('fix-login-flake')!.waiting).toEqual({ for: 'permission', tool: 'Bash', since: at('13:39:56') });
    expect(found.get('checkout-redesign')!.waiting).toEqual({ for: 'answer', tool: 'AskUserQuestion', since: at('13:41:29') });
    expect(found.get('migrate-orders')).toMatchObject({ source: 'registry', since: at('13:36:05'), alive: true, effort: 'high' });
    expect(found.get('migrate-orders')!.processes.map(({ pid }) => pid)).toEqual([20488]);
    expect(found.get('nightly-triage')).toMatchObject({ since: at('12:53:50'), alive: true, stale: false });
    expect(found.get('spike-logs')).toMatchObject({ alive: false, ended: { at: at('12:58:06'), reason: 'prompt_input_exit' } });
  });

  const sample = path.resolve('../shared/fixtures/captured/registry/2.1.329/tui-waiting/1505.json');
  test.skipIf(!existsSync(sample))('a record has the fields of a captured one (needs ../shared)', () => {
    const captured = Object.keys(JSON.parse(readFileSync(sample, 'utf8')) as object);
    const folderOf = path.join(demo.claudeDir, 'sessions');
    expect(readdirSync(folderOf)).toHaveLength(6);
    for (const name of readdirSync(folderOf)) {
      const own = JSON.parse(readFileSync(path.join(folderOf, name), 'utf8')) as Record<string, unknown>;
      expect(captured).toEqual(expect.arrayContaining(Object.keys(own)));
      expect(statSync(path.join(folderOf, name)).mode & 0o777).toBe(0o600);
    }
  });

  test('LS-21, LS-24: journal lines are short and hold no content', () => {
    for (const { id } of DEMO_SESSIONS) {
      const text = readFileSync(path.join(demo.stateDir, 'events', `${id}.jsonl`), 'utf8');
      for (const line of text.trimEnd().split('\n')) expect(Buffer.byteLength(line)).toBeLessThan(1024);
      expect(text).not.toMatch(/made-up|npm test|schema\.sql/);
    }
  });

  test('KIL-1: no process of the demo is ever taken for a real one', () => {
    const system = { ownPid: 1, ownUid: null, signal: () => expect.unreachable() };
    for (const { pid } of Object.values(DEMO_CLIENTS)) {
      const real = { ...system, look: () => ({ start: '294397', startedAt: null, parent: 1, uid: null }) };
      expect(checkProcess({ pid, procStart: demo.processes.procStart(pid), startedAt: 1 }, real).ok).toBe(false);
    }
  });

  test('LV-121: its terminals are made up, and nothing is started to find them', async () => {
    expect(await demo.processes.run('ps', ['-o', 'tty=', '-p', '20488'])).toBe('pts/20488\n');
    expect(await demo.processes.run('tmux', ['list-panes', '-a'])).toContain('/dev/pts/20488\t%20488\t$0\t@20488\tdev:2.1\n');
    expect(await demo.processes.run('tmux', ['switch-client', '-t', '$0'])).toBeNull();
    expect(await demo.processes.run('ps', ['-o', 'tty=', '-p', '1'])).toBeNull();
  });
});
