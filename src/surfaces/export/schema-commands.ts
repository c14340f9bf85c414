import * as v from 'valibot';
import { count, date, instant, meta, money, text, version } from './schema-parts.ts';

/* The `--json` of commands that are no reports, schemaVersion 1. Fields may be added, never renamed (UR-40). */

const open = { sessionId: v.string() };

/** `session name | tag | note`. */
const label = v.object({
  schemaVersion: version,
  ...open,
  name: text,
  tags: v.array(v.string()),
  description: text,
  createdAt: v.nullable(instant),
  updatedAt: v.nullable(instant),
});

const forget = v.object({
  schemaVersion: version,
  ...open,
  labels: v.optional(v.boolean()),
  requests: v.optional(count),
  prompts: v.optional(count),
  restored: v.optional(v.boolean()),
});

const exportedSums = {
  requests: count,
  input_tokens: count,
  output_tokens: count,
  cache_write_5m_tokens: count,
  cache_write_1h_tokens: count,
  cache_read_tokens: count,
  work_tokens: count,
  all_tokens: count,
  web_searches: count,
  output_is_lower_bound: v.boolean(),
  cost_usd: money,
};
const sessionExport = v.object({
  schemaVersion: version,
  events: v.array(
    v.object({
      time: instant,
      session_id: v.string(),
      request_key: v.string(),
      account: v.string(),
      project: v.string(),
      branch: text,
      model: v.string(),
      main_or_subagent: v.picklist(['main', 'subagent']),
      speed: v.picklist(['standard', 'fast']),
      ...exportedSums,
    }),
  ),
  totals: v.object({ ...exportedSums, cost_is_lower_bound: v.optional(v.boolean()) }),
  meta,
});

const source = v.picklist(['official', 'measured', 'configured', 'estimated', 'unknown']);
const query = v.object({
  metric: v.string(),
  value: v.union([v.number(), v.string()]),
  unit: v.picklist(['usd', 'usd/h', 'tokens', 'tokens/min', 'percent', 'seconds', 'count', 'time']),
  source,
  age: v.pipe(count, v.description('seconds since it was said')),
  at: instant,
  account: v.optional(v.string()),
});

const config = v.object({
  schemaVersion: version,
  file: v.string(),
  exists: v.boolean(),
  settings: v.array(v.object({ key: v.string(), value: v.unknown(), layer: v.picklist(['default', 'file', 'env', 'flag']) })),
});

const unreadable = v.array(v.object({ path: v.string(), code: v.string() }));
const rejected = v.object({ lines: count, files: v.array(v.object({ path: v.string(), lines: count })) });
const ledgerStats = v.object({
  schemaVersion: version,
  path: v.string(),
  mode: v.picklist(['disk', 'memory']),
  bytes: count,
  schema: count,
  sqlite: v.string(),
  files: v.object({ present: count, gone: count }),
  lines: count,
  rejected: v.object({ malformed: rejected, 'too-long': rejected }),
  events: count,
  sessions: count,
  prompts: count,
  labels: count,
  forgotten: count,
  firstRecord: v.nullable(instant),
  lastRecord: v.nullable(instant),
  priceTable: date,
  claudeDirs: v.array(v.string()),
  unreadable,
  rewritten: v.array(v.object({ path: v.string(), times: count })),
  failing: v.array(v.object({ path: v.string(), code: v.string(), times: count, isLeftAlone: v.boolean() })),
  archive: v.object({ requests: count, files: count, bytes: count, missing: v.array(v.string()) }),
});

const ledgerVerify = v.object({
  schemaVersion: version,
  ok: v.boolean(),
  checked: v.object({ files: count, requests: count, sums: count, prompts: count }),
  counts: v.record(v.string(), count),
  differences: v.array(v.object({ kind: v.string(), what: v.string(), message: v.string() })),
  ledgerOnly: count,
  larger: v.object({ count, keys: v.array(v.string()) }),
  skipped: unreadable,
});

const ledgerRebuild = v.object({
  schemaVersion: version,
  filesRead: count,
  before: count,
  after: count,
  changed: count,
  mended: count,
  unproven: count,
  skipped: unreadable,
});

const finding = v.object({ check: v.string(), level: v.picklist(['ok', 'warn', 'fail']), message: v.string(), remedy: text });
const doctor = v.object({ schemaVersion: version, ok: v.boolean(), findings: v.array(finding) });

const anything = v.record(v.string(), v.unknown());

/** By the name of the file in `schemas/`. */
export const commandSchemas = {
  'session-label': label,
  'session-forget': forget,
  'session-export': sessionExport,
  query,
  config,
  'ledger-stats': ledgerStats,
  'ledger-verify': ledgerVerify,
  'ledger-rebuild': ledgerRebuild,
  'ledger-backup': v.object({ schemaVersion: version, path: v.string(), bytes: count }),
  'ledger-restore': v.object({
    schemaVersion: version,
    path: v.string(),
    former: v.string(),
    missing: count,
    cameBack: count,
    lost: count,
  }),
  doctor,
  profiles: v.object({ schemaVersion: version, profiles: v.array(anything) }),
  state: v.object({
    schemaVersion: version,
    live: v.array(anything),
    sessions: v.array(anything),
    profiles: v.array(anything),
    folders: v.array(anything),
    problems: v.array(v.string()),
  }),
} as const;
