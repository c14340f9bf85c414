/** Why a line could not be used. */
export type RejectReason = 'malformed' | 'too-long' | 'not-an-object';

/** Tokens of one billed iteration inside a response (`usage.iterations[]`, types `advisor_message` and `compaction`), D-10.5. */
export interface Iteration {
  /** Its own model, or null: the request's. */
  readonly model: string | null;
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
}

/** What one line tells about one API response. No content. Counters in tokens, times in epoch ms. */
export interface UsageLine {
  /** Identity of the request, from the line alone (D-10.1, D-10.2). */
  readonly key: string;
  readonly weak: boolean;
  /** Main thread 2, sidechain 1, embedded in a progress line 0. */
  readonly rank: 0 | 1 | 2;
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
  /** Null where the line does not say: another line of the request may. */
  readonly model: string | null;
  readonly speed: 'standard' | 'fast' | null;
  readonly geo: 'us' | 'other' | null;
  readonly webSearches: number | null;
  readonly iterations: readonly Iteration[] | null;
  /** Logged cost in nano-USD (`costUSD`); null = none. */
  readonly logged: number | null;
  readonly hasStopReason: boolean;
  readonly at: number | null;
  readonly sessionId: string | null;
  /** The session whose request this line says it copies (`requestSessionId`, else `forkedFrom.sessionId`). */
  readonly origin: string | null;
  /** The copy carries `forkedFrom` (a branch, whose client count restarts at 0). */
  readonly branched: boolean;
  readonly sidechain: boolean;
  /** Number of refused fields (negative, fractional, too large, not a number). */
  readonly flagged: number;
}

/** Facts about a session that stand on lines of any kind. Absent = the line does not say. */
export interface SessionLine {
  readonly sessionId: string;
  readonly at: number | null;
  readonly sidechain: boolean;
  /** It says nothing beyond place, version and origin, as nearly all lines: runs of such lines are learned at once. */
  readonly isPlain: boolean;
  readonly cwd?: string;
  readonly branch?: string;
  readonly version?: string;
  /** Titles: text of a person or a model, hostile. */
  readonly customTitle?: string;
  readonly aiTitle?: string;
  readonly agentName?: string;
  /** The client's own running total, nano-USD. */
  readonly clientCost?: number;
  /** Where the session moved to, or came from, for project identity (rule 15). */
  readonly relocatedCwd?: string;
  readonly originalCwd?: string;
  /** Tokens in the context after a compaction; null = not said. */
  readonly compactedTo?: number | null;
  /** Code of a failed request, and when a usage limit resets (epoch ms). */
  readonly error?: string;
  readonly limitResetsAt?: number;
  /** The session this one was forked or branched from. */
  readonly forkedFrom?: string;
}

export interface PromptLine {
  readonly uuid: string;
  readonly sessionId: string;
  readonly at: number | null;
}

/** Everything a line can tell. `rejected` counts, the rest of the line's objects still count. */
export interface LineFacts {
  usage: UsageLine | null;
  session: SessionLine | null;
  prompt: PromptLine | null;
}
