import type { NanoUsd, TokenCounts } from '../pricing/types.ts';
import type { Figure, Source } from '../usage/source.ts';

/** State letters of D-36. Without process registry and hooks a transcript proves only a few of them. */
export type SessionState =
  | 'needs-permission'
  | 'needs-answer'
  | 'error'
  | 'rate-limited'
  | 'your-turn'
  | 'working'
  | 'compacting'
  | 'idle'
  | 'unknown'
  | 'ended';

export type Severity = 'HIGH' | 'MODERATE' | 'NORMAL';

/** The three burn figures of D-28, never mixed. Tokens per minute; nano-USD per hour, null when a request in the span is unpriced. */
export interface BurnRate {
  readonly work: number;
  readonly all: number;
  readonly costPerHour: NanoUsd | null;
}

/** Token and money sums of a scope. `cost` null = unknown; `costIsLowerBound` when part of it is unpriced. */
export interface Amounts {
  readonly tokens: TokenCounts;
  readonly all: number;
  readonly work: number;
  readonly requests: number;
  readonly cost: NanoUsd | null;
  readonly costIsLowerBound: boolean;
  readonly outputIsLowerBound: boolean;
}

export interface SessionView {
  readonly id: string;
  /** Display name (D-8); hostile text already made plain, still to be fitted by the surface. */
  readonly name: string;
  readonly project: string;
  readonly projectPath: string;
  readonly branch: string | null;
  readonly account: string;
  readonly state: SessionState;
  /** Model of the newest main-thread request; null before the first. */
  readonly model: string | null;
  /** Context fill in percent (D-35). */
  readonly contextPercent: Figure;
  /** In the open window, and in the whole session. */
  readonly window: Amounts;
  readonly total: Amounts;
  readonly subagents: Amounts;
  readonly burnNow: BurnRate;
  /** Quota share in percent of local use (D-33); null when nothing is used. */
  readonly share: number | null;
  readonly shareBasis: 'cost' | 'tokens';
  /** Epoch ms of its first request, of its first in the window, of its latest sign of life. */
  readonly startedAt: number | null;
  readonly windowStartedAt: number | null;
  readonly lastAt: number | null;
  /** Error code of the newest failed request when nothing came after it. */
  readonly lastError: string | null;
}

export interface ProjectView {
  readonly name: string;
  readonly path: string;
  readonly window: Amounts;
  /** Percent of the combined tokens. */
  readonly share: number | null;
  readonly startedAt: number | null;
  readonly sessions: number;
  readonly activeSessions: number;
  readonly burnNow: BurnRate;
  readonly severity: Severity;
}

export interface ModelView {
  readonly model: string;
  readonly window: Amounts;
  readonly share: number | null;
  readonly sessions: number;
}

export interface WindowView {
  readonly account: string;
  /** Epoch ms, half-open [start, end). */
  readonly start: number;
  readonly end: number;
  readonly source: 'official' | 'estimated';
  readonly uncertaintyMinutes: number;
  readonly usedPercent: Figure;
  readonly amounts: Amounts;
  /** Tokens (kind `limitCount`) that this window may hold, and where the number comes from (D-34). */
  readonly limit: { readonly tokens: number | null; readonly count: 'all' | 'work'; readonly source: Source };
  readonly burnNow: BurnRate;
  readonly burnPace: BurnRate;
  readonly projection: {
    readonly tokens: number;
    readonly low: number;
    readonly high: number;
    readonly cost: NanoUsd | null;
    readonly calibrated: boolean;
    /** Epoch ms when the limit is reached at this pace, only if before the end (D-32). */
    readonly limitAt: number | null;
  } | null;
}

export interface Warning {
  readonly level: 'warning' | 'info';
  /** Plain English with units. */
  readonly text: string;
}

export interface Snapshot {
  readonly schemaVersion: 1;
  readonly takenAt: number;
  readonly timezone: string;
  readonly demo: boolean;
  /** Alive or in the window (D-37), most urgent first, then newest. */
  readonly sessions: readonly SessionView[];
  readonly combined: Amounts & {
    readonly burnNow: BurnRate;
    readonly burnPace: BurnRate;
    readonly severity: Severity;
    /** Local day of the time zone, all accounts. */
    readonly today: Amounts;
    /** `--token-limit`: tokens per day or window, null when none was set. */
    readonly limit: { readonly tokens: number; readonly per: 'day' | 'window'; readonly used: number; readonly percent: number } | null;
  };
  readonly windows: readonly WindowView[];
  readonly projects: readonly ProjectView[];
  readonly models: readonly ModelView[];
  readonly warnings: readonly Warning[];
  readonly ingest: {
    readonly reading: boolean;
    readonly percent: number | null;
    readonly files: number;
    readonly lines: number;
    readonly rejectedLines: number;
    /** One sentence when something is held back (disk full, unreadable folder, memory only), else null. */
    readonly notice: string | null;
  };
}
