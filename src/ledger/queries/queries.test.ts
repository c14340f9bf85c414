import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinTable } from '../../pricing/table.ts';
import { ingest } from '../ingest.ts';
import { type Ledger, openLedger } from '../open.ts';
import { withAccounts } from './account-directory.ts';
import { type ForecastOptions, parityBlockRows, withForecast } from './active-block.ts';
import { blockRows, FIVE_HOURS, limitSamples } from './blocks.ts';
import { EVERYTHING } from './cells.ts';
import { type Directory, loadDirectory } from './directory.ts';
import { usageEvents } from './events.ts';
import { LiveDirectory, titleRankOf } from './live-directory.ts';
import { ingestMeta, recordSpan } from './meta.ts';
import { promptTimes } from './prompts.ts';
import type { ReportContext } from './reports.ts';
import { forSession } from './session-files.ts';
import { unloggedTotal } from './unlogged.ts';
import { windowGroups } from './window-parts.ts';

const at = (time: string): number => Date.parse(`2026-11-20T${time}Z`);
const NOW = at('14:20:00');
const dir = mkdtempSync(join(tmpdir(), 'tm-queries-'));
let number = 0;
const line = (
  session: string,
  time: string,
  input: number,
  output: number,
  more: object = {},
  usage: object = {},
  model = 'claude-sonnet-4-6',
) => ({
  type: 'assistant',
  sessionId: session,
  cwd: `/nowhere/${session}`,
  timestamp: `2026-11-20T${time}Z`,
  ...more,
  message: {
    id: `msg_${String(number++).padStart(20, '0')}`,
    model,
    stop_reason: 'end_turn',
    usage: { input_tokens: input, output_tokens: output, ...usage },
  },
});
const user = (session: string, time: string, uuid: string) => ({
  type: 'user',
  sessionId: session,
  uuid,
  timestamp: `2026-11-20T${time}Z`,
  message: { content: 'go on' },
});

async function ledgerOf(name: string, files: Readonly<Record<string, readonly (object | string)[]>>): Promise<Ledger> {
  for (const [file, lines] of Object.entries(files)) {
    const path = join(dir, name, 'projects', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines.map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`).join(''));
    utimesSync(path, NOW / 1000, NOW / 1000);
  }
  const ledger = openLedger({ path: join(dir, name, 'ledger.db'), table: builtinTable(), version: 'test', now: NOW });
  await ingest(ledger, { claudeDirs: [join(dir, name)], workers: 0, now: NOW });
  return ledger;
}
const contextOf = (ledger: Ledger, filter = EVERYTHING, directory: Directory = loadDirectory(ledger)): ReportContext => ({
  ...{ ledger, directory, filter, mode: 'auto', zone: 'UTC', weekStart: 1 },
});
const idOf = (ledger: Ledger, sessionId: string): number =>
  [...loadDirectory(ledger).sessions.values()].find((info) => info.sessionId === sessionId)!.id;
const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

const copied = line('A', '09:07:31', 1000, 100);
const limit = {
  ...line('A', '14:30:00', 0, 0, { isApiErrorMessage: true, apiError: 'usage_limit_reached' }, {}, '<synthetic>'),
  quotaLimits: { rateLimitType: 'five_hour', resetsAt: at('19:10:00') / 1000 },
};
/** The instants of D-21, one more request in the newest window, and a fork that copied the first one. */
const REQUESTS = {
  '-a/A.jsonl': [
    user('A', '09:07:00', 'p1'),
    copied,
    line('A', '11:50:00', 2000, 200),
    user('A', '14:04:00', 'p2'),
    line('A', '14:05:00', 100, 10),
    line('A', '14:12:10', 3000, 300),
    { type: 'cost-state', sessionId: 'A', totalCostUSD: 1 },
  ],
  '-a/A/subagents/agent-x.jsonl': [
    line(
      'A',
      '11:51:00',
      20,
      2,
      { isSidechain: true },
      { iterations: [{ type: 'advisor_message', model: 'claude-opus-4-6', input_tokens: 7, output_tokens: 1 }] },
    ),
  ],
  '-b/B.jsonl': [
    { ...copied, sessionId: 'B', requestSessionId: 'A' },
    line('B', '14:15:00', 6000, 600, {}, { speed: 'fast' }, 'claude-opus-5-5'),
    { type: 'cost-state', sessionId: 'B', totalCostUSD: 2 },
    'no line',
  ],
  '-c/C.jsonl': [line('C', '11:52:00', 5, 5, {}, {}, 'claude-quasar-7'), { type: 'cost-state', sessionId: 'C', totalCostUSD: 3 }],
};
let ledger: Ledger;
let empty: Ledger;
beforeAll(async () => {
  ledger = await ledgerOf('requests', REQUESTS);
  empty = await ledgerOf('empty', {});
});
afterAll(() => {
  for (const each of [ledger, empty]) each[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

describe('D-21 blocks', () => {
  const shown = (
    blocks: readonly { start: number; end: number; source: string; gap: boolean; row: { sum: { requests: number } } | null }[],
  ) => blocks.map((block) => [clock(block.start), clock(block.end), block.gap ? 'gap' : block.source, block.row?.sum.requests ?? null]);
  it('begin at ten minutes before a request and hold it all', () =>
    expect(shown(blockRows(contextOf(ledger), FIVE_HOURS, NOW))).toEqual([
      ['09:00', '14:00', 'estimated', 4],
      ['14:00', '19:00', 'estimated', 3],
    ]));
  it('a window of a set length and floor, and the gap behind it', () => {
    const hours = { lengthMs: 2 * 3_600_000, floorMs: 3_600_000 };
    expect(shown(blockRows(contextOf(ledger), hours, NOW))).toEqual([
      ['09:00', '11:00', 'estimated', 1],
      ['11:00', '13:00', 'estimated', 3],
      ['13:00', '14:00', 'gap', null],
      ['14:00', '16:00', 'estimated', 3],
    ]);
  });
  it('D-20: a usage-limit error gives the official window, which cuts the estimate', async () => {
    using own = await ledgerOf('limit', { ...REQUESTS, '-a/A.jsonl': [...REQUESTS['-a/A.jsonl'], limit] });
    expect(limitSamples(loadDirectory(own))).toEqual([{ used: 100, resetsAt: at('19:10:00'), seenAt: at('14:30:00') }]);
    expect(shown(blockRows(contextOf(own), FIVE_HOURS, NOW))).toEqual([
      ['09:00', '14:00', 'estimated', 4],
      ['14:00', '14:10', 'estimated', 1],
      ['14:10', '19:10', 'official', 2],
    ]);
  });
  it('UR-22: a filter cuts rows, never windows; what it leaves empty is not shown', () => {
    const only = contextOf(ledger, { ...EVERYTHING, sessions: [idOf(ledger, 'B')] });
    expect(shown(blockRows(only, FIVE_HOURS, NOW))).toEqual([['14:00', '19:00', 'estimated', 1]]);
    expect(blockRows(contextOf(empty), FIVE_HOURS, NOW)).toEqual([]);
  });
});

describe('D-28 … D-34 of the open block', () => {
  const options: ForecastOptions = { now: NOW, limit: 100_000, limitCount: 'all', plan: null, firstRequestAt: at('09:07:31') };
  const forecastOf = (c: ReportContext, more: Partial<ForecastOptions> = {}) => {
    const blocks = blockRows(c, FIVE_HOURS, NOW);
    return withForecast(c, blocks, blockRows(contextOf(ledger), FIVE_HOURS, NOW), { ...options, ...more });
  };
  // 110 + 3,300 + 6,600 tokens in 20 minutes of the window: 500.5 a minute, 280 minutes to go.
  it('has its rates, its projection and the time of the limit; a finished block has none', () => {
    const [finished, open] = forecastOf(contextOf(ledger));
    expect(finished).toMatchObject({ burn: null, projection: null, limit: null });
    expect(open?.burn).toMatchObject({ now: { work: 0, all: 0 }, pace: { work: 500.5, all: 500.5 }, severity: 'NORMAL' });
    expect(open?.projection).toMatchObject({ tokens: 10_010 + 140_140, remainingMinutes: 280, calibrated: false, percentAtReset: null });
    expect(open?.projection?.limitAt).toBe(NOW + Math.round(((100_000 - 10_010) / 500.5) * 60_000));
    expect(open?.limit).toEqual({ tokens: 100_000, kind: 'all', source: 'configured' });
  });
  it('counts work tokens where the limit does, and nothing where there is no limit', () => {
    expect(forecastOf(contextOf(ledger), { limitCount: 'work' })[1]?.limit).toEqual({
      tokens: 100_000,
      kind: 'work',
      source: 'configured',
    });
    expect(forecastOf(contextOf(ledger), { limit: null })[1]).toMatchObject({ limit: null, projection: { limitAt: null } });
  });
  it('D-29: severities have the thresholds that a person set', () => {
    const late = { now: at('14:15:30'), thresholds: { high: 10_000, moderate: 600 } };
    expect(forecastOf(contextOf(ledger), late)[1]?.burn?.severity).toBe('MODERATE');
  });
  it('D-30: too early there is no projection', () => {
    const early = forecastOf(contextOf(ledger), { now: at('14:06:00') })[1];
    expect(early).toMatchObject({ projection: null, limit: { tokens: 100_000 } });
  });
  it('UR-22: takes only what the filter takes, by session and by model', () => {
    const b = contextOf(ledger, { ...EVERYTHING, sessions: [idOf(ledger, 'B')] });
    expect(forecastOf(b)[0]?.burn?.pace.all).toBe(6600 / 20);
    const sonnet = [...loadDirectory(ledger).models].find(([, name]) => name === 'claude-sonnet-4-6')![0];
    expect(forecastOf(contextOf(ledger, { ...EVERYTHING, models: [sonnet] })).at(-1)?.burn?.pace.all).toBe(3410 / 20);
  });
  it('D-24: the peer’s blocks begin at the full hour and end with their last request', () => {
    const blocks = parityBlockRows(contextOf(ledger), NOW, 5 * 3_600_000);
    expect(blocks.map((block) => [clock(block.start), block.gap, block.row?.sum.requests ?? null])).toEqual([
      ['09:00', false, 5],
      ['14:00', false, 3],
    ]);
    expect(blocks[1]?.row?.models.map(({ model, speed }) => [model, speed])).toContainEqual(['claude-opus-5-5', 'fast']);
    expect(blocks[1]?.active).toBe(true);
    const short = parityBlockRows(contextOf(ledger, { ...EVERYTHING, from: at('09:00:00'), to: at('14:10:00') }), NOW, 3_600_000);
    expect(short.map(({ gap, row }) => [gap, row === null])).toContainEqual([true, true]);
  });
});

describe('usage events and windows', () => {
  it('D-10.5: requests with their iterations, in time order, of all or of one session', () => {
    const directory = loadDirectory(ledger);
    const all = usageEvents(ledger, directory, 'auto', 0, Number.MAX_SAFE_INTEGER);
    expect(all.map((event) => [clock(event.at), event.sessionId, event.model, event.requests, event.sidechain])).toEqual([
      ['09:07', 'A', 'claude-sonnet-4-6', 1, false],
      ['11:50', 'A', 'claude-sonnet-4-6', 1, false],
      ['11:51', 'A', 'claude-sonnet-4-6', 1, true],
      ['11:51', 'A', 'claude-opus-4-6', 0, true],
      ['11:52', 'C', 'claude-quasar-7', 1, false],
      ['14:05', 'A', 'claude-sonnet-4-6', 1, false],
      ['14:12', 'A', 'claude-sonnet-4-6', 1, false],
      ['14:15', 'B', 'claude-opus-5-5', 1, false],
    ]);
    // D-7: the first directory of its file is the one that the copied line brought along.
    expect(all.at(-1)).toMatchObject({ speed: 'fast', project: '/nowhere/A', account: 'default', outputIsLowerBound: false });
    expect(usageEvents(ledger, directory, 'auto', 0, at('14:15:00'), idOf(ledger, 'B'))).toEqual([]);
    const nobody: Directory = { sessions: new Map(), models: new Map(), projects: new Map() };
    expect(usageEvents(ledger, nobody, 'display', at('14:15:00'), NOW)).toMatchObject([
      { sessionId: '', account: 'default', project: 'unknown', cost: null },
    ]);
  });
  it('D-33: the sums of own sessions inside each window', () => {
    const [a, b] = [idOf(ledger, 'A'), idOf(ledger, 'B')];
    const windows = [
      { start: at('09:00:00'), end: at('11:00:00') },
      { start: at('14:10:00'), end: at('19:10:00') },
    ];
    const requests = (isOwn: (session: number) => boolean) =>
      windowGroups(ledger, windows, isOwn, 'auto').map((groups) =>
        groups.map(({ session, group }) => [session, group.sum.requests, group.prompts]).sort(),
      );
    expect(requests(() => true)).toEqual([
      [
        [a, 0, 1],
        [a, 1, 0],
      ].sort(),
      [
        [a, 1, 0],
        [b, 1, 0],
      ].sort(),
    ]);
    expect(requests((session) => session === b)).toEqual([[], [[b, 1, 0]]]);
    expect(windowGroups(ledger, [], () => true, 'auto')).toEqual([]);
  });
});

describe('what the ledger says of itself', () => {
  it('D-18: the client’s surplus, forks left out, unknown where a request has no price', () => {
    const directory = loadDirectory(ledger);
    // A: 6,120 in and 612 out by Sonnet = 18,360,000 + 9,180,000; its advisor 35,000 + 25,000.
    const ownCost = (1000 + 2000 + 100 + 3000 + 20) * 3000 + (100 + 200 + 10 + 300 + 2) * 15_000 + 7 * 5000 + 25_000;
    expect(unloggedTotal(ledger, directory, null)).toEqual({ cost: 1_000_000_000 - ownCost, sessions: 1, forksLeftOut: 1 });
    expect(unloggedTotal(ledger, directory, [idOf(ledger, 'B')])).toEqual({ cost: null, sessions: 0, forksLeftOut: 1 });
    expect(unloggedTotal(ledger, directory, [idOf(ledger, 'C')])).toEqual({ cost: null, sessions: 0, forksLeftOut: 0 });
    expect(unloggedTotal(empty, loadDirectory(empty), null)).toEqual({ cost: null, sessions: 0, forksLeftOut: 0 });
  });
  it('finds a session’s transcript and its agents', () => {
    expect(forSession(ledger, 'A')).toEqual({ transcript: join(dir, 'requests/projects/-a/A.jsonl'), subagents: 1 });
    expect(forSession(ledger, 'none')).toEqual({ transcript: null, subagents: 0 });
  });
  it('D-13: prompts of a session, within a span', () => {
    const a = idOf(ledger, 'A');
    expect(promptTimes(ledger, a, null, null)).toEqual([at('09:07:00'), at('14:04:00')]);
    expect(promptTimes(ledger, a, at('09:07:01'), null)).toEqual([at('14:04:00')]);
    expect(promptTimes(ledger, a, null, at('14:04:00'))).toEqual([at('09:07:00')]);
    expect(promptTimes(ledger, 999, null, null)).toEqual([]);
  });
  it('UR-4: what was read and what could not be', () => {
    expect(ingestMeta(ledger, { EACCES: 2 })).toEqual({
      ...{ files: 4, lines: 14, rejectedLines: 1, flaggedFields: 0 },
      rejectedByReason: { malformed: 1, 'unreadable-EACCES': 2 },
    });
    expect(ingestMeta(empty)).toEqual({ files: 0, lines: 0, rejectedLines: 0, rejectedByReason: {}, flaggedFields: 0 });
    expect([recordSpan(ledger), recordSpan(empty)]).toEqual([
      { first: at('09:07:31'), last: at('14:15:00') },
      { first: null, last: null },
    ]);
  });
});

describe('directories with accounts', () => {
  it('D-4, AP-5: each session has the account that somebody else knows, and its parts where it changed', () => {
    const parts = [
      { account: 'one', from: null, to: 5 },
      { account: 'two', from: 5, to: null },
    ];
    const known = withAccounts(
      loadDirectory(ledger),
      (id) => (id === 'A' ? 'two' : 'default'),
      (id) => (id === 'A' ? parts : [parts[0]!]),
    );
    expect([...known.sessions.values()].map(({ sessionId, account }) => [sessionId, account]).sort()).toEqual([
      ['A', 'two'],
      ['B', 'default'],
      ['C', 'default'],
    ]);
    expect(known.accountParts).toEqual(new Map([[idOf(ledger, 'A'), parts]]));
    expect(withAccounts(loadDirectory(ledger), () => 'default').accountParts).toEqual(new Map());
  });
  it('a running program reads one session anew, and all when that is not enough', async () => {
    using own = await ledgerOf('live', { '-a/A.jsonl': [line('A', '09:00:00', 1, 1)], '-b/B.jsonl': [line('B', '09:00:00', 1, 1)] });
    const live = new LiveDirectory(own, {}, (id) => (id === 'B' ? 'work' : 'default'));
    expect([live.find('A')?.account, live.find('B')?.account, live.find('none')]).toEqual(['default', 'work', null]);
    expect([live.find('A')?.title, titleRankOf(live.find('A')!)]).toEqual([null, null]);
    own.db.sql('UPDATE session SET facts = ? WHERE sid = ?').run(JSON.stringify({ aiTitle: ['Fix login', [1, 1, 1]] }), 'A');
    expect(live.reload('A')).toBe(true);
    expect([live.find('A')?.title, live.find('A')?.name]).toEqual(['Fix login', 'Fix login']);
    expect(titleRankOf(live.find('A')!)).not.toBeNull();
    expect(live.reload('none')).toBe(false);
    own.db.sql("UPDATE session SET root = '/elsewhere' WHERE sid = 'A'").run();
    expect(live.reload('A')).toBe(false);
    own.db.sql("UPDATE session SET root = NULL WHERE sid = 'A'").run();
    expect(live.reload('A')).toBe(false);
    own.db.sql("UPDATE session SET root = NULL, folder = '' WHERE sid = 'B'").run();
    expect(live.reload('B')).toBe(false);
    live.load();
    expect(live.find('B')).toMatchObject({ root: 'unknown', account: 'work' });
    expect(live.reload('B')).toBe(true);
  });
});
