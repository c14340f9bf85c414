/* What a session's statusline is told, and what is kept of it (session-state §2.11). Plain data. */

export const CAPTURE_VERSION = 1;

export type QuotaName = 'five_hour' | 'seven_day' | 'spend_limit';
export const QUOTA_NAMES: readonly QuotaName[] = ['five_hour', 'seven_day', 'spend_limit'];

/** One statement of the server. `used` percent, `resetsAt` epoch **seconds**, `at` epoch ms of the run in which it was last new (SL-10). */
export interface QuotaReading {
  readonly used: number;
  readonly resetsAt: number;
  readonly at: number;
}

export interface CaptureIdentity {
  readonly configDir: string;
  readonly profileEnv?: string;
  readonly alias?: string;
  /** From the presence of variables, or `subscription` where the client hands out quota (AP-1). */
  readonly kind: string;
  readonly pid?: number;
}

export interface CaptureContext {
  /** Tokens in the context; null = not said. */
  readonly used: number | null;
  readonly size: number | null;
  /** The client's own percentage; null before the first answer and right after a compaction. */
  readonly percent: number | null;
}

/** The client's own sum for this session, never to be added over sessions. */
export interface CaptureCost {
  readonly usd: number | null;
  readonly apiMs: number | null;
  readonly durationMs: number | null;
  readonly linesAdded: number | null;
  readonly linesRemoved: number | null;
}

/** What one run of the statusline was told, checked and bounded. Texts are as the client gave them: hostile. */
export interface CaptureFacts {
  readonly sessionId: string;
  readonly configDir: string;
  readonly version: string | null;
  readonly cwd: string | null;
  readonly transcriptPath: string | null;
  readonly sessionName: string | null;
  readonly model: { readonly id: string; readonly name: string } | null;
  readonly context: CaptureContext;
  readonly cost: CaptureCost;
  readonly cache: { readonly warm: boolean; readonly expiresAt: number | null; readonly hitRatio: number | null } | null;
  readonly effort: string | null;
  readonly identity: CaptureIdentity;
}

export interface Capture extends CaptureFacts {
  readonly v: number;
  /** Epoch ms of the run. */
  readonly at: number;
  readonly quota: Readonly<Partial<Record<QuotaName, QuotaReading>>>;
  /** Statements refused because they cannot be true, over the life of the session (AP-8). */
  readonly rejected: number;
  /** The line as it was printed, without colours. */
  readonly lastLine: string;
  /** What of this was published last, as a hash (SL-27); absent = nothing. */
  readonly published?: string;
}
