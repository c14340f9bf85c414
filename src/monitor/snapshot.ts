import type { NanoUsd, TokenCounts } from '../pricing/types.ts';
import type { State as SessionState } from '../sessions/states.ts';
import type { WindowLimit } from '../usage/limit.ts';
import type { Figure } from '../usage/source.ts';
import type { LivePart, TitleSource } from './live-part.ts';
import type { Verdict } from './verdict-data.ts';

export type { LastAction, LivePart, ProcessView, StateSource, TitleSource, WaitingView } from './live-part.ts';
export type { SessionState };

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

export interface SessionView extends LivePart {
  readonly id: string;
  /** Display name (D-8); hostile text already made plain, still to be fitted by the surface. */
  readonly name: string;
  readonly titleSource: TitleSource;
  /** A person's own tags and note (UR-62). */
  readonly tags: readonly string[];
  readonly note: string | null;
  readonly project: string;
  readonly projectPath: string;
  /** Where it works now, a worktree perhaps; null = not told. Paths are as they are: hostile until a sink takes them. */
  readonly cwd: string | null;
  readonly branch: string | null;
  readonly account: string;
  /** Without process registry and hooks a transcript proves only a few of them. */
  readonly state: SessionState;
  /** Model of the newest main-thread request; null before the first. */
  readonly model: string | null;
  /** Context fill in percent (D-35). */
  readonly contextPercent: Figure;
  /** Tokens in the context and the size of its window; null = unknown. */
  readonly contextTokens: number | null;
  readonly windowSize: number | null;
  /** In the open window, and in the whole session. */
  readonly window: Amounts;
  readonly total: Amounts;
  readonly subagents: Amounts;
  readonly burnNow: BurnRate;
  readonly severity: Severity;
  /** Points of the account's official used % that fall to its share (D-33). */
  readonly points: Figure;
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
  /** Percent of the combined cost, or of all tokens when anything has no price (LV-55). */
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
  /** The account's name for people. */
  readonly label: string;
  /** Epoch ms, half-open [start, end). */
  readonly start: number;
  readonly end: number;
  readonly source: 'official' | 'estimated';
  readonly uncertaintyMinutes: number;
  readonly usedPercent: Figure;
  /** The server's figure is older than 10 min: shown greyed with its age (D-20). */
  readonly stale: boolean;
  /** Part of the window's time that has passed, 0 … 100; points in reserve (positive) or deficit, null where D-26 hides them. */
  readonly elapsedPercent: number;
  readonly reserve: number | null;
  readonly amounts: Amounts;
  /** Tokens that this window may hold, and where the number comes from (D-34). */
  readonly limit: WindowLimit;
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
  /** The server's % at the reset at this pace, with its range (D-31); null with too few samples. Estimated; may exceed 100. */
  readonly percentProjection: {
    readonly percent: number;
    readonly low: number;
    readonly high: number;
    readonly limitAt: number | null;
  } | null;
}

/** A weekly or other official quota (D-25): never estimated. */
export interface QuotaView {
  readonly usedPercent: Figure;
  readonly stale: boolean;
  /** Epoch ms; null = unknown. */
  readonly resetsAt: number | null;
  readonly reserve: number | null;
}

/** One account with its quota windows (D-22): percentages of two accounts are never added. */
export interface AccountView {
  readonly id: string;
  /** Its name for people; hostile text made plain. */
  readonly label: string;
  /** Its open 5-hour window; null = none is open. */
  readonly window: WindowView | null;
  /** Null = no official sample of it is known. */
  readonly weekly: QuotaView | null;
  /** Sessions listed of it. */
  readonly sessions: number;
}

/** The rules of alerts.md §2 that the monitor watches. */
export type WarningRule =
  | 'budget'
  | 'window'
  | 'week'
  | 'window-runout'
  | 'limited'
  | 'burn'
  | 'cost'
  | 'new-session'
  | 'context'
  | 'needs-you'
  | 'stuck'
  | 'failed'
  | 'unpriced'
  | 'data-stale'
  | 'retention'
  | 'ledger';

/** An open episode (LV §9), worst first, then oldest. */
export interface Warning {
  /** `warning` for `warn` and `crit`, for surfaces with two levels. */
  readonly level: 'warning' | 'info';
  readonly severity: 'crit' | 'warn' | 'info';
  readonly rule: WarningRule;
  /** Names the episode's subject, stable while it is open: what a person mutes. */
  readonly key: string;
  /** When it opened, epoch ms. */
  readonly since: number;
  /** The session or project root it is about, else null. */
  readonly sessionId: string | null;
  readonly project: string | null;
  /** Plain English with units. */
  readonly text: string;
}

/** Work tokens per minute of all shown sessions, for the two-hour chart (LV-58). */
export interface Chart {
  /** Epoch ms at which the first minute begins. */
  readonly from: number;
  /** 120 whole minutes, oldest first; the last one is not over yet. */
  readonly workPerMinute: readonly number[];
}

export interface Snapshot {
  readonly schemaVersion: 1;
  readonly takenAt: number;
  readonly timezone: string;
  readonly demo: boolean;
  /** The first line in words, as data; `verdictText` writes it (LV-30 … LV-35). */
  readonly verdict: Verdict;
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
  /** The open windows of all accounts. */
  readonly windows: readonly WindowView[];
  /** All accounts with use, a sample or a listed session; nearest its limit first. */
  readonly accounts: readonly AccountView[];
  readonly chart: Chart;
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
    /** The sentence of it that tells of the ledger itself: disk full, damaged (rule `ledger`). Absent or null = nothing is wrong with it. */
    readonly ledgerFault?: string | null;
    /** Changes are found by looking again and again: the system tells of none (LV-50). Absent = it does tell. */
    readonly polling?: boolean;
  };
}
