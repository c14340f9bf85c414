import { availableParallelism } from 'node:os';
import type { Config } from './schema.ts';
import { STATUSLINE_DEFAULTS } from './statusline-defaults.ts';

/** One core is left for the person's own work; beyond eight the disk is the limit (UR-114). */
// Two even on two cores: the writer waits for the disk often enough that a second decoder pays (2.9 s instead of 3.8 s for 1 GB).
const workers = Math.min(8, Math.max(Math.min(2, availableParallelism()), availableParallelism() - 1));

/** What holds when nobody says otherwise. Durations in milliseconds. */
export const DEFAULTS: Config = {
  /** Empty: `~/.claude` and `~/.config/claude`. */
  claude: { dirs: [] },
  watch: { pollInterval: 1000, debounce: 20 },
  live: {
    refreshInterval: 5000,
    maxSessions: 1000,
    mode: 'live',
    account: [],
    filter: '',
    sort: 'attention',
    group: 'none',
    mouse: false,
    readOnly: false,
    bell: false,
    title: false,
  },
  ledger: { path: null, keep: 'forever' },
  ingest: { workers },
  display: {
    color: 'auto',
    timezone: 'local',
    weekStart: 'monday',
    theme: 'auto',
    ascii: false,
    emoji: false,
    hour12: false,
    ambiguousWide: false,
    screenReader: false,
    showAuthProfile: 'auto',
  },
  statusline: STATUSLINE_DEFAULTS,
  sessions: { idleAfter: 10 * 60_000, staleAfter: 5 * 60_000 },
  /** `ok` none: the number of processors. */
  load: { profile: 'balanced', ok: null },
  paths: { state: null },
  log: { level: 'info' },
  /** Work tokens per minute (D-29). */
  burn: { moderate: 500, high: 1000 },
  limits: { tokensPerDay: null, tokensPerWindow: null, costPerDay: null, plan: null, count: 'all' },
  /** `floor` none: 10 min, before 2026-04-23 60 min (D-21). */
  window: { floor: null, hours: 5 },
  pricing: { overrides: [], batch: false },
  projects: { aliases: {}, include: [], exclude: [] },
  state: { format: 'json', legacyFiles: 'auto', archive: 'on' },
  thresholds: { transcriptStaleMinutes: 5, contextWarningPercent: 70, budgetWarningPercent: 80 },
  context: { compactionPercent: 80 },
  /** `metadataKeyFile` none: `metadata-key` beside the configuration. */
  alerts: { secrets: 'off' },
  privacy: { names: 'show', actions: 'target', preview: false, encryptMetadata: false, metadataKeyFile: null },
};
