import { plain } from '../text/plain.ts';
import { redact } from '../text/redact.ts';
import { SYNCED_MS } from './constants.ts';
import { contextHealth } from './context-health.ts';
import { type Billing, NO_BILLING, type Profile, type RuntimeSession, type SessionHealth } from './contracts.ts';
import { agoText, notAfter, sessionHealth, transcriptHealth } from './health.ts';
import { isActive, type SessionInput } from './inputs.ts';
import { modelHealth } from './model-health.ts';
import { METHODS, type Resolution } from './resolve.ts';
import type { Thresholds } from './thresholds.ts';

/** Graphemes a branch, alias or remote may have in a file. */
const MAX_NAME = 200;
const MAX_PREVIEW = 160;

export interface HealthContext {
  readonly profile: Profile;
  readonly resolution: Pick<Resolution, 'profileId' | 'method' | 'confidence'>;
  readonly thresholds: Thresholds;
  /** `context.compactionPercent`. */
  readonly compactionPercent: number;
  /** The profile's numbers are known: a ledger stood behind them. */
  readonly billing: Billing | null;
  /** Epoch ms. */
  readonly now: number;
}

const name = (text: string): string => plain(text, MAX_NAME);

/** `session-health/<id>.json` of one session (§2.4). Pure. */
export function buildHealth(session: SessionInput, context: HealthContext): SessionHealth {
  const { now, profile, resolution, thresholds } = context;
  const { evidence, transcript, git, usage } = session;
  const filled = contextHealth(session.context, context.compactionPercent);
  const facts = { named: transcript !== null, mtime: transcript?.mtime ?? null, lastEvent: session.lastEvent ?? null };
  const billing = context.billing ?? NO_BILLING;
  const health = sessionHealth(
    {
      transcript: { ...facts, responsesSeen: session.responsesSeen ?? transcript?.messageCount ?? 0 },
      secretTypes: session.secretTypes,
      contextPercent: filled.known ? filled.percentUsed : null,
      active: isActive(session.state),
      billingAt: billing.lastFetched,
      quotaPercent: quotaPercent(profile, now),
    },
    thresholds,
    now,
  );
  const { stale, atRisk } = transcriptHealth(facts, thresholds, now);
  const lastActivity = notAfter(session.lastActivity, now);
  return {
    sessionId: session.id,
    projectPath: session.cwd,
    transcriptPath: transcript?.path ?? '',
    launch: {
      authProfile: resolution.profileId,
      detectionMethod: METHODS[resolution.method].legacy,
      ...(evidence.alias ? { launchAlias: name(evidence.alias) } : {}),
      configDir: evidence.configDir,
      ...(session.tmuxPane ? { tmuxPaneId: name(session.tmuxPane) } : {}),
    },
    health: { status: health.status, lastUpdate: now, issues: health.issues },
    transcript: transcriptPart(session, now),
    model: modelHealth(session.model, now),
    context: {
      tokensUsed: filled.tokensUsed,
      tokensLeft: filled.tokensLeft,
      percentUsed: filled.percentUsed,
      windowSize: filled.windowSize,
      nearCompaction: filled.nearCompaction,
      ...(filled.at === null ? {} : { updatedAt: filled.at }),
    },
    git:
      git === null
        ? { branch: '', ahead: 0, behind: 0, dirty: 0, lastChecked: 0 }
        : { branch: name(git.branch), ahead: git.ahead, behind: git.behind, dirty: git.dirty, lastChecked: git.at },
    billing: {
      ...billing,
      ...(usage?.costUSD == null ? {} : { sessionCost: usage.costUSD }),
      ...(usage?.tokens == null ? {} : { sessionTokens: usage.tokens }),
      ...(usage?.usdPerHour == null ? {} : { sessionBurnRate: usage.usdPerHour }),
    },
    alerts: {
      secretsDetected: (session.secretTypes?.length ?? 0) > 0,
      secretTypes: session.secretTypes ?? [],
      transcriptStale: stale,
      dataLossRisk: atRisk,
    },
    ...(session.clientVersion ? { cliVersion: name(session.clientVersion) } : {}),
    ...projectPart(session),
    gatheredAt: now,
    ...(session.firstSeen == null ? {} : { firstSeen: session.firstSeen, sessionDuration: Math.max(0, lastActivity - session.firstSeen) }),
    tidemark: {
      schema: 1,
      state: session.state,
      contextKnown: filled.known,
      percentToCompaction: filled.percentToCompaction,
      compactionSource: filled.compactionSource,
      costSource: usage?.source ?? 'unknown',
      secretsScanned: session.secretTypes !== null,
      method: resolution.method,
      confidence: resolution.confidence,
      lastActivity,
    },
  };
}

function transcriptPart({ transcript, cacheWarmth = 'unknown' }: SessionInput, now: number): SessionHealth['transcript'] {
  const mtime = transcript?.mtime ?? null;
  return {
    exists: mtime !== null,
    sizeBytes: transcript?.sizeBytes ?? 0,
    lastModified: Math.floor(mtime ?? 0),
    lastModifiedAgo: agoText(mtime, now),
    messageCount: transcript?.messageCount ?? 0,
    lastMessageTime: transcript?.lastMessageAt ?? 0,
    lastMessagePreview: transcript?.preview ? plain(redact(transcript.preview), MAX_PREVIEW) : '',
    lastMessageAgo: agoText(transcript?.lastMessageAt ?? null, now),
    cacheWarmth,
    isSynced: mtime !== null && now - mtime < SYNCED_MS,
  };
}

/** User name and password of a remote's address are no part of its name. */
function projectPart({ gitRemote, repoName }: SessionInput): Pick<SessionHealth, 'project'> {
  if (!gitRemote && !repoName) return {};
  return { project: { ...(gitRemote ? { gitRemote: name(redact(gitRemote)) } : {}), ...(repoName ? { repoName: name(repoName) } : {}) } };
}

/** The fuller of the two open windows of an account. */
function quotaPercent({ tidemark }: Profile, now: number): number | null {
  const open = [tidemark?.quota.fiveHour, tidemark?.quota.sevenDay].filter((window) => window != null && window.resetsAt * 1000 > now);
  return open.length === 0 ? null : Math.max(...open.map((window) => window!.usedPercent));
}

/** The session's entry of the runtime state (§2.5). */
export function runtimeSession(health: SessionHealth): RuntimeSession {
  const { transcript, model, context } = health;
  return {
    sessionId: health.sessionId,
    authProfile: health.launch.authProfile,
    projectPath: health.projectPath,
    transcriptPath: health.transcriptPath,
    health: health.health,
    model: { value: model.value, source: model.source, confidence: model.confidence },
    context: {
      tokensUsed: context.tokensUsed,
      tokensLeft: context.tokensLeft,
      percentUsed: context.percentUsed,
      windowSize: context.windowSize,
      nearCompaction: context.nearCompaction,
    },
    git: health.git,
    transcript: {
      exists: transcript.exists,
      sizeBytes: transcript.sizeBytes,
      lastModified: transcript.lastModified,
      lastModifiedAgo: transcript.lastModifiedAgo,
      messageCount: transcript.messageCount,
      lastMessagePreview: transcript.lastMessagePreview,
      isSynced: transcript.isSynced,
    },
    alerts: {
      secretsDetected: health.alerts.secretsDetected,
      transcriptStale: health.alerts.transcriptStale,
      dataLossRisk: health.alerts.dataLossRisk,
    },
    metadata: { gatheredAt: health.gatheredAt, lastActivity: health.tidemark.lastActivity },
  };
}
