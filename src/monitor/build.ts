import { type BurnThresholds, burnStart } from '../usage/burn.ts';
import { dayStartUtc, localDay, zoneSegments } from '../usage/calendar.ts';
import { countTokens, largestWindow, type TokenLimit } from '../usage/limit.ts';
import { inOpenWindow, urgency } from '../usage/membership.ts';
import { type QuotaShares, quotaShares } from '../usage/share.ts';
import { sumOf, sumsBy } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';
import { openWindow, type Window } from '../usage/window.ts';
import { amountsOf, amountsOfEvents, burnNow, burnPace, earliest, groupBy, severityOf } from './amounts.ts';
import { lastSign, type SessionInput, sessionView } from './session-view.ts';
import type { ModelView, ProjectView, SessionView, Snapshot } from './snapshot.ts';
import { type CostThresholds, warningsOf } from './warnings.ts';
import { windowView } from './window-view.ts';
import type { AccountWindows } from './windows.ts';

export interface SnapshotOptions {
  readonly zone: string;
  readonly burn: BurnThresholds;
  readonly tokenLimit: TokenLimit | null;
  /** Which tokens the limit counts (`limits.count`). */
  readonly limitCount: 'all' | 'work';
  readonly cost: CostThresholds;
  readonly demo: boolean;
}

/** Everything a snapshot is made of. Epoch ms. */
export interface SnapshotInput {
  readonly now: number;
  readonly options: SnapshotOptions;
  /** All accounts' requests since {@link retainFrom}, in time order. */
  readonly events: readonly UsageEvent[];
  /** At least the sessions of the events and those with a recent sign of life. */
  readonly sessions: readonly SessionInput[];
  /** First sign of each project with sessions that are not in `sessions`, by root. */
  readonly projectsSince: ReadonlyMap<string, number>;
  readonly windows: readonly AccountWindows[];
  /** Ids of the sessions that a person wants to see; null = all. */
  readonly shown: ReadonlySet<string> | null;
  readonly newSessions: ReadonlyMap<string, number>;
  readonly contextWindow: (model: string) => number | null;
  readonly ingest: Snapshot['ingest'];
}

/** A session without request in the window is listed for so long after its last sign of life. */
export const ALIVE_MS = 10 * 60_000;
const HALF_HOUR_MS = 30 * 60_000;
const ACTIVE: ReadonlySet<string> = new Set(['working', 'compacting', 'needs-permission', 'needs-answer', 'your-turn']);

/** First instant of the local day of `now` (D-27). */
const dayStart = (now: number, zone: string): number => dayStartUtc(localDay(now, zoneSegments(zone, now, now)), zone);

/** Since when requests must be at hand: the open windows, the local day and the longest rate. */
export function retainFrom(now: number, zone: string, windows: readonly AccountWindows[]): number {
  const starts = windows.map((a) => openWindow(a.windows, now)?.start ?? now);
  return Math.min(dayStart(now, zone), now - HALF_HOUR_MS, ...starts);
}

/** The state of everything at `now`, from data alone. Σ sessions = Σ projects = Σ models = combined (D-38). */
export function buildSnapshot(input: SnapshotInput): Snapshot {
  const { now, options, shown } = input;
  const open = new Map(input.windows.map((a) => [a.account, openWindow(a.windows, now)]));
  const isShown = (sessionId: string) => shown === null || shown.has(sessionId);
  const inWindow = input.events.filter((e) => inOpenWindow(e.at, open.get(e.account) ?? null, now));
  const visible = input.events.filter((e) => isShown(e.sessionId));
  const visibleInWindow = inWindow.filter((e) => isShown(e.sessionId));
  const sessions = listSessions(input, open, inWindow, visible);
  const start = earliest([...open.values()].map((w) => w?.start ?? null));
  const t0 = burnStart(start, earliest([...sessions.map((s) => s.startedAt), ...input.projectsSince.values()]));
  const rate = burnNow(visible, now, t0);
  // Wide enough for every request at hand, so that a day costs no call of Intl per request.
  const segments = zoneSegments(options.zone, Math.min(now, input.events[0]?.at ?? now), Math.max(now, input.events.at(-1)?.at ?? now));
  const today = localDay(now, segments);
  const combined: Snapshot['combined'] = {
    ...amountsOfEvents(visibleInWindow),
    burnNow: rate,
    burnPace: burnPace(visible, now, t0),
    severity: severityOf(rate, options.burn),
    today: amountsOfEvents(visible.filter((e) => localDay(e.at, segments) === today)),
    limit: null,
  };
  const figures = {
    takenAt: now,
    sessions,
    combined: { ...combined, limit: combinedLimit(combined, input) },
    projects: projectViews(sessions, visible, input, start),
  };
  return {
    schemaVersion: 1,
    timezone: options.zone,
    demo: options.demo,
    ...figures,
    windows: windowViews(input, open, inWindow),
    models: modelViews(visibleInWindow, combined.all),
    warnings: warningsOf(figures, { burn: options.burn, cost: options.cost, newSessions: input.newSessions }),
    ingest: input.ingest,
  };
}

function combinedLimit(
  combined: Snapshot['combined'],
  { options: { tokenLimit, limitCount }, windows }: SnapshotInput,
): Snapshot['combined']['limit'] {
  if (tokenLimit === null) return null;
  // Over all history, whatever is filtered (D-34).
  const tokens =
    tokenLimit.tokens === 'max'
      ? largestWindow(
          windows.flatMap((a) => a.finished),
          limitCount,
        )
      : tokenLimit.tokens;
  if (tokens === null) return null;
  const used = countTokens(tokenLimit.per === 'day' ? combined.today.tokens : combined.tokens, limitCount);
  return { tokens, per: tokenLimit.per, used, percent: (used / tokens) * 100 };
}

function windowViews({ windows, options, now }: SnapshotInput, open: ReadonlyMap<string, Window | null>, inWindow: readonly UsageEvent[]) {
  const byAccount = groupBy(inWindow, (e) => e.account);
  return windows.flatMap((account) => {
    const window = open.get(account.account) ?? null;
    return window === null
      ? []
      : [
          windowView(
            account,
            window,
            byAccount.get(account.account) ?? [],
            { tokenLimit: options.tokenLimit, count: options.limitCount },
            now,
          ),
        ];
  });
}

/** Shares of local use by session (D-33): over all sessions of the account, shown or not. */
function sharesBySession(inWindow: readonly UsageEvent[]): Map<string, { share: number | null; basis: QuotaShares['basis'] }> {
  const shares = new Map<string, { share: number | null; basis: QuotaShares['basis'] }>();
  for (const events of groupBy(inWindow, (e) => e.account).values()) {
    const sums = [...sumsBy(events, (e) => e.sessionId)];
    const { basis, shares: own } = quotaShares(sums.map(([, sum]) => sum));
    for (const [i, [id]] of sums.entries()) shares.set(id, { share: own[i] ?? null, basis });
  }
  return shares;
}

/** A request whose session is not known still counts, so that the sums agree. */
function unknownSession(id: string, events: readonly UsageEvent[]): SessionInput {
  const first = events[0]!;
  const [firstAt, lastRequestAt] = [first.at, events.at(-1)!.at];
  return {
    sessionId: id,
    name: id.slice(0, 8) || 'unknown',
    project: first.project,
    root: first.project,
    account: first.account,
    facts: {},
    total: sumOf(events),
    firstAt,
    lastRequestAt,
  };
}

function listSessions(
  input: SnapshotInput,
  open: ReadonlyMap<string, Window | null>,
  inWindow: readonly UsageEvent[],
  visible: readonly UsageEvent[],
): SessionView[] {
  const { now, shown } = input;
  const shares = sharesBySession(inWindow);
  const windowEvents = groupBy(inWindow, (e) => e.sessionId);
  const recent = groupBy(visible, (e) => e.sessionId);
  const known = new Map(input.sessions.map((s) => [s.sessionId, s]));
  for (const [id, events] of windowEvents) if (!known.has(id)) known.set(id, unknownSession(id, events));
  const isListed = (s: SessionInput) => windowEvents.has(s.sessionId) || now - (lastSign(s, now) ?? Number.NEGATIVE_INFINITY) <= ALIVE_MS;
  return [...known.values()]
    .filter((s) => (shown === null || shown.has(s.sessionId)) && isListed(s))
    .map((s) =>
      sessionView(s, {
        now,
        window: open.get(s.account) ?? null,
        inWindow: windowEvents.get(s.sessionId) ?? [],
        recent: recent.get(s.sessionId) ?? [],
        share: shares.get(s.sessionId)?.share ?? null,
        shareBasis: shares.get(s.sessionId)?.basis ?? 'cost',
        contextWindow: input.contextWindow,
      }),
    )
    .sort((a, b) => urgency(a.state) - urgency(b.state) || (b.lastAt ?? 0) - (a.lastAt ?? 0) || (a.id < b.id ? -1 : 1));
}

const percentOf = (part: number, whole: number): number | null => (whole === 0 ? null : (part / whole) * 100);

function projectViews(
  sessions: readonly SessionView[],
  visible: readonly UsageEvent[],
  input: SnapshotInput,
  windowStart: number | null,
): ProjectView[] {
  const open = new Map(input.windows.map((a) => [a.account, openWindow(a.windows, input.now)]));
  const roots = new Map(sessions.map((s) => [s.id, s.projectPath]));
  const events = groupBy(visible, (e) => roots.get(e.sessionId) ?? e.project);
  const total = sumOf(visible.filter((e) => inOpenWindow(e.at, open.get(e.account) ?? null, input.now)));
  const all = amountsOf(total).all;
  const views = [...groupBy(sessions, (s) => s.projectPath)].map(([path, own]): ProjectView => {
    const recent = events.get(path) ?? [];
    const window = amountsOfEvents(recent.filter((e) => inOpenWindow(e.at, open.get(e.account) ?? null, input.now)));
    const rate = burnNow(
      recent,
      input.now,
      burnStart(windowStart, earliest([...own.map((s) => s.startedAt), input.projectsSince.get(path) ?? null])),
    );
    return {
      name: own[0]!.project,
      path,
      window,
      share: percentOf(window.all, all),
      startedAt: earliest(own.map((s) => s.windowStartedAt ?? s.startedAt)),
      sessions: own.length,
      activeSessions: own.filter((s) => ACTIVE.has(s.state)).length,
      burnNow: rate,
      severity: severityOf(rate, input.options.burn),
    };
  });
  return views.sort((a, b) => b.window.all - a.window.all || (a.path < b.path ? -1 : 1));
}

function modelViews(inWindow: readonly UsageEvent[], all: number): ModelView[] {
  return [...groupBy(inWindow, (e) => e.model)]
    .map(([model, events]) => {
      const window = amountsOfEvents(events);
      return { model, window, share: percentOf(window.all, all), sessions: new Set(events.map((e) => e.sessionId)).size };
    })
    .sort((a, b) => b.window.all - a.window.all || (a.model < b.model ? -1 : 1));
}
