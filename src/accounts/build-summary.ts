import { basename } from 'node:path';
import { RECENT_MS } from './constants.ts';
import type { Profile, RuntimeSession, SessionsSummary } from './contracts.ts';
import { agoText } from './health.ts';

/** `sessions.json` (§2.7, SH-8): newest first; money summed once per profile; minutes to the earliest reset, 0 when none is known. Pure. */
export function buildSessionsSummary(
  sessions: readonly RuntimeSession[],
  profiles: readonly Profile[],
  /** Ids of sessions whose process is known to live. */
  alive: ReadonlySet<string>,
  now: number,
): SessionsSummary {
  const newest = [...sessions].sort((a, b) => b.metadata.lastActivity - a.metadata.lastActivity || (a.sessionId < b.sessionId ? -1 : 1));
  const isRecent = ({ metadata }: RuntimeSession): boolean => now - metadata.lastActivity < RECENT_MS;
  const used = new Set(sessions.map(({ authProfile }) => authProfile));
  const billings = profiles.filter(({ profileId }) => used.has(profileId)).map(({ billing }) => billing);
  const left = billings.map(({ budgetRemaining }) => budgetRemaining).filter((minutes) => minutes > 0);
  const ids = (is: (session: RuntimeSession) => boolean): string[] => newest.filter(is).map(({ sessionId }) => sessionId);
  return {
    lastUpdated: now,
    activeSessions: sessions.filter((session) => alive.has(session.sessionId) || isRecent(session)).length,
    totalSessions: sessions.length,
    sessions: newest.map((session) => ({
      sessionId: session.sessionId,
      projectPath: session.projectPath,
      shortName: basename(session.projectPath),
      health: session.health.status,
      lastActivity: session.metadata.lastActivity,
      lastActivityAgo: agoText(session.metadata.lastActivity, now),
      model: session.model.value,
      transcriptSynced: session.transcript.isSynced,
    })),
    global: {
      totalCostToday: sum(billings.map(({ costToday }) => costToday)),
      burnRatePerHour: sum(billings.map(({ burnRatePerHour }) => burnRatePerHour)),
      budgetRemaining: left.length === 0 ? 0 : Math.min(...left),
    },
    alerts: {
      sessionsWithSecrets: ids(({ alerts }) => alerts.secretsDetected),
      sessionsAtRisk: ids(({ alerts }) => alerts.dataLossRisk),
      sessionsNearCompaction: ids(({ context }) => context.nearCompaction),
    },
  };
}

/** Whole nano-dollars, so that adding leaves no binary noise. */
const sum = (usd: readonly number[]): number => usd.reduce((total, each) => total + Math.round(each * 1e9), 0) / 1e9;
