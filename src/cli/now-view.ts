import { monitorLink } from '../app/monitor-link.ts';
import { matches } from '../ledger/queries/filters.ts';
import { startMonitor } from '../monitor/monitor.ts';
import type { AccountView, SessionView, Snapshot } from '../monitor/snapshot.ts';
import { NO_COST_THRESHOLDS } from '../monitor/warnings.ts';
import { setLimits } from '../usage/limit.ts';
import type { OpenReport } from './open-report.ts';
import type { Scope } from './scope.ts';

/** The state of now, narrowed to what was asked for. */
export interface NowView {
  readonly open: OpenReport;
  readonly snapshot: Snapshot;
  /** Listed sessions (D-37) in the scope. */
  readonly sessions: readonly SessionView[];
  /** What the person narrowed it by. */
  readonly given: ReadonlySet<Scope>;
  /** Accounts in the scope, the one nearest its limit first. */
  readonly accounts: readonly AccountView[];
}

/** One Snapshot over the ledger that is open, as `live --once` makes it: nothing keeps running. */
async function takeSnapshot({ app, ready, request, context }: OpenReport): Promise<Snapshot> {
  using link = await monitorLink(app, { publishes: false });
  const { config, paths, clock } = app;
  const monitor = startMonitor({
    ledger: ready.ledger,
    claudeDirs: paths.claudeDirs,
    clock,
    refreshInterval: config.live.refreshInterval,
    workers: 0,
    stateDir: paths.stateDir,
    actions: config.privacy.actions,
    ...link.options,
    snapshot: {
      zone: request.zone,
      burn: config.burn,
      limits: setLimits(null, config.limits),
      limitCount: config.limits.count,
      cost: NO_COST_THRESHOLDS,
      demo: false,
      plan: config.limits.plan,
    },
    state: {
      mode: context.mode,
      aliases: config.projects.aliases,
      projects: config.projects.include,
      excludeProjects: config.projects.exclude,
      floorMs: config.window.floor,
      lengthMs: config.window.hours * 3_600_000,
    },
    watch: config.watch,
  });
  try {
    await monitor.ready;
    return monitor.get();
  } finally {
    monitor.close();
  }
}

export async function nowView(open: OpenReport, given: ReadonlySet<Scope>): Promise<NowView> {
  const snapshot = await takeSnapshot(open);
  const { sessions, accounts } = snapshot;
  const { filter } = open.request;
  const ids = open.context.filter.sessions;
  const known = new Map([...open.context.directory.sessions.values()].map((info) => [info.sessionId, info.id]));
  const taken = ids === null ? null : new Set(ids);
  const isTaken = (session: SessionView): boolean => {
    if (taken === null) return true;
    const id = known.get(session.id);
    return id === undefined ? isUnwrittenTaken(session, open) : taken.has(id);
  };
  return {
    open,
    snapshot,
    sessions: sessions.filter(isTaken),
    given,
    accounts: accounts.filter(({ id, label }) => matches(filter.accounts, [id, label])),
  };
}

/** A session that runs and has said nothing yet is in no ledger: its own fields decide. */
function isUnwrittenTaken(session: SessionView, { request: { filter } }: OpenReport): boolean {
  const { projects, excludeProjects, accounts, sessions, tags, branches } = filter;
  return (
    matches(projects, [session.project, session.projectPath]) &&
    (excludeProjects.length === 0 || !matches(excludeProjects, [session.project, session.projectPath])) &&
    matches(accounts, [session.account]) &&
    matches(sessions, [session.id, session.name]) &&
    matches(tags, session.tags) &&
    matches(branches, [session.branch ?? ''])
  );
}
