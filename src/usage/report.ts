import type { CostMode, NanoUsd, Speed, TokenCounts } from '../pricing/types.ts';
import type { UsageSum } from './types.ts';

/** One model's part of a row; fast use is a part of its own. */
export interface ModelPart {
  readonly model: string;
  readonly speed: Speed;
  readonly sum: UsageSum;
  /** Epoch ms of its first request in the row, for the order of `modelsUsed`. */
  readonly firstAt: number;
}

/** What every report row holds: sums, and the same by model. Σ models = sum. */
export interface ReportRow {
  readonly sum: UsageSum;
  /** Distinct sessions with a request in the row. */
  readonly sessions: number;
  readonly prompts: number;
  readonly models: readonly ModelPart[];
  readonly subagents: UsageSum;
  /** Part of `sum.pricedCost` that was logged in the transcript (`costUSD`) instead of calculated, in events. */
  readonly loggedEvents: number;
  /** Epoch ms of the first and last request in the row; null in an empty total. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}

/** A day, week or month. `period` is `YYYY-MM-DD` (first day) or `YYYY-MM`. */
export interface PeriodRow extends ReportRow {
  readonly period: string;
  /** Only with `--instances`: the project's display name and root. */
  readonly project?: { readonly name: string; readonly path: string };
}

export interface SessionRow extends ReportRow {
  readonly sessionId: string;
  /** Display name (D-8). */
  readonly name: string;
  readonly title: string | null;
  readonly tags: readonly string[];
  readonly description: string | null;
  readonly project: string;
  /** The client's folder name of its transcript, as on disk. */
  readonly folder: string;
  readonly cwd: string | null;
  readonly branch: string | null;
  readonly account: string;
  readonly clientCost: NanoUsd | null;
  readonly unloggedCost: NanoUsd | null;
  readonly forkedFrom: string | null;
  readonly transcript: 'present' | 'gone';
}

export interface ProjectRow extends ReportRow {
  readonly project: string;
  readonly path: string;
  readonly branches: readonly string[];
  readonly activeDays: number;
}

export interface ModelRow extends ReportRow {
  readonly model: string;
  readonly speed: Speed;
  /** `YYYY-MM-DD` or `YYYY-MM` with `--by-period`, else null. */
  readonly period: string | null;
  /** USD per million tokens valid at its last request; null = unpriced. */
  readonly prices: TokenCounts | null;
}

/** A 5-hour window of one account, or a gap between two (D-20 … D-23). */
export interface BlockRow {
  readonly gap: boolean;
  readonly start: number;
  readonly end: number;
  readonly account: string;
  readonly source: 'official' | 'estimated';
  readonly uncertaintyMinutes: number;
  readonly usedPercent: number | null;
  readonly usedPercentAt: number | null;
  readonly active: boolean;
  /** Null for a gap. */
  readonly row: ReportRow | null;
  readonly burn: {
    readonly now: { readonly work: number; readonly all: number; readonly costPerHour: NanoUsd | null };
    readonly pace: { readonly work: number; readonly all: number; readonly costPerHour: NanoUsd | null };
    readonly severity: 'HIGH' | 'MODERATE' | 'NORMAL';
  } | null;
  readonly projection: {
    readonly tokens: number;
    readonly cost: NanoUsd | null;
    readonly remainingMinutes: number;
    readonly low: number;
    readonly high: number;
    readonly calibrated: boolean;
    readonly percentAtReset: number | null;
    readonly limitAt: number | null;
  } | null;
  readonly limit: {
    readonly tokens: number;
    readonly kind: 'all' | 'work';
    readonly source: 'official' | 'measured' | 'configured' | 'estimated' | 'unknown';
  } | null;
}

/** What a report's header, footer and `meta` say. */
export interface ReportMeta {
  readonly generatedAt: number;
  readonly version: string;
  readonly timezone: string;
  readonly weekStart: string;
  readonly order: 'asc' | 'desc';
  readonly mode: CostMode;
  readonly priceTable: string;
  /** Inclusive local dates `YYYY-MM-DD`, null = open. */
  readonly since: string | null;
  readonly until: string | null;
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly accounts: readonly string[];
  /** Epoch ms of the oldest request in the ledger, null when it is empty. */
  readonly firstRecord: number | null;
  /** Epoch ms of the newest request in the ledger. */
  readonly lastRecord: number | null;
  readonly ingest: {
    readonly files: number;
    readonly lines: number;
    readonly rejectedLines: number;
    readonly rejectedByReason: Readonly<Record<string, number>>;
    readonly flaggedFields: number;
  };
  /** The client's own count beyond the transcripts (D-18), never added to the rows. */
  readonly unlogged: { readonly cost: NanoUsd | null; readonly sessions: number; readonly forksLeftOut: number };
  readonly parity: boolean;
}
