import type { Billing, Profile, ProfileExtra, ProfileThresholds, QuotaWindow, RuntimeSession, RuntimeState } from './contracts.ts';

/* One reader for every shape of runtime state that was ever written (ST-1, MG-7): missing blocks, numeric strings, `health` as a word, odd methods. */

export type Raw = Readonly<Record<string, unknown>>;

export const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
const part = (raw: Raw, key: string): Raw => (isRaw(raw[key]) ? raw[key] : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');
const flag = (value: unknown): boolean => value === true || value === 'true';
const texts = (value: unknown): readonly string[] => list(value).filter((item) => typeof item === 'string');

/** A number, also one written as text; null for anything else. */
export function numberOrNull(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !/^\s*-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value)) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
const number = (value: unknown): number => numberOrNull(value) ?? 0;

/** `13:00` is a number (780) to YAML 1.1 and text to 1.2; both mean the same time. */
function clockText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= 24 * 60) return '';
  return `${String(Math.floor(value / 60)).padStart(2, '0')}:${String(value % 60).padStart(2, '0')}`;
}

/** The nine fields as they are; a missing `lastFetched` is 0, which is long ago, not now (MG-1). */
export function readBilling(value: unknown): Billing {
  const raw = isRaw(value) ? value : {};
  return {
    costToday: number(raw.costToday),
    burnRatePerHour: number(raw.burnRatePerHour),
    budgetRemaining: number(raw.budgetRemaining),
    budgetPercentUsed: number(raw.budgetPercentUsed),
    resetTime: clockText(raw.resetTime),
    totalTokens: number(raw.totalTokens),
    tokensPerMinute: numberOrNull(raw.tokensPerMinute),
    // Freshness is the reader's arithmetic: what the file says about it is not looked at (ST-12).
    isFresh: false,
    lastFetched: number(raw.lastFetched),
  };
}

function readThresholds(value: unknown): ProfileThresholds | undefined {
  if (!isRaw(value)) return undefined;
  const known = ['budgetWarningPercent', 'contextWarningPercent', 'costWarningUSD'] as const;
  return Object.fromEntries(
    // NaN stands for a value that is none, so that it can be named to its person (ST-15).
    known.flatMap((key) => (value[key] === undefined ? [] : [[key, numberOrNull(value[key]) ?? Number.NaN]])),
  ) as ProfileThresholds;
}

function readQuotaWindow(value: unknown): QuotaWindow | null {
  if (!isRaw(value)) return null;
  const usedPercent = numberOrNull(value.usedPercent);
  const resetsAt = numberOrNull(value.resetsAt);
  if (usedPercent === null || resetsAt === null) return null;
  const source = value.source === 'official' || value.source === 'configured' ? value.source : 'estimated';
  return { usedPercent, resetsAt, at: number(value.at), source };
}

const KINDS = new Set(['subscription', 'api-key', 'bedrock', 'vertex', 'foundry', 'gateway']);

function readExtra(value: unknown): ProfileExtra | undefined {
  if (!isRaw(value)) return undefined;
  const quota = part(value, 'quota');
  const window = part(value, 'window');
  const kind = text(value.kind);
  return {
    quota: { fiveHour: readQuotaWindow(quota.fiveHour), sevenDay: readQuotaWindow(quota.sevenDay) },
    window: {
      costUSD: numberOrNull(window.costUSD),
      startedAt: numberOrNull(window.startedAt),
      source: text(window.source) || 'unknown',
    },
    identity: text(value.identity) || null,
    kind: KINDS.has(kind) ? (kind as ProfileExtra['kind']) : 'unknown',
    ...(typeof value.mergedInto === 'string' && value.mergedInto !== '' ? { mergedInto: value.mergedInto } : {}),
    ...(Array.isArray(value.mergedSessions) ? { mergedSessions: texts(value.mergedSessions) } : {}),
  };
}

/** Null for an entry without an id: it is left alone in the file. */
export function readProfile(value: unknown): Profile | null {
  if (!isRaw(value)) return null;
  const profileId = text(value.profileId);
  if (profileId === '') return null;
  const metadata = part(value, 'metadata');
  const thresholds = readThresholds(value.thresholds);
  const tidemark = readExtra(value.tidemark);
  return {
    profileId,
    label: text(value.label) || profileId,
    ...(Array.isArray(value.aliases) ? { aliases: texts(value.aliases) } : {}),
    ...(Array.isArray(value.pathPatterns) ? { pathPatterns: texts(value.pathPatterns) } : {}),
    ...(thresholds === undefined ? {} : { thresholds }),
    ...(typeof value.billingFingerprint === 'string' ? { billingFingerprint: value.billingFingerprint } : {}),
    billing: readBilling(value.billing),
    metadata: {
      detectionMethod: text(metadata.detectionMethod) || 'auto',
      firstSeen: number(metadata.firstSeen),
      lastUsed: number(metadata.lastUsed),
      totalSessions: number(metadata.totalSessions),
    },
    ...(tidemark === undefined ? {} : { tidemark }),
  };
}

/** Null for an entry without an id. */
export function readSession(value: unknown): RuntimeSession | null {
  if (!isRaw(value)) return null;
  const sessionId = text(value.sessionId);
  if (sessionId === '') return null;
  const health = isRaw(value.health) ? value.health : { status: value.health };
  const [model, context, git] = [part(value, 'model'), part(value, 'context'), part(value, 'git')];
  const [transcript, alerts, metadata] = [part(value, 'transcript'), part(value, 'alerts'), part(value, 'metadata')];
  return {
    sessionId,
    authProfile: text(value.authProfile) || 'default',
    projectPath: text(value.projectPath),
    transcriptPath: text(value.transcriptPath),
    health: { status: text(health.status) || 'unknown', lastUpdate: number(health.lastUpdate), issues: texts(health.issues) },
    model: {
      value: text(model.value) || (typeof value.model === 'string' ? value.model : ''),
      source: text(model.source) || 'default',
      confidence: number(model.confidence),
    },
    context: {
      tokensUsed: number(context.tokensUsed),
      tokensLeft: number(context.tokensLeft),
      percentUsed: number(context.percentUsed),
      windowSize: number(context.windowSize),
      nearCompaction: flag(context.nearCompaction),
    },
    git: {
      branch: text(git.branch),
      ahead: number(git.ahead),
      behind: number(git.behind),
      dirty: number(git.dirty),
      lastChecked: number(git.lastChecked),
    },
    transcript: {
      exists: flag(transcript.exists),
      sizeBytes: number(transcript.sizeBytes),
      lastModified: number(transcript.lastModified),
      lastModifiedAgo: text(transcript.lastModifiedAgo),
      messageCount: number(transcript.messageCount),
      lastMessagePreview: text(transcript.lastMessagePreview),
      isSynced: flag(transcript.isSynced),
    },
    alerts: {
      secretsDetected: flag(alerts.secretsDetected),
      transcriptStale: flag(alerts.transcriptStale),
      dataLossRisk: flag(alerts.dataLossRisk),
    },
    metadata: { gatheredAt: number(metadata.gatheredAt), lastActivity: number(metadata.lastActivity) },
  };
}

function distinct<T>(items: readonly (T | null)[], id: (item: T) => string): readonly T[] {
  const byId = new Map<string, T>();
  for (const item of items) if (item !== null && !byId.has(id(item))) byId.set(id(item), item);
  return [...byId.values()];
}

/** The state in a parsed file. The caller has checked that the top level is a map with lists where lists belong. */
export function readState(value: unknown): RuntimeState {
  const raw = isRaw(value) ? value : {};
  const metadata = part(raw, 'metadata');
  return {
    authProfiles: distinct(list(raw.authProfiles).map(readProfile), (profile) => profile.profileId),
    sessions: distinct(list(raw.sessions).map(readSession), (session) => session.sessionId),
    metadata: {
      version: text(metadata.version) || '1.0',
      lastUpdated: number(metadata.lastUpdated),
      totalAuthProfiles: number(metadata.totalAuthProfiles),
      totalActiveSessions: number(metadata.totalActiveSessions),
    },
  };
}
