import type { AccountKind, SessionState } from './inputs.ts';

/* The files of the session-health folder, field by field (session-state §2.4–2.7). Times are epoch ms unless said, money is USD, tokens are integers. */

/** One per profile. Legacy fields are never null: unknown is 0 or "" (§2). */
export interface Billing {
  /** USD since local midnight, API-equivalent (D-14). */
  readonly costToday: number;
  /** USD/h, D-28 "now". */
  readonly burnRatePerHour: number;
  /** Minutes to the reset of the 5-hour window; 0 when unknown. */
  readonly budgetRemaining: number;
  /** Per cent of the window's time elapsed, floor; 0 when unknown. */
  readonly budgetPercentUsed: number;
  /** "HH:MM" UTC; "" when unknown. */
  readonly resetTime: string;
  /** All four kinds in the running 5-hour window. */
  readonly totalTokens: number;
  /** All tokens per minute, D-28 "now"; null when no window is open. */
  readonly tokensPerMinute: number | null;
  /** True at the time of writing only. Never read back (ST-12). */
  readonly isFresh: boolean;
  /** ms of the newest evidence behind these numbers. */
  readonly lastFetched: number;
}

export type QuotaSource = 'official' | 'estimated' | 'configured';

export interface QuotaWindow {
  /** 0 … 100. */
  readonly usedPercent: number;
  /** Epoch **seconds**. */
  readonly resetsAt: number;
  readonly at: number;
  readonly source: QuotaSource;
}

export interface ProfileThresholds {
  readonly budgetWarningPercent?: number;
  readonly contextWarningPercent?: number;
  readonly costWarningUSD?: number;
}

/** What we add to a profile. `mergedInto` is the tombstone of AP-11. */
export interface ProfileExtra {
  readonly quota: { readonly fiveHour: QuotaWindow | null; readonly sevenDay: QuotaWindow | null };
  readonly window: { readonly costUSD: number | null; readonly startedAt: number | null; readonly source: string };
  /** Salted hash, never an address. */
  readonly identity: string | null;
  readonly kind: AccountKind;
  readonly mergedInto?: string;
  readonly mergedSessions?: readonly string[];
}

export interface Profile {
  readonly profileId: string;
  readonly label: string;
  readonly aliases?: readonly string[];
  readonly pathPatterns?: readonly string[];
  readonly thresholds?: ProfileThresholds;
  readonly billingFingerprint?: string;
  readonly billing: Billing;
  readonly metadata: {
    readonly detectionMethod: string;
    readonly firstSeen: number;
    readonly lastUsed: number;
    readonly totalSessions: number;
  };
  readonly tidemark?: ProfileExtra;
}

export interface RuntimeSession {
  readonly sessionId: string;
  readonly authProfile: string;
  readonly projectPath: string;
  readonly transcriptPath: string;
  readonly health: { readonly status: string; readonly lastUpdate: number; readonly issues: readonly string[] };
  readonly model: { readonly value: string; readonly source: string; readonly confidence: number };
  readonly context: {
    readonly tokensUsed: number;
    readonly tokensLeft: number;
    readonly percentUsed: number;
    readonly windowSize: number;
    readonly nearCompaction: boolean;
  };
  readonly git: {
    readonly branch: string;
    readonly ahead: number;
    readonly behind: number;
    readonly dirty: number;
    readonly lastChecked: number;
  };
  readonly transcript: {
    readonly exists: boolean;
    readonly sizeBytes: number;
    readonly lastModified: number;
    readonly lastModifiedAgo: string;
    readonly messageCount: number;
    readonly lastMessagePreview: string;
    readonly isSynced: boolean;
  };
  readonly alerts: { readonly secretsDetected: boolean; readonly transcriptStale: boolean; readonly dataLossRisk: boolean };
  readonly metadata: { readonly gatheredAt: number; readonly lastActivity: number };
}

export interface RuntimeState {
  readonly authProfiles: readonly Profile[];
  readonly sessions: readonly RuntimeSession[];
  readonly metadata: {
    readonly version: string;
    readonly lastUpdated: number;
    readonly totalAuthProfiles: number;
    readonly totalActiveSessions: number;
  };
}

export type LegacyMethod = 'env' | 'path' | 'fingerprint' | 'default';
export type HealthStatus = 'healthy' | 'warning' | 'critical' | 'unknown';

/** `session-health/<session-id>.json` (§2.4). */
export interface SessionHealth {
  readonly sessionId: string;
  readonly projectPath: string;
  readonly transcriptPath: string;
  readonly launch: {
    readonly authProfile: string;
    readonly detectionMethod: LegacyMethod;
    readonly launchAlias?: string;
    readonly configDir?: string;
    readonly tmuxPaneId?: string;
  };
  readonly health: { readonly status: HealthStatus; readonly lastUpdate: number; readonly issues: readonly string[] };
  readonly transcript: RuntimeSession['transcript'] & {
    readonly lastMessageTime: number;
    readonly lastMessageAgo: string;
    readonly cacheWarmth: 'warm' | 'cold' | 'unknown';
  };
  readonly model: {
    readonly value: string;
    readonly id?: string;
    readonly source: 'transcript' | 'jsonInput' | 'settings' | 'default';
    readonly confidence: number;
    readonly updatedAt?: number;
  };
  readonly context: RuntimeSession['context'] & { readonly updatedAt?: number };
  readonly git: RuntimeSession['git'];
  readonly billing: Billing & { readonly sessionCost?: number; readonly sessionTokens?: number; readonly sessionBurnRate?: number };
  readonly alerts: RuntimeSession['alerts'] & { readonly secretTypes: readonly string[] };
  readonly cliVersion?: string;
  readonly project?: { readonly gitRemote?: string; readonly repoName?: string };
  readonly gatheredAt: number;
  readonly firstSeen?: number;
  readonly sessionDuration?: number;
  readonly tidemark: {
    readonly schema: 1;
    readonly state: SessionState;
    readonly contextKnown: boolean;
    readonly percentToCompaction: number | null;
    readonly compactionSource: 'measured' | 'estimated' | 'unknown';
    readonly costSource: string;
    readonly secretsScanned: boolean;
    /** How the profile was found, and the newest sign of life: what a rebuild of the aggregates needs. */
    readonly method: string;
    readonly confidence: number;
    readonly lastActivity: number;
  };
}

/** `session-health/billing-shared.json` (§2.6). */
export type BillingShared = Billing & { readonly profileId: string; readonly tidemark: { readonly schema: 1 } };

/** `session-health/sessions.json` (§2.7). */
export interface SessionsSummary {
  readonly lastUpdated: number;
  readonly activeSessions: number;
  readonly totalSessions: number;
  readonly sessions: readonly {
    readonly sessionId: string;
    readonly projectPath: string;
    readonly shortName: string;
    readonly health: string;
    readonly lastActivity: number;
    readonly lastActivityAgo: string;
    readonly model: string;
    readonly transcriptSynced: boolean;
  }[];
  readonly global: { readonly totalCostToday: number; readonly burnRatePerHour: number; readonly budgetRemaining: number };
  readonly alerts: {
    readonly sessionsWithSecrets: readonly string[];
    readonly sessionsAtRisk: readonly string[];
    readonly sessionsNearCompaction: readonly string[];
  };
}

export const NO_BILLING: Billing = {
  costToday: 0,
  burnRatePerHour: 0,
  budgetRemaining: 0,
  budgetPercentUsed: 0,
  resetTime: '',
  totalTokens: 0,
  tokensPerMinute: null,
  isFresh: false,
  lastFetched: 0,
};

export const EMPTY_STATE: RuntimeState = {
  authProfiles: [],
  sessions: [],
  metadata: { version: '1.0', lastUpdated: 0, totalAuthProfiles: 0, totalActiveSessions: 0 },
};

/** A profile nobody has said anything about yet. */
export const newProfile = (profileId: string, label: string, detectionMethod: 'auto' | 'manual', now: number): Profile => ({
  profileId,
  label,
  billing: NO_BILLING,
  metadata: { detectionMethod, firstSeen: now, lastUsed: now, totalSessions: 0 },
});
