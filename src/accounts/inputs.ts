import { isActive, type State as SessionState } from '../sessions/states.ts';

/* What this folder is told by others, as plain data. Times are epoch ms; null is unknown. */

export { isActive, type SessionState };

/** Who is paid: an account of the client's maker, or a provider (D-4). */
export type AccountKind = 'subscription' | 'api-key' | 'bedrock' | 'vertex' | 'foundry' | 'gateway' | 'unknown';

/** What is known of the account a session runs under (hook journal and statusline capture, §2.11). */
export interface Evidence {
  /** Real path of the Claude directory. */
  readonly configDir: string;
  /** `CLAUDE_AUTH_PROFILE`, as the hook or statusline saw it. */
  readonly profileEnv?: string | null;
  /** `CLAUDE_ALIAS` or `CLAUDE_LAUNCH_ALIAS`. */
  readonly alias?: string | null;
  readonly cwd?: string | null;
  /** Provider kind by the presence of variables. */
  readonly kind?: AccountKind | null;
  /** Salted hash of account and organisation id, 16 hex. */
  readonly account?: string | null;
  /** Hint of AP-3, `t1:…`. */
  readonly fingerprint?: string | null;
}

export interface ModelSample {
  readonly id: string;
  readonly name: string;
  readonly at: number;
}

export interface ContextSample {
  readonly at: number;
  /** The client's own per cent of the full window. */
  readonly usedPercent: number | null;
  readonly windowSize: number | null;
  /** input + cache creation + cache read. */
  readonly tokens: number | null;
}

export interface GitState {
  readonly branch: string;
  readonly ahead: number;
  readonly behind: number;
  readonly dirty: number;
  readonly at: number;
}

/** One session as the live session model, transcripts and ledger see it. */
export interface SessionInput {
  readonly id: string;
  readonly state: SessionState;
  /** Proven by the process registry; null = not known. */
  readonly alive: boolean | null;
  /** Directory at the session's start. */
  readonly cwd: string;
  readonly evidence: Evidence;
  readonly tmuxPane?: string | null;
  readonly clientVersion?: string | null;
  readonly firstSeen?: number | null;
  /** The newest evidence of any kind. */
  readonly lastActivity: number;
  /** The newest main-thread hook or statusline event that shows work; null = none seen (SH-3). */
  readonly lastEvent?: number | null;
  /** Main-thread responses seen so far, in hooks or transcript. */
  readonly responsesSeen?: number;
  /** null: no transcript is named yet. `mtime` null: it does not exist. */
  readonly transcript: {
    readonly path: string;
    readonly sizeBytes: number;
    readonly mtime: number | null;
    readonly messageCount: number;
    readonly lastMessageAt: number | null;
    /** Only with `privacy.preview`. */
    readonly preview?: string | null;
  } | null;
  readonly cacheWarmth?: 'warm' | 'cold' | 'unknown';
  readonly model: { readonly capture: ModelSample | null; readonly transcript: ModelSample | null; readonly settings: string | null };
  readonly context: {
    readonly client: ContextSample | null;
    readonly lastRequest: ContextSample | null;
    readonly compaction: {
      readonly at: number;
      readonly preTokens: number | null;
      readonly postTokens: number | null;
      readonly automatic: boolean;
    } | null;
    /** Window of the model's row in tokens. */
    readonly modelSize: number | null;
  };
  readonly git: GitState | null;
  readonly gitRemote?: string | null;
  readonly repoName?: string | null;
  /** null = not scanned. */
  readonly secretTypes: readonly string[] | null;
  /** USD and tokens of this session alone, from the ledger (SH-11). */
  readonly usage: {
    readonly costUSD: number | null;
    readonly source: 'official' | 'measured' | 'unknown';
    readonly tokens: number | null;
    readonly usdPerHour: number | null;
  } | null;
}

/** A statement of the server about one quota window of one identity. `resetsAt` in epoch **seconds**. */
export interface QuotaSample {
  readonly used: number;
  readonly resetsAt: number;
  readonly at: number;
}

/** Sums of one profile, from the ledger. */
export interface ProfileUsage {
  /** USD since local midnight. */
  readonly costToday: number | null;
  readonly usdPerHour: number | null;
  readonly tokensPerMinute: number | null;
  /** The running 5-hour window; null when none is open. */
  readonly window: {
    readonly startedAt: number;
    readonly endsAt: number;
    readonly tokens: number;
    readonly costUSD: number | null;
    readonly source: 'official' | 'estimated' | 'configured';
  } | null;
  readonly fiveHour: readonly QuotaSample[];
  readonly sevenDay: readonly QuotaSample[];
  /** ms of the newest evidence behind these numbers; null = none. */
  readonly at: number | null;
}
