import type { Speed } from '../../pricing/types.ts';
import type { ModelPart, ModelRow, PeriodRow, ProjectRow, ReportMeta, ReportRow, SessionRow } from '../../usage/report.ts';
import { sumOf } from '../../usage/sum.ts';
import type { UsageEvent } from '../../usage/types.ts';
import type { JsonOptions, SessionDetail, TableOptions } from './types.ts';

/** Literal rows for the tests of this folder: never imported by the product. */
const NANO = 1_000_000_000;

export interface Sample {
  readonly at: string;
  readonly session?: string;
  readonly model: string;
  readonly speed?: Speed;
  /** input, output, 5-minute write, 1-hour write, cache read */
  readonly tokens: readonly [number, number, number, number, number];
  /** USD; null = unpriced. */
  readonly usd: number | null;
  readonly sidechain?: boolean;
  readonly lowerBound?: boolean;
}

let next = 0;
export function event(sample: Sample): UsageEvent {
  const [input, output, cacheWrite5m, cacheWrite1h, cacheRead] = sample.tokens;
  next += 1;
  return {
    key: `req_${next}`,
    at: Date.parse(sample.at),
    sessionId: sample.session ?? 's1',
    account: 'work',
    project: '/home/dev/api-server',
    model: sample.model,
    speed: sample.speed ?? 'standard',
    tokens: { input, output, cacheWrite5m, cacheWrite1h, cacheRead },
    webSearches: 0,
    sidechain: sample.sidechain ?? false,
    cost: sample.usd === null ? null : Math.round(sample.usd * NANO),
    outputIsLowerBound: sample.lowerBound ?? false,
    requests: 1,
  };
}

export function rowOf(samples: readonly Sample[]): ReportRow {
  const events = samples.map(event);
  const parts = Map.groupBy(events, (each) => `${each.model} ${each.speed}`);
  const models = [...parts.values()].map(
    (part): ModelPart => ({
      model: part[0]!.model,
      speed: part[0]!.speed,
      sum: sumOf(part),
      firstAt: Math.min(...part.map((each) => each.at)),
    }),
  );
  const times = events.map((each) => each.at);
  return {
    sum: sumOf(events),
    sessions: new Set(events.map((each) => each.sessionId)).size,
    prompts: 0,
    models,
    subagents: sumOf(events.filter((each) => each.sidechain)),
    loggedEvents: 0,
    firstAt: times.length === 0 ? null : Math.min(...times),
    lastAt: times.length === 0 ? null : Math.max(...times),
  };
}

export const meta: ReportMeta = {
  generatedAt: Date.parse('2026-11-20T13:42:10Z'),
  version: '1.0.0',
  timezone: 'UTC',
  weekStart: 'monday',
  order: 'asc',
  mode: 'auto',
  priceTable: '2026-11-20',
  since: null,
  until: null,
  filters: {},
  accounts: ['work'],
  firstRecord: Date.parse('2026-10-02T09:00:00Z'),
  lastRecord: Date.parse('2026-11-20T13:42:00Z'),
  ingest: { files: 7, lines: 1000, rejectedLines: 0, rejectedByReason: {}, flaggedFields: 0 },
  unlogged: { cost: null, sessions: 0, forksLeftOut: 0 },
  parity: false,
};

export const ours: JsonOptions = { cost: true, parity: false };
export const at = (columns: number, more: Partial<TableOptions> = {}): TableOptions => ({
  columns,
  ascii: false,
  colour: false,
  breakdown: false,
  compact: false,
  wide: false,
  cost: true,
  ...more,
});

const model = (short: string) => `claude-${short}-20260922`;

/** One sample per model: the first holds the figures, the others only add their name. */
function sampled(day: string, models: readonly string[], tokens: Sample['tokens'], usd: number, session = 's1'): Sample[] {
  return models.map((name, i) => ({
    at: new Date(Date.parse(day) + i * 1000).toISOString(),
    model: model(name),
    session,
    tokens: i === 0 ? tokens : [0, 0, 0, 0, 0],
    usd: i === 0 ? usd : 0,
  }));
}

const days: readonly [string, string[], Sample['tokens'], number][] = [
  ['2026-11-16', ['opus-5-5', 'sonnet-5-5'], [43_969, 334_836, 1_275_915, 0, 9_778_703], 13.04],
  ['2026-11-17', ['opus-5-5'], [32_965, 192_774, 210_816, 0, 19_526_717], 9.58],
  ['2026-11-18', ['opus-5-5', 'haiku-5-5'], [59_475, 108_141, 642_475, 0, 22_594_557], 6.59],
  ['2026-11-19', ['opus-4-5', 'sonnet-5-5', 'haiku-5-5'], [115_564, 550_095, 1_585_841, 0, 15_393_790], 15.5],
  ['2026-11-20', ['opus-4-5', 'opus-5-5', 'sonnet-5-5', 'haiku-5-5'], [83_939, 584_208, 2_257_384, 0, 44_979_088], 26.91],
];

const daySamples = days.map(([day, models, tokens, usd]) => sampled(`${day}T09:00:00Z`, models, tokens, usd));
export const dailyRows: PeriodRow[] = days.map(([period], i) => ({ period, ...rowOf(daySamples[i]!) }));
export const dailyTotals = rowOf(daySamples.flat());

const sessionData: readonly [string, string, string, string, string, Sample['tokens'], number][] = [
  ['migrate-orders', 'orders-db', 'main', 'opus-4-5', '13:42', [22_410, 164_920, 650_345, 0, 14_220_480], 17.7],
  ['fix-login-flake', 'api-server', 'main', 'opus-5-5', '13:39', [18_240, 96_410, 402_118, 0, 9_840_220], 7.186],
  ['checkout-redesign', 'shop-web', 'feature/cart', 'sonnet-5-5', '13:41', [9_120, 71_300, 288_400, 0, 6_120_900], 2.5],
  ['review-418', 'shop-web', 'main', 'sonnet-5-5', '13:36', [4_010, 22_140, 96_700, 0, 1_204_300], 0.74],
  ['spike-logs', 'infra', 'main', 'sonnet-5-5', '12:58', [2_980, 14_480, 60_330, 0, 808_400], 0.47],
  ['api-docs', 'api-server', 'docs', 'haiku-5-5', '13:42', [31_900, 28_700, 120_400, 0, 2_410_700], 0.06],
  ['nightly-triage', 'infra', 'main', 'haiku-5-5', '12:54', [6_700, 12_050, 41_200, 0, 602_110], 0.0151],
];
const sessionSamples = sessionData.map(([name, , , models, time, tokens, usd]) =>
  sampled(`2026-11-20T${time}:00Z`, [models], tokens, usd, name),
);

export function sessionRow(name: string, row: ReportRow, more: Partial<SessionRow> = {}): SessionRow {
  return {
    ...row,
    sessionId: name,
    name,
    title: null,
    tags: [],
    description: null,
    project: 'api-server',
    folder: '-home-dev-api-server',
    cwd: '/home/dev/api-server',
    branch: 'main',
    account: 'work',
    clientCost: null,
    unloggedCost: null,
    forkedFrom: null,
    transcript: 'present',
    ...more,
  };
}

export const sessionRows = sessionData.map(([name, project, branch], i) =>
  sessionRow(name, rowOf(sessionSamples[i]!), { project, branch }),
);
export const sessionTotals = rowOf(sessionSamples.flat());

export const projectRows: ProjectRow[] = [...Map.groupBy(sessionData.keys(), (i) => sessionData[i]![1])].map(([project, indexes]) => ({
  ...rowOf(indexes.flatMap((i) => sessionSamples[i]!)),
  project,
  path: `/home/dev/${project}`,
  branches: ['main'],
  activeDays: 1,
}));

export const modelRows: ModelRow[] = [...Map.groupBy(sessionData.keys(), (i) => sessionData[i]![3])].map(([name, indexes]) => ({
  ...rowOf(indexes.flatMap((i) => sessionSamples[i]!)),
  model: model(name),
  speed: 'standard',
  period: null,
  prices: { input: 4, output: 20, cacheWrite5m: 5, cacheWrite1h: 8, cacheRead: 0.4 },
}));

const ms = (time: string) => Date.parse(time);

/** One priced and one unpriced request, a subagent's lower bound: D-16 and D-11 in one row. */
export const mixedSamples: Sample[] = [
  { at: '2026-11-20T10:00:00Z', model: 'claude-sonnet-4-6', tokens: [100, 50, 1_000, 2_000, 0], usd: 0.0168, lowerBound: true },
  { at: '2026-11-20T11:00:00Z', model: 'claude-quasar-7', tokens: [100, 50, 0, 0, 0], usd: null, sidechain: true },
];

export function detailOf(name: string, samples: readonly Sample[], more: Partial<SessionRow> = {}): SessionDetail {
  return {
    row: sessionRow(name, rowOf(samples), { clientCost: 1_720_816_000, unloggedCost: 25_916_000, ...more }),
    entries: samples.map(event),
    state: 'working',
    metadata: { createdAt: ms('2026-11-20T09:30:00Z'), updatedAt: ms('2026-11-20T12:00:00Z') },
    compactions: 2,
    subagentCount: 3,
    transcriptPath: '~/.claude/projects/-home-dev-api-server/s1.jsonl',
    windows: [{ start: ms('2026-11-20T10:20:00Z'), end: ms('2026-11-20T15:20:00Z'), source: 'official', share: 0.6, shareBasis: 'cost' }],
  };
}
export const detail = detailOf('fix-login-flake', mixedSamples, {
  tags: ['flaky', 'auth'],
  title: 'Fix the login test',
  description: 'retries',
});
export const otherDetail = detailOf('migrate-orders', sessionSamples[0]!);

/** Five requests of two sessions: the peer case 10. */
export const peerSamples: readonly (Sample & { readonly session: string })[] = [
  { at: '2026-01-09T10:00:00Z', session: 'session-alpha', model: 'claude-sonnet-4-20250514', tokens: [100, 50, 25, 0, 10], usd: 0.12 },
  {
    at: '2026-01-09T12:30:00Z',
    session: 'session-alpha',
    model: 'claude-opus-4-20250514',
    speed: 'fast',
    tokens: [200, 75, 50, 0, 20],
    usd: 0.34,
  },
  { at: '2026-01-10T09:15:00Z', session: 'session-alpha', model: 'claude-sonnet-4-20250514', tokens: [300, 125, 0, 0, 40], usd: 0.56 },
  { at: '2026-02-03T08:00:00Z', session: 'session-beta', model: 'claude-haiku-4-5-20251001', tokens: [80, 40, 10, 0, 25], usd: 0.03 },
  { at: '2026-02-03T11:45:00Z', session: 'session-beta', model: 'claude-haiku-4-5-20251001', tokens: [50, 20, 5, 0, 15], usd: 0.04 },
];
