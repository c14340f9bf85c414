import * as v from 'valibot';
import { commandSchemas } from './schema-commands.ts';
import { snapshotSchema, tickSchema } from './schema-live.ts';
import {
  count,
  dailyRow,
  date,
  instant,
  meta,
  money,
  month,
  monthlyRow,
  part,
  rate,
  report,
  row,
  speed,
  text,
  version,
  weeklyRow,
} from './schema-parts.ts';

/*
 * The JSON of every report, schemaVersion 1 (UR-40). Names are the peer's where it has one and never change; more may be added.
 */
const session = {
  sessionId: v.string(),
  ...row,
  projectPath: v.pipe(v.string(), v.description("the client's folder name of the transcript, as on disk")),
  firstActivity: v.nullable(instant),
  lastActivity: v.nullable(instant),
  name: v.string(),
  title: text,
  tags: v.array(v.string()),
  description: text,
  createdAt: v.nullable(instant),
  updatedAt: v.nullable(instant),
  project: v.string(),
  cwd: text,
  branch: text,
  account: v.string(),
  durationSeconds: count,
  clientCost: money,
  unloggedCost: money,
  forkedFrom: text,
  transcript: v.picklist(['present', 'gone']),
  state: text,
};

const projectRow = v.object({
  ...row,
  project: v.string(),
  projectPath: v.string(),
  cwd: v.string(),
  branches: v.array(v.string()),
  firstActivity: v.nullable(instant),
  lastActivity: v.nullable(instant),
  activeDays: count,
});

const kinds = { input: rate, output: rate, cacheWrite5m: rate, cacheWrite1h: rate, cacheRead: rate };
const prices = v.object({
  ...kinds,
  from: v.optional(v.pipe(v.nullable(date), v.description('first UTC day of these prices'))),
  to: v.optional(v.pipe(v.nullable(date), v.description('first UTC day after them'))),
  tier: v.optional(v.nullable(v.object({ promptTokensOver: count, prices: v.object(kinds) }))),
  fastMultiplier: v.optional(v.nullable(rate)),
  geoUsMultiplier: v.optional(v.nullable(rate)),
});
const modelReportRow = v.object({
  ...row,
  model: v.string(),
  speed,
  period: v.optional(v.union([date, month])),
  share: v.pipe(part, v.description('of the cost; of all tokens when anything is unpriced')),
  cacheHitRate: v.nullable(part),
  usdPerMTok: money,
  prices: v.optional(v.nullable(v.pipe(prices, v.description('USD per million tokens')))),
});

const block = v.object({
  id: v.string(),
  startTime: instant,
  endTime: instant,
  actualEndTime: v.nullable(instant),
  isActive: v.boolean(),
  isGap: v.boolean(),
  entries: count,
  tokenCounts: v.object({ inputTokens: count, outputTokens: count, cacheCreationInputTokens: count, cacheReadInputTokens: count }),
  totalTokens: count,
  costUSD: money,
  models: v.array(v.string()),
  burnRate: v.nullable(
    v.object({
      tokensPerMinute: rate,
      tokensPerMinuteForIndicator: rate,
      costPerHour: money,
      now: v.object({ work: rate, all: rate, costPerHour: money }),
      severity: v.picklist(['HIGH', 'MODERATE', 'NORMAL']),
    }),
  ),
  projection: v.nullable(
    v.object({
      totalTokens: count,
      totalCost: money,
      remainingMinutes: rate,
      lowTokens: count,
      highTokens: count,
      calibrated: v.boolean(),
      percentAtReset: v.nullable(rate),
      limitAt: v.nullable(instant),
    }),
  ),
  tokenLimitStatus: v.optional(
    v.object({
      limit: rate,
      projectedUsage: count,
      percentUsed: rate,
      status: v.picklist(['ok', 'warning', 'exceeds']),
      kind: v.picklist(['all', 'work']),
      source: v.picklist(['official', 'measured', 'configured', 'estimated', 'unknown']),
    }),
  ),
  usageLimitResetTime: v.optional(instant),
  account: v.string(),
  source: v.picklist(['official', 'estimated']),
  uncertaintyMinutes: rate,
  usedPercent: v.nullable(rate),
  usedPercentAt: v.nullable(instant),
  workTokens: count,
  requests: count,
  sessions: count,
  reserve: v.nullable(v.number()),
});

const entry = v.object({
  timestamp: instant,
  inputTokens: count,
  outputTokens: count,
  cacheCreationTokens: count,
  cacheReadTokens: count,
  model: v.string(),
  costUSD: money,
  requestId: v.string(),
  subagent: v.boolean(),
  speed,
});

const sessionDetail = v.object({
  schemaVersion: version,
  ...session,
  entries: v.array(entry),
  compactions: v.nullable(count),
  subagentCount: v.nullable(count),
  cacheHitRate: v.nullable(part),
  transcriptPath: text,
  windows: v.array(
    v.object({
      startTime: instant,
      endTime: instant,
      source: v.picklist(['official', 'estimated']),
      share: part,
      shareBasis: v.picklist(['cost', 'tokens']),
    }),
  ),
  meta,
});

const sections = v.object({
  schemaVersion: version,
  daily: v.optional(v.array(dailyRow)),
  weekly: v.optional(v.array(weeklyRow)),
  monthly: v.optional(v.array(monthlyRow)),
  sessions: v.optional(v.array(v.object(session))),
  projects: v.optional(v.array(projectRow)),
  models: v.optional(v.array(modelReportRow)),
  blocks: v.optional(v.array(block)),
  ...report,
});

const turn = v.object({
  startTime: instant,
  lastActivity: v.nullable(instant),
  requests: count,
  inputTokens: count,
  outputTokens: count,
  cacheCreationTokens: count,
  cacheReadTokens: count,
  totalTokens: count,
  workTokens: count,
  totalCost: money,
  costIsLowerBound: v.optional(v.boolean()),
  outputIsLowerBound: v.boolean(),
});

const compare = v.object({
  schemaVersion: version,
  sessions: v.array(v.object(session)),
  turns: v.optional(
    v.array(
      v.object({
        turn: v.pipe(count, v.description('0: before the first prompt')),
        sessions: v.pipe(v.array(v.nullable(turn)), v.description('in the order of `sessions`; null = no such turn')),
      }),
    ),
  ),
  meta,
});

/** By the name that `--json-schema` and the files in `schemas/` use. */
export const reportSchemas = {
  daily: v.object({ schemaVersion: version, daily: v.array(dailyRow), ...report }),
  instances: v.object({
    schemaVersion: version,
    projects: v.record(v.string(), v.array(v.object({ date, project: v.string(), ...row }))),
    ...report,
  }),
  weekly: v.object({ schemaVersion: version, weekly: v.array(weeklyRow), ...report }),
  monthly: v.object({ schemaVersion: version, monthly: v.array(monthlyRow), ...report }),
  sessions: v.object({ schemaVersion: version, sessions: v.array(v.object(session)), ...report }),
  projects: v.object({ schemaVersion: version, projects: v.array(projectRow), ...report }),
  models: v.object({ schemaVersion: version, models: v.array(modelReportRow), ...report }),
  blocks: v.object({ schemaVersion: version, blocks: v.array(block), meta }),
  session: sessionDetail,
  sections,
} as const;

export type ReportName = keyof typeof reportSchemas;

/** Everything that prints JSON, by the name of its file in `schemas/`. */
export const schemas = { ...reportSchemas, compare, ...commandSchemas, live: snapshotSchema, 'live-tick': tickSchema } as const;

export type SchemaName = keyof typeof schemas;
