import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Monitor } from './monitor.ts';
import type { Amounts } from './snapshot.ts';
import { NOW } from './testing.ts';
import { FollowedHome } from './testing-home.ts';
import { freshId, type ResponseLine, responseLine } from './testing-lines.ts';

const MINUTE = 60_000;

let home: FollowedHome;
let monitor: Monitor;

const json = (o: object) => `${JSON.stringify(o)}\n`;
const time = (ago: number) => new Date(NOW - ago * MINUTE).toISOString();
const request = ({ ago, agent, ...more }: Partial<ResponseLine> & { readonly ago: number }) =>
  responseLine({
    at: NOW - ago * MINUTE,
    stop: 'end_turn',
    input: 10,
    output: 50,
    write: 100,
    read: 1000,
    ...(agent === undefined ? {} : { sidechain: true, agent }),
    ...more,
  });
const prompt = (session: string, ago: number) =>
  json({
    type: 'user',
    sessionId: session,
    cwd: '/p/api',
    timestamp: time(ago),
    uuid: `p${freshId()}`,
    message: { role: 'user', content: 'canary prompt' },
  });

beforeEach(async () => {
  home = new FollowedHome(NOW);
  const { folder } = home;
  const agents = path.join(folder, 's1/subagents');
  mkdirSync(agents, { recursive: true });
  writeFileSync(
    path.join(folder, 's1.jsonl'),
    [
      json({ type: 'custom-title', sessionId: 's1', customTitle: 'Migrate orders' }),
      prompt('s1', 400),
      request({ ago: 399, read: 150_000 }),
      prompt('s1', 50),
      request({ ago: 49, read: 170_000, tool: 'Bash' }),
      json({
        type: 'system',
        subtype: 'compact_boundary',
        sessionId: 's1',
        timestamp: time(40),
        compactMetadata: { trigger: 'auto', postTokens: 9000 },
      }),
      request({ ago: 30, read: 9000, tool: 'Bash' }),
      request({ ago: 2, read: 12_000, tool: 'Edit' }),
      json({ type: 'cost-state', sessionId: 's1', timestamp: time(1), totalCostUSD: 1 }),
      'half a line that is no JSON\n',
    ].join(''),
  );
  writeFileSync(path.join(agents, 'agent-a1.jsonl'), request({ ago: 20, agent: 'a1' }) + request({ ago: 19, agent: 'a1' }));
  writeFileSync(
    path.join(agents, 'agent-a1.meta.json'),
    JSON.stringify({ agentType: 'Explore', description: 'canary', spawnDepth: 1, finished: true }),
  );
  writeFileSync(path.join(agents, 'agent-a2.jsonl'), request({ ago: 10, agent: 'a2', model: 'claude-haiku-5-5' }));
  writeFileSync(
    path.join(folder, 's2.jsonl'),
    request({ session: 's2', ago: 3, cwd: '/p/web' }) + request({ session: 's2', ago: 60 * 30, cwd: '/p/web' }),
  );
  monitor = home.start();
  await monitor.ready;
});
afterEach(() => home.remove());

const plus = (parts: readonly Amounts[], key: 'all' | 'work' | 'requests') => parts.reduce((sum, part) => sum + part[key], 0);
const cost = (parts: readonly Amounts[]) => parts.reduce((sum, part) => sum + (part.cost ?? Number.NaN), 0);

describe('one session, LV-60 … LV-65', () => {
  test('figures equal the snapshot; Σ subagents + main = session', () => {
    const detail = monitor.queries.sessionDetail('s1')!;
    const view = monitor.get().sessions.find((s) => s.id === 's1')!;
    expect(detail).toMatchObject({
      name: 'Migrate orders',
      project: view.project,
      requests: 7,
      prompts: 2,
      branch: null,
      isWorktree: false,
    });
    expect([detail.total, detail.window]).toEqual([view.total, view.window]);
    const parts = [detail.main, ...detail.subagents.map((agent) => agent.amounts)];
    for (const key of ['all', 'work', 'requests'] as const) expect(plus(parts, key)).toBe(detail.total[key]);
    expect(cost(parts)).toBe(detail.total.cost);
    expect(detail.clientCost).toBe(1e9);
    expect(detail.unloggedCost).toBe(1e9 - detail.total.cost!);
    expect(detail.cacheHitTotal).toBeCloseTo((341_000 + 3000) / (341_000 + 3000 + 770), 12);
  });

  test('LV-63: subagents with type, state and depth; what is in no file stands alone', () => {
    const { subagents } = monitor.queries.sessionDetail('s1')!;
    expect(subagents).toMatchObject([
      { id: 'a2', type: null, model: 'claude-haiku-5-5', amounts: { requests: 1 }, isLowerBound: false, depth: 0 },
      { id: 'a1', type: 'Explore', model: 'claude-opus-5-5', state: 'done', amounts: { requests: 2 }, depth: 0 },
    ]);
    rmSync(path.join(home.folder, 's1/subagents/agent-a2.jsonl'));
    const { subagents: later } = monitor.queries.sessionDetail('s1')!;
    expect(later.find((agent) => agent.id === null)).toMatchObject({ amounts: { requests: 1 } });
    expect(
      plus(
        later.map((agent) => agent.amounts),
        'requests',
      ),
    ).toBe(3);
  });

  test('LV-61, LV-63: context falls at the compaction; burn, tools, files, last requests', () => {
    const detail = monitor.queries.sessionDetail('s1')!;
    expect(detail.contextHistory.map((point) => point.tokens)).toEqual([150_110, 170_110, 9110, 12_110]);
    expect(detail.compactions).toMatchObject({ lastAt: NOW - 40 * MINUTE, lastTokens: 9000 });
    expect(detail.burnPerMinute).toHaveLength(60);
    // Minutes 49, 30, 20, 19, 10 and 2 ago.
    expect(detail.burnPerMinute.flatMap((work, i) => (work > 0 ? [59 - i] : []))).toEqual([49, 30, 20, 19, 10, 2]);
    expect(detail.tools).toEqual([
      { tool: 'Bash', uses: 2 },
      { tool: 'Edit', uses: 1 },
    ]);
    expect(detail.files).toMatchObject([
      { kind: 'main', lines: 10, rejected: 1, gone: false },
      { kind: 'subagent', lines: 2 },
      { kind: 'subagent', lines: 1 },
    ]);
    expect(detail.lastRequests[0]).toMatchObject({ at: NOW - 2 * MINUTE, sidechain: false, agent: null });
    expect(detail.lastRequests.find((r) => r.at === NOW - 20 * MINUTE)).toMatchObject({ sidechain: true, agent: 'a1' });
    expect(JSON.stringify(detail)).not.toContain('canary');
  });

  test('LV-64: pages of requests, and those of one subagent', () => {
    const { queries } = monitor;
    const all = queries.requests('s1', { offset: 0, limit: 100 })!;
    expect([all.total, all.requests.length]).toEqual([7, 7]);
    expect(all.requests.map((r) => r.at)).toEqual([...all.requests.map((r) => r.at)].sort((a, b) => b - a));
    expect(queries.requests('s1', { offset: 2, limit: 3 })!.requests).toEqual(all.requests.slice(2, 5));
    expect(queries.requests('s1', { offset: 0, limit: 9, agent: 'a1' })).toMatchObject({
      total: 2,
      requests: [{ agent: 'a1' }, { agent: 'a1' }],
    });
    expect([queries.requests('nobody', { offset: 0, limit: 9 }), queries.sessionDetail('nobody')]).toEqual([null, null]);
  });

  test('LV-123: name, tags and note', () => {
    const { queries } = monitor;
    queries.rename('s1', 'deploy');
    queries.tag('s1', ['red', 'blue'], []);
    queries.note('s1', 'for later');
    expect(monitor.get().sessions.find((s) => s.id === 's1')).toMatchObject({
      name: 'deploy',
      titleSource: 'given',
      tags: ['blue', 'red'],
      note: 'for later',
    });
    queries.tag('s1', [], ['red']);
    queries.rename('s1', null);
    expect(queries.sessionDetail('s1')).toMatchObject({ name: 'Migrate orders', tags: ['blue'] });
    expect(() => queries.rename('s1', '\u001b[2J')).toThrow('A name has no control characters');
    expect(() => queries.rename('nobody', 'x')).toThrow('Nothing of this session has been read');
  });
});

describe('history', () => {
  test('days and calendar', () => {
    const { queries } = monitor;
    const days = queries.days({ since: null, until: null });
    expect(days.map(({ day, sessions, prompts }) => [day, sessions, prompts])).toEqual([
      ['2026-11-20', 2, 2],
      ['2026-11-19', 1, 0],
    ]);
    expect(queries.days({ since: '2026-11-20', until: '2026-11-20' })).toEqual(days.slice(0, 1));
    expect(days[0]!.amounts.all).toBe(monitor.get().combined.today.all);
    const calendar = queries.calendar();
    expect([calendar.length, calendar[0]!.day, calendar.at(-1)!.day]).toEqual([366, '2025-11-20', '2026-11-20']);
    expect(calendar.at(-1)!.cost).toBe(days[0]!.amounts.cost);
    expect(calendar[5]).toMatchObject({ cost: 0, all: 0 });
  });

  test('LV-85: former windows and what was in one', () => {
    const { queries } = monitor;
    const windows = queries.windows();
    expect(windows[0]).toMatchObject({ open: true, outcome: 'unknown', source: 'estimated', sessions: 2 });
    expect(windows[0]!.amounts).toEqual(monitor.get().combined && pick(monitor.get().combined));
    expect(windows.map((w) => w.amounts.requests).reduce((a, b) => a + b, 0)).toBe(9);
    const detail = queries.windowDetail('default', windows[0]!.start)!;
    for (const parts of [detail.sessionParts, detail.projectParts, detail.modelParts]) {
      expect(
        plus(
          parts.map((p) => p.amounts),
          'all',
        ),
      ).toBe(detail.amounts.all);
      expect(parts.reduce((sum, p) => sum + (p.share ?? 0), 0)).toBeCloseTo(100, 9);
    }
    expect(detail.sessionParts.map((p) => p.id).sort()).toEqual(['s1', 's2']);
    expect(queries.windowDetail('default', 5)).toBeNull();
  });

  test('projects and models', () => {
    const range = { since: null, until: null };
    expect(monitor.queries.projects(range).map((p) => [p.name, p.sessions])).toEqual([
      ['api', 1],
      ['web', 1],
    ]);
    expect(monitor.queries.models(range).map((p) => [p.id, p.amounts.requests])).toEqual([
      ['claude-opus-5-5', 8],
      ['claude-haiku-5-5', 1],
    ]);
  });
});

const pick = ({ tokens, all, work, requests, cost: money, costIsLowerBound, outputIsLowerBound }: Amounts): Amounts => ({
  tokens,
  all,
  work,
  requests,
  cost: money,
  costIsLowerBound,
  outputIsLowerBound,
});
