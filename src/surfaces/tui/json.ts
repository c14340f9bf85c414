import type { AccountView, Amounts, BurnRate, ProjectView, QuotaView, SessionView, Snapshot, WindowView } from '../../monitor/snapshot.ts';
import { verdictText } from '../../monitor/verdict.ts';
import type { NanoUsd } from '../../pricing/types.ts';
import { usdExact } from '../../text/format.ts';
import type { Figure } from '../../usage/source.ts';

const dollars = (cost: NanoUsd | null): number | null => (cost === null ? null : usdExact(cost));

const instant = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const figure = ({ value, source, at }: Figure) => ({ value, source, at: instant(at) });

/** Token kinds and sums under the names reports use (D-3). `costUSD` null = unknown; with `costIsLowerBound` at least this much. */
const amounts = (sum: Amounts) => ({
  inputTokens: sum.tokens.input,
  outputTokens: sum.tokens.output,
  cacheCreation5mTokens: sum.tokens.cacheWrite5m,
  cacheCreation1hTokens: sum.tokens.cacheWrite1h,
  cacheReadTokens: sum.tokens.cacheRead,
  totalTokens: sum.all,
  workTokens: sum.work,
  requests: sum.requests,
  costUSD: dollars(sum.cost),
  costIsLowerBound: sum.costIsLowerBound,
  outputIsLowerBound: sum.outputIsLowerBound,
});

const burn = (rate: BurnRate) => ({
  workTokensPerMinute: rate.work,
  tokensPerMinute: rate.all,
  usdPerHour: dollars(rate.costPerHour),
});

const sessionJson = (session: SessionView) => ({
  sessionId: session.id,
  name: session.name,
  project: session.project,
  projectPath: session.projectPath,
  branch: session.branch,
  account: session.account,
  model: session.model,
  state: session.state,
  stateSource: session.stateSource,
  stateSeenAt: instant(session.stateSeenAt),
  since: instant(session.since),
  alive: session.alive,
  stale: session.stale,
  waiting:
    session.waiting === null ? null : { for: session.waiting.for, tool: session.waiting.tool, since: instant(session.waiting.since) },
  // The tool alone: its target is shown, never written (LV-52).
  lastTool: session.lastAction?.tool ?? session.lastTool,
  agents: session.agents.active,
  shells: session.shells,
  processes: session.processes.map(({ pid, kind }) => ({ pid, kind })),
  tags: session.tags,
  contextPercent: figure(session.contextPercent),
  startedAt: instant(session.startedAt),
  windowStartedAt: instant(session.windowStartedAt),
  lastAt: instant(session.lastAt),
  lastError: session.lastError,
  sharePercent: session.share,
  points: figure(session.points),
  severity: session.severity,
  shareBasis: session.shareBasis,
  burn: burn(session.burnNow),
  window: amounts(session.window),
  total: amounts(session.total),
  subagents: amounts(session.subagents),
});

const projectJson = (project: ProjectView) => ({
  name: project.name,
  path: project.path,
  sharePercent: project.share,
  startedAt: instant(project.startedAt),
  sessions: project.sessions,
  activeSessions: project.activeSessions,
  severity: project.severity,
  burn: burn(project.burnNow),
  window: amounts(project.window),
});

const quotaJson = (quota: QuotaView) => ({
  usedPercent: figure(quota.usedPercent),
  stale: quota.stale,
  resetsAt: instant(quota.resetsAt),
  reservePoints: quota.reserve,
});

const accountJson = (account: AccountView) => ({
  id: account.id,
  label: account.label,
  window: account.window === null ? null : windowJson(account.window),
  weekly: account.weekly === null ? null : quotaJson(account.weekly),
  limit: account.window?.limit ?? null,
  sessions: account.sessions,
});

const windowJson = (window: WindowView) => ({
  account: window.account,
  start: instant(window.start),
  end: instant(window.end),
  source: window.source,
  uncertaintyMinutes: window.uncertaintyMinutes,
  usedPercent: figure(window.usedPercent),
  stale: window.stale,
  reservePoints: window.reserve,
  limit: window.limit,
  burn: burn(window.burnNow),
  pace: burn(window.burnPace),
  projection:
    window.projection === null
      ? null
      : {
          tokens: window.projection.tokens,
          low: window.projection.low,
          high: window.projection.high,
          costUSD: dollars(window.projection.cost),
          calibrated: window.projection.calibrated,
          limitAt: instant(window.projection.limitAt),
        },
  percentProjection:
    window.percentProjection === null
      ? null
      : {
          percent: window.percentProjection.percent,
          low: window.percentProjection.low,
          high: window.percentProjection.high,
          limitAt: instant(window.percentProjection.limitAt),
        },
  amounts: amounts(window.amounts),
});

/**
 * The snapshot as a JSON document with stable key names (LV-132): times RFC 3339 in UTC, costs in dollars, unknown `null`.
 * While history is still read (`meta.reading`) sums are those read so far.
 */
export function snapshotJson(snapshot: Snapshot) {
  const { combined, verdict } = snapshot;
  const style = { width: Number.POSITIVE_INFINITY, now: snapshot.takenAt, zone: snapshot.timezone };
  return {
    schemaVersion: snapshot.schemaVersion,
    takenAt: instant(snapshot.takenAt),
    timezone: snapshot.timezone,
    verdict: {
      text: verdictText(verdict, style),
      needsYou: verdict.needsYou,
      failed: verdict.failed,
      limited: verdict.limited,
      working: verdict.working,
      yourTurn: verdict.yourTurn,
      active: verdict.active,
    },
    accounts: snapshot.accounts.map(accountJson),
    windows: snapshot.windows.map(windowJson),
    combined: {
      ...amounts(combined),
      burn: burn(combined.burnNow),
      pace: burn(combined.burnPace),
      severity: combined.severity,
      today: amounts(combined.today),
      limit: combined.limit,
    },
    sessions: snapshot.sessions.map(sessionJson),
    projects: snapshot.projects.map(projectJson),
    models: snapshot.models.map((entry) => ({
      model: entry.model,
      sharePercent: entry.share,
      sessions: entry.sessions,
      window: amounts(entry.window),
    })),
    warnings: snapshot.warnings.map(({ level, severity, rule, since, sessionId, text }) => ({
      level,
      severity,
      rule,
      since: instant(since),
      sessionId,
      text,
    })),
    meta: { demo: snapshot.demo, ...snapshot.ingest },
  };
}

export type SnapshotJson = ReturnType<typeof snapshotJson>;
