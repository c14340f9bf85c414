import { NOTHING_LIVE } from '../../monitor/live-part.ts';
import type { AccountView, Amounts, BurnRate, SessionView, Snapshot, Warning, WindowView } from '../../monitor/snapshot.ts';
import { verdictOf } from '../../monitor/verdict.ts';
import type { TokenCounts } from '../../pricing/types.ts';

/** Builders of literal snapshots for tests of the live view. */

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** 2026-11-20T13:42:10Z, the instant of the example screens. */
export const NOW = Date.UTC(2026, 10, 20, 13, 42, 10);

export const at = (hhmm: string): number => Date.parse(`2026-11-20T${hhmm}:00Z`);

export const NO_BURN: BurnRate = { work: 0, all: 0, costPerHour: 0 };

const KINDS = ['input', 'output', 'cacheWrite5m', 'cacheWrite1h', 'cacheRead'] as const;

/** `counts` in the order input, output, write 5m, write 1h, read; `usd` null = unknown. */
export function amountsOf(
  counts: readonly [number, number, number, number, number],
  usd: number | null,
  more: Partial<Amounts> = {},
): Amounts {
  const [input, output, cacheWrite5m, cacheWrite1h, cacheRead] = counts;
  const tokens: TokenCounts = { input, output, cacheWrite5m, cacheWrite1h, cacheRead };
  const work = input + output + cacheWrite5m + cacheWrite1h;
  const cost = usd === null ? null : Math.round(usd * 1e9);
  return {
    tokens,
    all: work + cacheRead,
    work,
    requests: work > 0 ? 1 : 0,
    cost,
    costIsLowerBound: false,
    outputIsLowerBound: false,
    ...more,
  };
}

export const NOTHING: Amounts = amountsOf([0, 0, 0, 0, 0], 0);

export function sumOf(parts: readonly Amounts[]): Amounts {
  const tokens = Object.fromEntries(
    KINDS.map((kind) => [kind, parts.reduce((sum, part) => sum + part.tokens[kind], 0)]),
  ) as unknown as TokenCounts;
  const total = (key: 'all' | 'work' | 'requests') => parts.reduce((sum, part) => sum + part[key], 0);
  const known = parts.filter((part) => part.cost !== null);
  return {
    tokens,
    all: total('all'),
    work: total('work'),
    requests: total('requests'),
    cost: known.length === 0 && parts.length > 0 ? null : known.reduce((sum, part) => sum + (part.cost ?? 0), 0),
    costIsLowerBound: known.length < parts.length || parts.some((part) => part.costIsLowerBound),
    outputIsLowerBound: parts.some((part) => part.outputIsLowerBound),
  };
}

export function aSession(more: Partial<SessionView> = {}): SessionView {
  return {
    ...NOTHING_LIVE,
    id: '32085a6f-1c1e-4b5a-9a3e-51f0c2a7d6e4',
    name: 'a-session',
    titleSource: 'derived',
    tags: [],
    note: null,
    project: 'a-project',
    projectPath: '/home/p/a-project',
    cwd: null,
    branch: 'main',
    account: 'work',
    state: 'working',
    model: 'claude-opus-4-5',
    contextPercent: { value: 34, source: 'measured', at: null },
    contextTokens: null,
    windowSize: 200_000,
    severity: 'NORMAL',
    points: { value: null, source: 'unknown', at: null },
    window: NOTHING,
    total: NOTHING,
    subagents: NOTHING,
    burnNow: NO_BURN,
    share: null,
    shareBasis: 'cost',
    startedAt: NOW - HOUR,
    windowStartedAt: NOW - HOUR,
    lastAt: NOW - MINUTE,
    lastError: null,
    ...more,
  };
}

/** An official window 10:20–15:20 at 62 %, sampled 12 s ago. */
export function aWindow(more: Partial<WindowView> = {}): WindowView {
  return {
    account: 'work',
    label: 'work',
    start: at('10:20'),
    end: at('15:20'),
    source: 'official',
    uncertaintyMinutes: 0,
    usedPercent: { value: 62, source: 'official', at: NOW - 12_000 },
    stale: false,
    elapsedPercent: 67.4,
    reserve: 5.4,
    amounts: NOTHING,
    limit: { tokens: null, count: 'all', source: 'official', rung: 'official', over: false },
    burnNow: NO_BURN,
    burnPace: NO_BURN,
    projection: null,
    percentProjection: null,
    ...more,
  };
}

/** An estimated window of the same hours without a known limit. */
export const estimatedWindow = (more: Partial<WindowView> = {}): WindowView =>
  aWindow({
    source: 'estimated',
    uncertaintyMinutes: 10,
    usedPercent: { value: null, source: 'unknown', at: null },
    reserve: null,
    limit: { tokens: null, count: 'work', source: 'unknown', rung: 'unknown', over: false },
    ...more,
  });

export const aWarning = (text: string, more: Partial<Warning> = {}): Warning => ({
  level: 'warning',
  severity: 'warn',
  rule: 'context',
  key: text,
  since: NOW - MINUTE,
  sessionId: null,
  project: null,
  text,
  ...more,
});

const accountOf = (window: WindowView): AccountView => ({ id: window.account, label: window.label, window, weekly: null, sessions: 0 });

export function aSnapshot(more: Partial<Snapshot> = {}): Snapshot {
  const sessions = more.sessions ?? [];
  const windows = more.windows ?? [];
  const accounts = more.accounts ?? windows.map(accountOf);
  const ingest = more.ingest ?? { reading: false, percent: null, files: 1, lines: 10, rejectedLines: 0, notice: null };
  const window = sumOf(sessions.map((session) => session.window));
  return {
    schemaVersion: 1,
    takenAt: NOW,
    timezone: 'UTC',
    demo: false,
    verdict: verdictOf({ sessions, windows, accounts, ingest }),
    sessions,
    combined: { ...window, burnNow: NO_BURN, burnPace: NO_BURN, severity: 'NORMAL', today: window, limit: null },
    windows,
    accounts,
    chart: { from: NOW - 2 * HOUR, workPerMinute: Array.from({ length: 120 }, (_, minute) => (minute * 37) % 6400) },
    projects: [],
    models: [],
    warnings: [],
    ingest,
    ...more,
  };
}
