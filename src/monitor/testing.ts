import { DEFAULT_ACCOUNT } from '../ledger/queries/directory.ts';
import { sumOf } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';
import { estimateWindows } from '../usage/window.ts';
import { KeptViews } from './kept-views.ts';
import type { LiveSessionInput } from './live-input.ts';
import { LiveUsage } from './live-usage.ts';
import type { SessionInput } from './session-input.ts';
import type { SnapshotInput, SnapshotOptions } from './snapshot-input.ts';
import { Episodes } from './warning-episodes.ts';

/* Builders of literal inputs for tests of the monitor. */

export const at = (time: string): number => Date.parse(`2026-11-20T${time}Z`);
/** 2026-11-20T13:42:10Z, the instant of the example screens. */
export const NOW = at('13:42:10');
/** Nothing is limited or hidden. */
export const SNAPSHOT_OPTIONS: SnapshotOptions = {
  zone: 'UTC',
  burn: { high: 1000, moderate: 500 },
  limits: { combined: null, perWindow: null },
  limitCount: 'all',
  cost: { combined: null, project: null, session: null },
  demo: false,
};
let serial = 0;

/** `work` input tokens and `read` cache reads, $0.001, of an Opus in session s1. */
export const anEvent = ({ work, read, ...more }: Partial<UsageEvent> & { work?: number; read?: number } = {}): UsageEvent => ({
  key: `k${serial++}`,
  at: at('13:40:00'),
  sessionId: 's1',
  account: DEFAULT_ACCOUNT,
  project: '/p/api',
  model: 'claude-opus-5-5',
  speed: 'standard',
  tokens: { input: work ?? 100, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: read ?? 0 },
  webSearches: 0,
  sidechain: false,
  cost: 1_000_000,
  outputIsLowerBound: false,
  requests: 1,
  ...more,
});

export const aSession = (id: string, events: readonly UsageEvent[], more: Partial<SessionInput> = {}): SessionInput => ({
  sessionId: id,
  name: id,
  titleRank: null,
  tags: [],
  note: null,
  project: 'api',
  root: '/p/api',
  account: DEFAULT_ACCOUNT,
  facts: {},
  total: sumOf(events),
  firstAt: events[0]?.at ?? null,
  lastRequestAt: events.at(-1)?.at ?? null,
  ...more,
});

export const aLive = (id: string, more: Partial<LiveSessionInput> = {}): LiveSessionInput => ({
  id,
  state: 'working',
  since: NOW - 60_000,
  source: 'registry',
  seenAt: NOW - 1000,
  alive: true,
  stale: false,
  waiting: null,
  lastTool: null,
  processes: [],
  agents: { active: 0, names: [] },
  shells: 0,
  error: null,
  ended: null,
  title: null,
  titleRank: null,
  cwd: null,
  model: null,
  permissionMode: null,
  effort: null,
  disagreements: [],
  ...more,
});

/** Sessions by id, as a snapshot takes them. */
export const byId = (sessions: readonly SessionInput[]): ReadonlyMap<string, SessionInput> =>
  new Map(sessions.map((session) => [session.sessionId, session]));

/** An input of some requests, with their sessions, projects and estimated windows. */
export function anInput(
  events: readonly UsageEvent[],
  { sessions, ...more }: Partial<Omit<SnapshotInput, 'sessions'>> & { readonly sessions?: readonly SessionInput[] } = {},
): SnapshotInput {
  const own = (id: string) => events.filter((e) => e.sessionId === id);
  return {
    now: NOW,
    options: SNAPSHOT_OPTIONS,
    usage: LiveUsage.of(events),
    quotas: new Map(),
    live: new Map(),
    samples: new Map(),
    accountOf: () => DEFAULT_ACCOUNT,
    actions: new Map(),
    health: { lines: 0, rejected: 0, behindSince: null },
    episodes: new Episodes(),
    views: new KeptViews(),
    sessions: byId(
      sessions ??
        [...new Set(events.map((e) => e.sessionId))].map((id) =>
          aSession(id, own(id), { root: own(id)[0]!.project, project: own(id)[0]!.project.slice(3) }),
        ),
    ),
    projectsSince: new Map(),
    windows: [...new Set(events.map((e) => e.account))].map((account) => ({
      account,
      windows: estimateWindows(events.filter((e) => e.account === account)),
      finished: [],
    })),
    shown: null,
    newSessions: new Map(),
    contextWindow: () => 200_000,
    ingest: { reading: false, percent: null, files: 1, lines: 0, rejectedLines: 0, notice: null },
    ...more,
  };
}
