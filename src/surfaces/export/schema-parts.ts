import * as v from 'valibot';

/** Parts of several reports. Money fields are optional because `--no-cost` leaves them out (UR-30); null is an unknown price (D-16). */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const rate = v.pipe(v.number(), v.minValue(0));
export const money = v.optional(v.nullable(v.pipe(v.number(), v.description('USD, at most 9 decimals; null = unknown price'))));
const moneyFlag = v.optional(v.boolean());
export const instant = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/));
export const date = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/));
export const month = v.pipe(v.string(), v.regex(/^\d{4}-\d\d$/));
export const text = v.nullable(v.string());
export const part = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const speed = v.picklist(['standard', 'fast']);
export const version = v.literal(1);

const tokens = { inputTokens: count, outputTokens: count, cacheCreationTokens: count, cacheReadTokens: count, totalTokens: count };

const modelRow = v.object({
  modelName: v.string(),
  inputTokens: count,
  outputTokens: count,
  cacheCreationTokens: count,
  cacheReadTokens: count,
  cost: money,
  missingPricing: v.optional(v.literal(true)),
  cacheCreation5mTokens: count,
  cacheCreation1hTokens: count,
  totalTokens: count,
  requests: count,
  model: v.string(),
  speed,
});

const sums = {
  ...tokens,
  totalCost: money,
  cacheCreation5mTokens: count,
  cacheCreation1hTokens: count,
  workTokens: count,
  requests: count,
  prompts: count,
  sessions: count,
  webSearchRequests: count,
  unpricedModels: v.array(v.string()),
  unpricedTokens: count,
  costIsLowerBound: moneyFlag,
  outputIsLowerBound: v.boolean(),
};

export const row = {
  ...sums,
  modelsUsed: v.array(v.string()),
  modelBreakdowns: v.array(modelRow),
  subagents: v.object({ requests: count, totalTokens: count, totalCost: money }),
  costSource: v.optional(v.picklist(['calculated', 'logged', 'mixed', 'unknown'])),
};

export const meta = v.object({
  generatedAt: instant,
  version: v.string(),
  timezone: v.string(),
  weekStart: v.string(),
  order: v.picklist(['asc', 'desc']),
  mode: v.picklist(['auto', 'calculate', 'display']),
  currency: v.literal('USD'),
  costKind: v.optional(v.literal('api-equivalent')),
  priceTable: v.string(),
  since: v.nullable(date),
  until: v.nullable(date),
  filters: v.record(v.string(), v.array(v.string())),
  accounts: v.array(v.string()),
  firstRecord: v.nullable(instant),
  ingest: v.object({
    files: count,
    lines: count,
    rejectedLines: count,
    rejectedByReason: v.record(v.string(), count),
    flaggedFields: count,
  }),
  unlogged: v.object({ cost: money, sessions: count, forksLeftOut: count }),
  parity: v.boolean(),
});

const totals = v.object(sums);
export const report = { totals, meta };
export const dailyRow = v.object({ date, ...row });
export const weeklyRow = v.object({ week: date, ...row });
export const monthlyRow = v.object({ month, ...row });
