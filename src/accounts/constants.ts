/** Every span of time of this folder in one table (SH-10), ms. Tested: refresh < fresh < stale < hide, inner < outer timeout. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const AGES = {
  billing: { refresh: 60 * SECOND, fresh: 120 * SECOND, stale: 600 * SECOND, hide: 2 * HOUR },
  git: { refresh: 30 * SECOND, fresh: 60 * SECOND, stale: 300 * SECOND, hide: HOUR },
  /** Event-driven, hidden at its reset. */
  quota: { stale: 10 * MINUTE },
  status: { stale: 5 * MINUTE, hide: 30 * MINUTE },
} as const;

export const TIMEOUTS = { source: 2 * SECOND, pass: 10 * SECOND, watchdog: 30 * SECOND } as const;

export const WRITES = {
  /** Least time between two writes of one derived file (ST-14). */
  json: 2 * SECOND,
  yaml: 30 * SECOND,
  /** Figures alone are written no more often; a change of state, health or profile is (BG-6). */
  figures: 30 * SECOND,
  /** Longest time until the writer looks whether a file is missing or was mended (ST-4, ST-11). */
  look: 4 * SECOND,
  /** A writer that was killed is replaced within two of these (BG-1). */
  takeOver: SECOND,
  /** A person who saved this recently is still editing (ST-14). */
  humanQuiet: 60 * SECOND,
  /** How far our own mtime may be from the `lastUpdated` inside. */
  ownWrite: 2 * SECOND,
} as const;

export const KEPT = {
  inactive: 7 * DAY,
  orphan: 7 * DAY,
  temporary: HOUR,
  cleanupEvery: DAY,
  /** Another program that wrote within this time owns the legacy files (MG-3). */
  foreignWriter: DAY,
} as const;

/** Model confidence by the age of the newest response (SH-5). */
export const MODEL_AGES = { agrees: MINUTE, steps: [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR], newer: 2 * SECOND } as const;

/** A transcript written less than this before the look is in step with its session (§2.4 `isSynced`). */
export const SYNCED_MS = 60 * SECOND;
/** Evidence further in the future than this counts as now (ST-22). */
export const FUTURE_MS = 60 * SECOND;
/** A session with evidence this recent counts in `sessions.json` as active (§2.7). */
export const RECENT_MS = HOUR;
/** Two observations of a reset time count only when this far apart (AP-3). */
export const FINGERPRINT_APART_MS = 5 * MINUTE;

export const SIZES = {
  claudeJson: 16 * 1024 * 1024,
  humanFile: 4 * 1024 * 1024,
  healthFile: 256 * 1024,
  daemonLog: 200 * 1024,
  daemonLogLines: 500,
  summary: 64 * 1024,
  summarySessions: 200,
} as const;
