import type { NanoUsd, TokenCounts } from '../pricing/types.ts';
import type { Amounts, SessionState } from './snapshot.ts';

/* What drill-down and history ask for (LV-60 … LV-65, LV-85): plain data, read from the ledger and the transcripts' ends when asked. Epoch ms, tokens, nano-USD.
 * Names are made plain; paths and ids are as they are, hostile until a sink takes them. */

/** One billed request (D-10) of a session. No text of the conversation. */
export interface RequestView {
  readonly key: string;
  readonly at: number;
  readonly model: string;
  readonly tokens: TokenCounts;
  readonly all: number;
  readonly cost: NanoUsd | null;
  readonly outputIsLowerBound: boolean;
  /** Made by a subagent, and by which where the transcripts' ends tell. */
  readonly sidechain: boolean;
  readonly agent: string | null;
}

/** Newest first. */
export interface RequestPage {
  readonly total: number;
  readonly offset: number;
  readonly requests: readonly RequestView[];
}

/** One subagent. Σ over the tree + `main` = the session (D-6). */
export interface SubagentView {
  /** The client's id of it; null = the requests that no transcript's end gives to one. */
  readonly id: string | null;
  /** Its type, as `Explore`; null = not told. Hostile text made plain. */
  readonly type: string | null;
  readonly model: string | null;
  readonly state: 'running' | 'done' | 'unknown';
  readonly amounts: Amounts;
  /** Part of its transcript was not looked at: figures are at least these. */
  readonly isLowerBound: boolean;
  readonly lastAt: number | null;
  /** Its place in the tree: 0 = started by the session, 1 = by a subagent of it or a workflow. */
  readonly depth: number;
}

/** A transcript file of the session. Sizes in bytes. */
export interface SessionFileView {
  readonly path: string;
  readonly kind: 'main' | 'subagent' | 'other';
  readonly size: number;
  readonly lines: number;
  readonly rejected: number;
  readonly gone: boolean;
}

export interface ContextPoint {
  readonly at: number;
  readonly tokens: number;
}

export interface SessionDetailView {
  readonly id: string;
  readonly name: string;
  readonly title: string | null;
  readonly tags: readonly string[];
  readonly note: string | null;
  readonly project: string;
  readonly projectPath: string;
  readonly cwd: string | null;
  /** The directory is a worktree of the project's. */
  readonly isWorktree: boolean;
  readonly branch: string | null;
  readonly account: string;
  readonly startedAt: number | null;
  readonly lastAt: number | null;
  readonly requests: number;
  readonly prompts: number;
  /** Lineage: the session it was forked from, and those forked from it. */
  readonly forkedFrom: string | null;
  readonly continuedBy: readonly string[];
  /** In its account's open window, and ever. */
  readonly window: Amounts;
  readonly total: Amounts;
  /** Cache reads of all prompt tokens, 0 … 1 (D-19); null without any. */
  readonly cacheHitWindow: number | null;
  readonly cacheHitTotal: number | null;
  /** The client's own total, and what of it is not in transcripts (D-18); null = unknown. */
  readonly clientCost: NanoUsd | null;
  readonly unloggedCost: NanoUsd | null;
  /** Work tokens per minute of the last 60 whole minutes, oldest first; the last one is not over yet. */
  readonly burnPerMinute: readonly number[];
  /** Tokens in the context after each main-thread request, thinned to at most 200 points, oldest first; falls are compactions. */
  readonly contextHistory: readonly ContextPoint[];
  readonly compactions: { readonly count: number | null; readonly lastAt: number | null; readonly lastTokens: number | null };
  readonly windowSize: number | null;
  /** The last 20, newest first. */
  readonly lastRequests: readonly RequestView[];
  /** Uses by tool since `toolsSince` (as far as the transcript's end reaches back), most used first. */
  readonly tools: readonly { readonly tool: string; readonly uses: number }[];
  readonly toolsSince: number | null;
  /** The main thread's part, and the subagents. */
  readonly main: Amounts;
  readonly subagents: readonly SubagentView[];
  readonly files: readonly SessionFileView[];
}

/** One local day (D-27). */
export interface DayView {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly amounts: Amounts;
  readonly sessions: number;
  readonly prompts: number;
  readonly models: readonly string[];
}

/** A finished or open 5-hour window with its outcome (UR-40). */
export interface FormerWindow {
  readonly account: string;
  readonly start: number;
  readonly end: number;
  readonly source: 'official' | 'estimated';
  readonly uncertaintyMinutes: number;
  readonly usedPercent: number | null;
  readonly open: boolean;
  /** `limit` = the server said 100 %; `fits` = it stayed below; `unknown` = no official figure. */
  readonly outcome: 'limit' | 'fits' | 'unknown';
  readonly amounts: Amounts;
  readonly sessions: number;
}

/** A part of a window or of a span of days: a session, a project, a model. `share` in percent of all tokens. */
export interface PartView {
  /** Session id, project root or model id. */
  readonly id: string;
  readonly name: string;
  readonly amounts: Amounts;
  readonly share: number | null;
  readonly sessions: number;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}

/** The sections of a former window (LV-85): live columns have no value there. */
export interface FormerWindowDetail extends FormerWindow {
  readonly sessionParts: readonly (PartView & { readonly project: string; readonly state: SessionState | null })[];
  readonly projectParts: readonly PartView[];
  readonly modelParts: readonly PartView[];
}

/** Inclusive local dates `YYYY-MM-DD`; null = open. */
export interface DayRange {
  readonly since: string | null;
  readonly until: string | null;
}

/** Everything a live surface may ask beyond the Snapshot. Answers at once, from memory and indexed queries; unknown ids give null. */
export interface LiveQueries {
  sessionDetail(id: string): SessionDetailView | null;
  /** `agent`: only those of one subagent (its id), null = all. */
  requests(id: string, page: { readonly offset: number; readonly limit: number; readonly agent?: string | null }): RequestPage | null;
  /** Days with use, newest first. */
  days(range: DayRange): readonly DayView[];
  /** Newest first, the open ones included. */
  windows(limit?: number): readonly FormerWindow[];
  windowDetail(account: string, start: number): FormerWindowDetail | null;
  /** Each of the last 366 local days up to today, oldest first; a day without use costs a known 0. */
  calendar(): readonly { readonly day: string; readonly cost: NanoUsd | null; readonly costIsLowerBound: boolean; readonly all: number }[];
  projects(range: DayRange): readonly PartView[];
  models(range: DayRange): readonly PartView[];
  /** A person's own words about a session; a text that cannot be one throws a KnownError with one sentence. null removes. */
  rename(id: string, name: string | null): void;
  tag(id: string, add: readonly string[], remove: readonly string[]): void;
  note(id: string, text: string | null): void;
}
