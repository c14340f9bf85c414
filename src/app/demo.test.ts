import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { costOf } from '../pricing/cost.ts';
import { builtinTable } from '../pricing/table.ts';
import { type DemoHome, writeDemoHome } from './demo.ts';
import { DEMO_NOW, DEMO_SESSIONS, EARLIER_TODAY } from './demo-sessions.ts';
import { apportion, randomFrom } from './demo-split.ts';

interface Line {
  readonly type: string;
  readonly timestamp?: string;
  readonly sessionId: string;
  readonly isSidechain?: boolean;
  readonly requestId?: string;
  readonly customTitle?: string;
  readonly cwd?: string;
  readonly gitBranch?: string;
  readonly message?: {
    readonly id: string;
    readonly model: string;
    readonly stop_reason: string;
    readonly usage: Readonly<Record<string, number>> & { readonly cache_creation: Readonly<Record<string, number>> };
  };
}

let folder: string;
let demo: DemoHome;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-demo-'));
  demo = writeDemoHome(folder, DEMO_NOW);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const filesOf = (claudeDir: string) =>
  readdirSync(join(claudeDir, 'projects'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(claudeDir, 'projects', name))
    .sort();
const linesOf = (claudeDir: string): readonly Line[] =>
  filesOf(claudeDir).flatMap((file) =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line),
  );

/** Each response once, by its id: the plainest way to count. */
function requestsIn(lines: readonly Line[]) {
  const first = new Map<string, Line>();
  for (const line of lines) if (line.type === 'assistant' && !first.has(line.message!.id)) first.set(line.message!.id, line);
  return [...first.values()].map(({ sessionId, timestamp, message, isSidechain }) => {
    const usage = message!.usage;
    const tokens = {
      input: usage.input_tokens!,
      output: usage.output_tokens!,
      cacheWrite5m: usage.cache_creation.ephemeral_5m_input_tokens!,
      cacheWrite1h: usage.cache_creation.ephemeral_1h_input_tokens!,
      cacheRead: usage.cache_read_input_tokens!,
    };
    const at = Date.parse(timestamp!);
    const cost = costOf(builtinTable(), { model: message!.model, tokens, webSearches: 0, speed: 'standard', geoUs: false, at });
    return { sessionId, at, tokens, cost: cost as number, isSidechain, model: message!.model };
  });
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
/** The table prints six decimals; nightly-triage costs $0.0178661. */
const microUsd = (nano: number) => Math.round(nano / 1000);
const WINDOW_START = Date.parse('2026-11-20T10:20:00Z');
const allOf = (tokens: Readonly<Record<string, number>>) => sum(Object.values(tokens));

/** live-view §14 */
const TABLE = [
  ['fix-login-flake', 'api-server', 'main', 'claude-opus-5-5', '10:41', 18240, 96410, 0, 402118, 9840220, 7_186_148_000, 624],
  ['checkout-redesign', 'shop-web', 'feature/cart', 'claude-sonnet-5-5', '11:02', 9120, 71300, 0, 288400, 6120900, 2_496_930_000, 290],
  ['review-418', 'shop-web', 'main', 'claude-sonnet-5-5', '13:08', 4010, 22140, 0, 96700, 1204300, 736_650_000, 0],
  ['migrate-orders', 'orders-db', 'main', 'claude-opus-4-5', '10:23', 22410, 164920, 40112, 610233, 14220480, 17_698_320_000, 4260],
  ['api-docs', 'api-server', 'docs', 'claude-haiku-5-5', '13:31', 31900, 28700, 120400, 0, 2410700, 56_697_000, 1210],
  ['nightly-triage', 'infra', 'main', 'claude-haiku-5-5', '10:20', 6700, 12050, 41200, 0, 602110, 17_866_000, 0],
  ['spike-logs', 'infra', 'main', 'claude-sonnet-5-5', '12:10', 2980, 14480, 0, 60330, 808400, 472_920_000, 0],
] as const;

describe('LV-145: the demo adds up to its table', () => {
  test.each(TABLE)('%s', (name, project, branch, model, firstUse, input, output, write5m, write1h, read, cost, rate) => {
    const lines = linesOf(demo.claudeDir);
    const id = lines.find((line) => line.customTitle === name)!.sessionId;
    const mine = requestsIn(lines).filter((request) => request.sessionId === id && request.at >= WINDOW_START);
    const total = (kind: keyof (typeof mine)[number]['tokens']) => sum(mine.map((request) => request.tokens[kind]));
    expect([total('input'), total('output'), total('cacheWrite5m'), total('cacheWrite1h'), total('cacheRead')]).toEqual([
      input,
      output,
      write5m,
      write1h,
      read,
    ]);
    expect(microUsd(sum(mine.map((request) => request.cost)))).toBe(Number(cost) / 1000);
    expect(new Date(Math.min(...mine.map((request) => request.at))).toISOString().slice(11, 16)).toBe(firstUse);
    expect(new Set(mine.map((request) => request.model))).toEqual(new Set([model]));
    const placed = lines.find((line) => line.sessionId === id && line.cwd !== undefined)!;
    expect([placed.cwd, placed.gitBranch]).toEqual([join(demo.home, 'work', String(project)), branch]);
    const recent = mine.filter((request) => request.at > DEMO_NOW - 300_000);
    expect(sum(recent.map(({ tokens }) => allOf(tokens) - tokens.cacheRead)) / 5).toBe(rate);
  });

  test('combined: 37,371,963 tokens and $28.665531 in the window (D-38); before it today 14,820,000 and $9.41', () => {
    const today = requestsIn(linesOf(demo.claudeDir)).filter((request) => request.at >= Date.parse('2026-11-20T00:00:00Z'));
    const inWindow = today.filter((request) => request.at >= WINDOW_START);
    const earlier = today.filter((request) => request.at < WINDOW_START);
    expect([sum(inWindow.map((r) => allOf(r.tokens))), microUsd(sum(inWindow.map((r) => r.cost)))]).toEqual([37_371_963, 28_665_531]);
    expect([sum(earlier.map((r) => allOf(r.tokens))), sum(earlier.map((r) => r.cost))]).toEqual([14_820_000, 9_410_000_000]);
  });

  test('D-21: the earlier window has closed before 10:20, so the open one starts there', () => {
    const times = requestsIn(linesOf(demo.claudeDir)).map((request) => request.at);
    const earlier = times.filter((at) => at > Date.parse('2026-11-20T00:00:00Z') && at < WINDOW_START);
    expect(Math.floor(Math.min(...earlier) / 600_000) * 600_000 + 5 * 3_600_000).toBeLessThanOrEqual(WINDOW_START);
    expect(Math.max(...times)).toBe(DEMO_NOW - 1000);
  });

  test('migrate-orders began yesterday: 175 requests, $29.75, two subagents', () => {
    const lines = linesOf(demo.claudeDir);
    const id = DEMO_SESSIONS.find((session) => session.name === 'migrate-orders')!.id;
    const mine = requestsIn(lines).filter((request) => request.sessionId === id);
    expect([mine.length, sum(mine.map((request) => request.cost))]).toEqual([175, 29_745_577_000]);
    expect(sum(mine.filter((request) => request.isSidechain).map((request) => request.cost))).toBe(310_450_000 + 831_500_000);
    expect(lines.filter((line) => line.sessionId === id && 'promptSource' in line && line.isSidechain === false)).toHaveLength(14);
    const last = mine.filter((request) => request.isSidechain === false).at(-1)!;
    expect((allOf(last.tokens) - last.tokens.output) / 200_000).toBeCloseTo(0.882, 3);
  });
});

describe('LV-140: real file formats', () => {
  test('lines stand in the order of their times, ids have the vendor form, most responses have several lines', () => {
    for (const file of filesOf(demo.claudeDir)) {
      const lines = readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
      const times = lines.flatMap((line) => (line.timestamp === undefined ? [] : [Date.parse(line.timestamp)]));
      expect(times).toEqual([...times].sort((a, b) => a - b));
      const assistant = lines.filter((line) => line.type === 'assistant');
      for (const line of assistant) {
        expect(line.message!.id).toMatch(/^msg_01[A-Za-z0-9]{22}$/);
        expect(line.requestId).toMatch(/^req_011[A-Za-z0-9]{21}$/);
      }
    }
    const assistant = linesOf(demo.claudeDir).filter((line) => line.type === 'assistant');
    expect(assistant.length / requestsIn(assistant).length).toBeGreaterThan(1.4);
  });

  test('every request has positive counters, and haiku prompts stay below the dearer tier', () => {
    for (const { tokens, model } of requestsIn(linesOf(demo.claudeDir))) {
      expect(Math.min(...Object.values(tokens))).toBeGreaterThanOrEqual(0);
      if (model === 'claude-haiku-5-5') expect(allOf(tokens) - tokens.output).toBeLessThan(100_000);
    }
  });

  test('the same again for the same time, moved for another; private files', () => {
    const other = mkdtempSync(join(tmpdir(), 'tidemark-demo-'));
    try {
      const later = writeDemoHome(other, DEMO_NOW + 86_400_000);
      const times = (home: DemoHome) => requestsIn(linesOf(home.claudeDir)).map((request) => request.at);
      const shift = (at: number) => at + 86_400_000;
      expect(times(later).sort()).toEqual(times(demo).map(shift).sort());
      for (const file of filesOf(later.claudeDir)) expect(statSync(file).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  test('four projects, nine sessions', () => {
    expect(new Set(DEMO_SESSIONS.map((session) => session.project)).size).toBe(4);
    expect(demo.sessions).toHaveLength(DEMO_SESSIONS.length + EARLIER_TODAY.length);
  });
});

test('apportion keeps the sum exactly', () => {
  const random = randomFrom('weights');
  for (let i = 0; i < 200; i++) {
    const total = Math.floor(random() * 1e7);
    const parts = apportion(
      total,
      Array.from({ length: 1 + Math.floor(random() * 60) }, () => 0.01 + random()),
    );
    expect(sum(parts)).toBe(total);
    expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
  }
});
