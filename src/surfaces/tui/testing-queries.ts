import type { LiveQueries, RequestView, SessionDetailView } from '../../monitor/details.ts';
import type { Snapshot } from '../../monitor/snapshot.ts';
import { amountsOf, NOW } from './testing.ts';

/** A query object of literals for tests of details and history. */

const aRequest = (index: number): RequestView => ({
  key: `r${index}`,
  at: NOW - index * 21_000,
  model: 'claude-opus-4-5',
  tokens: { input: 12 + index, output: 310, cacheWrite5m: 0, cacheWrite1h: 1204, cacheRead: 176_020 },
  all: 177_546 + index,
  cost: 103_000_000,
  outputIsLowerBound: false,
  sidechain: index % 4 === 3,
  agent: index % 4 === 3 ? 'a3f0' : null,
});

const REQUESTS = Array.from({ length: 175 }, (_, index) => aRequest(index));

export function detailOf(snapshot: Snapshot, id: string): SessionDetailView | null {
  const session = snapshot.sessions.find((each) => each.id === id);
  if (session === undefined) return null;
  return {
    id,
    name: session.name,
    title: 'Migrate orders to v2',
    tags: session.tags,
    note: session.note,
    project: session.project,
    projectPath: session.projectPath,
    cwd: session.projectPath,
    isWorktree: false,
    branch: session.branch,
    account: session.account,
    startedAt: session.startedAt,
    lastAt: session.lastAt,
    requests: 175,
    prompts: 14,
    forkedFrom: null,
    continuedBy: [],
    window: session.window,
    total: session.total,
    cacheHitWindow: 0.955,
    cacheHitTotal: 0.95,
    clientCost: 29_780_000_000,
    unloggedCost: 30_000_000,
    burnPerMinute: Array.from({ length: 60 }, (_, minute) => (minute * 71) % 4300),
    contextHistory: Array.from({ length: 40 }, (_, index) => ({
      at: NOW - (40 - index) * 60_000,
      tokens: ((index * 9000) % 176_000) + 12_000,
    })),
    compactions: { count: 1, lastAt: NOW - 66 * 60_000, lastTokens: 24_000 },
    windowSize: 200_000,
    lastRequests: REQUESTS.slice(0, 20),
    tools: [
      { tool: 'Edit', uses: 41 },
      { tool: 'Read', uses: 38 },
      { tool: 'Bash', uses: 22 },
    ],
    toolsSince: null,
    main: session.window,
    subagents: [
      {
        id: 'a3f0',
        type: 'Explore',
        model: 'claude-opus-4-5',
        state: 'done',
        amounts: amountsOf([1, 2, 0, 3, 410_194], 0.31),
        isLowerBound: false,
        lastAt: NOW,
        depth: 0,
      },
      {
        id: 'b71c',
        type: 'Plan',
        model: 'claude-opus-4-5',
        state: 'running',
        amounts: amountsOf([1, 2, 0, 3, 1_620_000], 0.83),
        isLowerBound: true,
        lastAt: NOW,
        depth: 0,
      },
    ],
    files: [{ path: '/home/p/t.jsonl', kind: 'main', size: 6_200_000, lines: 1204, rejected: 0, gone: false }],
  };
}

const WINDOWS = Array.from({ length: 30 }, (_, index) => ({
  account: 'work',
  start: NOW - 12_130_000 - index * 18_000_000,
  end: NOW - 12_130_000 - index * 18_000_000 + 18_000_000,
  source: 'official' as const,
  uncertaintyMinutes: 0,
  usedPercent: index % 3 === 2 ? null : 62 - index,
  open: index === 0,
  outcome: index % 3 === 0 ? ('fits' as const) : index % 3 === 1 ? ('limit' as const) : ('unknown' as const),
  amounts: amountsOf([1000, 2000, 0, 3000, 40_000 * (index + 1)], 1.5 * (index + 1)),
  sessions: 3,
}));

export function testQueries(snapshot: () => Snapshot, changes: string[] = []): LiveQueries {
  const part = (id: string, name: string) => ({
    id,
    name,
    amounts: amountsOf([100, 200, 0, 0, 9000], 2.5),
    share: 50,
    sessions: 2,
    firstAt: NOW - 9e6,
    lastAt: NOW - 1e6,
  });
  return {
    sessionDetail: (id) => detailOf(snapshot(), id),
    requests: (id, { offset, limit, agent }) => {
      if (!snapshot().sessions.some((session) => session.id === id)) return null;
      const own = agent == null ? REQUESTS : REQUESTS.filter((request) => request.agent === agent);
      return { total: own.length, offset, requests: own.slice(offset, offset + limit) };
    },
    days: () =>
      Array.from({ length: 40 }, (_, index) => ({
        day: new Date(NOW - index * 86_400_000).toISOString().slice(0, 10),
        amounts: amountsOf([10, 20, 0, 0, 1000 * index], index),
        sessions: 2,
        prompts: 9,
        models: ['claude-opus-4-5'],
      })),
    windows: (limit = WINDOWS.length) => WINDOWS.slice(0, limit),
    windowDetail: (account, start) => {
      const found = WINDOWS.find((window) => window.account === account && window.start === start);
      if (found === undefined) return null;
      return {
        ...found,
        sessionParts: [{ ...part('s', 'old-session'), project: 'orders-db', state: null }],
        projectParts: [part('/p', 'orders-db')],
        modelParts: [part('claude-opus-4-5', 'opus')],
      };
    },
    calendar: () =>
      Array.from({ length: 366 }, (_, index) => ({
        day: new Date(NOW - (365 - index) * 86_400_000).toISOString().slice(0, 10),
        cost: index % 5 === 0 ? 0 : index * 1e7,
        costIsLowerBound: false,
        all: index % 5 === 0 ? 0 : 1000,
      })),
    projects: () => [part('/p', 'orders-db'), part('/q', 'api-server')],
    models: () => [part('claude-opus-4-5', 'opus')],
    rename: (id, name) => void changes.push(`rename ${id} ${name}`),
    tag: (id, add, remove) => void changes.push(`tag ${id} +${add} -${remove}`),
    note: (id, text) => void changes.push(`note ${id} ${text}`),
  };
}
