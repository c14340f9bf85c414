import * as v from 'valibot';
import { STATUSLINE_SETTINGS, showAuthProfile } from './statusline.ts';
import {
  duration,
  flag,
  foreverOr,
  integer,
  list,
  maxOr,
  names,
  number,
  oneOf,
  orNone,
  path,
  type Setting,
  setting,
  timeZone,
  tokens,
  word,
} from './values.ts';

const usdPerMillion = v.pipe(v.number(), v.minValue(0));
const utcDay = v.nullable(v.pipe(v.string(), v.isoDate()));

/** A price a person sets (D-16), USD per million tokens: `pattern` is a model id or a glob; `from` and (exclusive) `to` are UTC days, null = open. */
const priceOverride = v.strictObject({
  pattern: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
  from: v.optional(utcDay, null),
  to: v.optional(utcDay, null),
  input: usdPerMillion,
  output: usdPerMillion,
  cacheWrite5m: v.exactOptional(usdPerMillion),
  cacheWrite1h: v.exactOptional(usdPerMillion),
  cacheRead: v.exactOptional(usdPerMillion),
});
export type PriceOverride = v.InferOutput<typeof priceOverride>;

const priceOverrides: Setting<readonly PriceOverride[]> = setting(
  v.pipe(v.array(priceOverride), v.maxLength(1000)) as v.GenericSchema<unknown, readonly PriceOverride[]>,
  'a list of {pattern, from, to, input, output, cacheWrite5m, cacheWrite1h, cacheRead} in USD per million tokens',
  'json',
);

/** Every setting there is (UR-110 to UR-122, LV-22): section → key → what it holds. Durations become milliseconds. */
export const SETTINGS = {
  claude: { dirs: list('a list of directories') },
  watch: { pollInterval: duration('100ms', '60s'), debounce: duration('0ms', '5s') },
  live: {
    refreshInterval: duration('200ms', '3600s', 1000),
    maxSessions: integer(1, 100_000, 'a number of sessions'),
    mode: oneOf('live', 'compact', 'table', 'json'),
    account: list('a list of accounts'),
    filter: word('a filter such as state:needs'),
    sort: oneOf('attention', 'cost', 'rate', 'tokens', 'burn', 'share', 'ctx', 'age', 'started', 'name', 'project'),
    group: oneOf('none', 'project', 'account'),
    mouse: flag,
    readOnly: flag,
    bell: flag,
    title: flag,
  },
  ledger: { path: orNone(path), keep: foreverOr('1d', '36500d') },
  ingest: { workers: integer(1, 8, 'a number of workers') },
  display: {
    color: oneOf('auto', 'always', 'never'),
    timezone: timeZone,
    weekStart: oneOf('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'),
    theme: oneOf('auto', 'dark', 'light', 'high-contrast', 'mono', 'deutan', 'tritan'),
    ascii: flag,
    emoji: flag,
    hour12: flag,
    ambiguousWide: flag,
    screenReader: flag,
    showAuthProfile,
  },
  statusline: STATUSLINE_SETTINGS,
  /** When a turn that is over counts as idle, and a session that cannot be proven alive as stale (live-status §2, LS-32). */
  sessions: { idleAfter: duration('1m', '24h'), staleAfter: duration('1m', '24h') },
  /** Name shown with the machine's load, and the one-minute average that is still fine (session-state §2.1). */
  load: { profile: word('a name'), ok: orNone(number(0, 10_000, 'a load average')) },
  paths: { state: orNone(path) },
  /** What `S/tidemark.log` takes (UR-121). */
  log: { level: oneOf('debug', 'info', 'warn', 'error') },
  burn: {
    moderate: number(0, 1e9, 'work tokens per minute'),
    high: number(0, 1e9, 'work tokens per minute'),
  },
  limits: {
    tokensPerDay: orNone(tokens),
    tokensPerWindow: orNone(maxOr(tokens)),
    costPerDay: orNone(number(0, 1e7, 'US dollars')),
    plan: orNone(oneOf('pro', 'max5', 'max20')),
    count: oneOf('all', 'work'),
  },
  window: { floor: orNone(duration('1m', '60m')), hours: number(0.5, 24, 'hours') },
  pricing: { overrides: priceOverrides, batch: flag },
  projects: {
    aliases: names('a name for each project directory'),
    include: list('a list of names, globs or directories'),
    exclude: list('a list of names, globs or directories'),
  },
  /** The contract files of `session-health/` (session-state §2, ST-2, MG-3, SH-9). */
  state: { format: oneOf('json', 'yaml'), legacyFiles: oneOf('auto', 'on', 'off'), archive: oneOf('on', 'off') },
  thresholds: {
    transcriptStaleMinutes: number(0.1, 100_000, 'minutes'),
    contextWarningPercent: number(1, 100, 'per cent'),
    budgetWarningPercent: number(1, 100, 'per cent'),
  },
  context: { compactionPercent: number(1, 100, 'per cent of the context window') },
  /** `secrets`: transcripts are looked through for secrets, of which kinds and counts are kept (SH-7). */
  alerts: { secrets: oneOf('on', 'off') },
  privacy: {
    names: oneOf('show', 'hide'),
    actions: oneOf('target', 'tool'),
    preview: flag,
    /** Names, tags and notes sealed at rest, and where the keys are (UR-69). */
    encryptMetadata: flag,
    metadataKeyFile: orNone(path),
  },
} as const;

type Settings = typeof SETTINGS;
type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The complete configuration: every value present and valid. */
export type Config = {
  readonly [S in keyof Settings]: { readonly [K in keyof Settings[S]]: ValueOf<Settings[S][K]> };
};

/** `display.timezone` and the like. */
export type ConfigKey = { [S in keyof Settings & string]: `${S}.${keyof Settings[S] & string}` }[keyof Settings & string];

/** Every setting by its full key, in the order of the table above. */
export const SETTING_BY_KEY: ReadonlyMap<string, Setting<unknown>> = new Map(
  Object.entries(SETTINGS).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, value]) => [`${section}.${key}`, value as Setting<unknown>] as const),
  ),
);

/** Seed 003's keys and what they are called here (UR-110 to UR-120). */
export const OLD_KEYS: ReadonlyMap<string, ConfigKey> = new Map<string, ConfigKey>([
  ['claude_config_dirs', 'claude.dirs'],
  ['watch_interval', 'watch.pollInterval'],
  ['update_frequency', 'live.refreshInterval'],
  ['refresh_rate', 'live.refreshInterval'],
  ['session_retention', 'ledger.keep'],
  ['worker_pool_size', 'ingest.workers'],
  ['cache_size', 'live.maxSessions'],
  ['batch_window', 'watch.debounce'],
  ['default_mode', 'live.mode'],
  ['color_enabled', 'display.color'],
  ['db_path', 'ledger.path'],
  ['cache_dir', 'paths.state'],
]);

/** `watch.pollInterval` → `TIDEMARK_WATCH_POLL_INTERVAL`; the form without inner underscores is read too. */
export const envNames = (key: string): readonly string[] => {
  const snake = key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`);
  return [...new Set([snake, key].map((name) => `TIDEMARK_${name.replaceAll('.', '_').toUpperCase()}`)), ...(ENV_ALIASES[key] ?? [])];
};

/** Variables with a name of their own (UR-110, UR-119). */
const ENV_ALIASES: Readonly<Record<string, readonly string[]>> = { 'claude.dirs': ['CLAUDE_CONFIG_DIR'], 'ledger.path': ['TIDEMARK_DB'] };
