import * as v from 'valibot';
import { STATES } from '../../usage/membership.ts';
import { count, instant, money, rate, text, version } from './schema-parts.ts';

/* `live --json`: a Snapshot as one document (`--once`) or one per line, beside a tick now and then (LV-132, LV-19). */
const source = v.picklist(['official', 'measured', 'configured', 'estimated', 'unknown']);
const figure = v.object({ value: v.nullable(v.number()), source, at: v.nullable(instant) });
const severity = v.picklist(['HIGH', 'MODERATE', 'NORMAL']);
const basis = v.picklist(['cost', 'tokens']);

const amounts = {
  inputTokens: count,
  outputTokens: count,
  cacheCreation5mTokens: count,
  cacheCreation1hTokens: count,
  cacheReadTokens: count,
  totalTokens: count,
  workTokens: count,
  requests: count,
  costUSD: money,
  costIsLowerBound: v.boolean(),
  outputIsLowerBound: v.boolean(),
};
const burn = v.object({ workTokensPerMinute: rate, tokensPerMinute: rate, usdPerHour: money });

const limit = v.object({
  tokens: v.nullable(rate),
  count: v.picklist(['all', 'work']),
  source,
  rung: v.picklist(['official', 'configured', 'plan', 'p90', 'unknown']),
  over: v.boolean(),
});
const window = v.object({
  account: v.string(),
  start: instant,
  end: instant,
  source: v.picklist(['official', 'estimated']),
  uncertaintyMinutes: rate,
  usedPercent: figure,
  stale: v.boolean(),
  reservePoints: v.nullable(v.number()),
  limit,
  burn,
  pace: burn,
  projection: v.nullable(
    v.object({ tokens: rate, low: rate, high: rate, costUSD: money, calibrated: v.boolean(), limitAt: v.nullable(instant) }),
  ),
  percentProjection: v.nullable(v.object({ percent: rate, low: rate, high: rate, limitAt: v.nullable(instant) })),
  amounts: v.object(amounts),
});

const weekly = v.object({ usedPercent: figure, stale: v.boolean(), resetsAt: v.nullable(instant), reservePoints: v.nullable(v.number()) });
const account = v.object({
  id: v.string(),
  label: v.string(),
  window: v.nullable(window),
  weekly: v.nullable(weekly),
  limit: v.nullable(limit),
  sessions: count,
});

const session = v.object({
  sessionId: v.string(),
  name: v.string(),
  project: v.string(),
  projectPath: v.string(),
  branch: text,
  account: v.string(),
  model: text,
  state: v.picklist(STATES.map(([name]) => name)),
  stateSource: text,
  stateSeenAt: v.nullable(instant),
  since: v.nullable(instant),
  alive: v.nullable(v.boolean()),
  stale: v.boolean(),
  waiting: v.nullable(v.object({ for: text, tool: text, since: v.nullable(instant) })),
  lastTool: text,
  agents: v.nullable(count),
  shells: v.nullable(count),
  processes: v.array(v.object({ pid: count, kind: text })),
  tags: v.array(v.string()),
  contextPercent: figure,
  startedAt: v.nullable(instant),
  windowStartedAt: v.nullable(instant),
  lastAt: v.nullable(instant),
  lastError: text,
  sharePercent: v.nullable(rate),
  points: figure,
  severity,
  shareBasis: basis,
  burn,
  window: v.object(amounts),
  total: v.object(amounts),
  subagents: v.object(amounts),
});

const project = v.object({
  name: v.string(),
  path: v.string(),
  sharePercent: v.nullable(rate),
  startedAt: v.nullable(instant),
  sessions: count,
  activeSessions: count,
  severity,
  burn,
  window: v.object(amounts),
});

const warning = v.object({
  level: v.picklist(['warning', 'info']),
  severity: v.picklist(['crit', 'warn', 'info']),
  rule: v.string(),
  since: instant,
  sessionId: text,
  text: v.string(),
});

export const snapshotSchema = v.object({
  schemaVersion: version,
  takenAt: instant,
  timezone: v.string(),
  verdict: v.object({ text: v.string(), needsYou: count, failed: count, limited: count, working: count, yourTurn: count, active: count }),
  accounts: v.array(account),
  windows: v.array(window),
  combined: v.object({
    ...amounts,
    burn,
    pace: burn,
    severity,
    today: v.object(amounts),
    limit: v.nullable(v.object({ tokens: rate, per: v.picklist(['day', 'window']), used: rate, percent: rate })),
  }),
  sessions: v.array(session),
  projects: v.array(project),
  models: v.array(v.object({ model: v.string(), sharePercent: v.nullable(rate), sessions: count, window: v.object(amounts) })),
  warnings: v.array(warning),
  meta: v.object({
    demo: v.boolean(),
    reading: v.boolean(),
    percent: v.nullable(rate),
    files: count,
    lines: count,
    rejectedLines: count,
    notice: text,
  }),
});

export const tickSchema = v.object({ type: v.literal('tick'), at: instant });
