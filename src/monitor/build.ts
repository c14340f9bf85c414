import { type BurnThresholds, burnStart } from '../usage/burn.ts';
import { dayStartUtc, localDay, zoneSegments } from '../usage/calendar.ts';
import { countTokens, largestWindow, type Plan, type TokenLimit } from '../usage/limit.ts';
import { urgency } from '../usage/membership.ts';
import { openWindow, type Window } from '../usage/window.ts';
import { accountLabel, accountViews } from './account-view.ts';
import { amountsOf, earliest, severityOf } from './amounts.ts';
import { hiddenProject, hiddenSession, type Pseudonym } from './hidden-names.ts';
import type { AccountQuota, ClientSample, LiveSessionInput } from './live-input.ts';
import { burnOf, CHART_MINUTES, type LiveUsage, minutesOf, type UsageSlot } from './live-usage.ts';
import { sharesOf } from './quota-shares.ts';
import type { RetentionGap } from './retention.ts';
import { modelViews, projectViews } from './scope-views.ts';
import { lastSign, type SessionInput, sessionView } from './session-view.ts';
import type { LastAction, SessionView, Snapshot } from './snapshot.ts';
import { mergedTally } from './tally.ts';
import { verdictOf } from './verdict-of.ts';
import type { Episodes } from './warning-episodes.ts';
import { type CostThresholds, conditionsOf } from './warnings.ts';
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
  /** `limits.plan`, for the third rung of D-34. */
  readonly plan?: Plan | null;
  /** Names instead of the real ones (`privacy.names: hide`, LS-27); null = show. */
  readonly hide?: Pseudonym | null;
}

/** Everything a snapshot is made of. Epoch ms. */
export interface SnapshotInput {
  readonly now: number;
  readonly options: SnapshotOptions;
  /** All accounts' requests since {@link retainFrom}. Its bounds are set to the windows and the day of `now`. */
  readonly usage: LiveUsage;
  /** At least the sessions with a recent sign of life. */
  readonly sessions: readonly SessionInput[];
  /** First sign of each project with sessions that are not in `sessions`, by root. */
  readonly projectsSince: ReadonlyMap<string, number>;
  readonly windows: readonly AccountWindows[];
  /** By account; an account without one has no official figure but its windows'. */
  readonly quotas: ReadonlyMap<string, AccountQuota>;
  /** By session id: registry, hooks, transcript ends; and what its statusline and its last lines told. */
  readonly live: ReadonlyMap<string, LiveSessionInput>;
  readonly samples: ReadonlyMap<string, ClientSample>;
  /** Account of a session that the ledger does not know yet. */
  readonly accountOf: (sessionId: string) => string;
  /** An account's name for people; hostile text. Absent = its id. */
  readonly labelOf?: (account: string) => string;
  readonly actions: ReadonlyMap<string, LastAction>;
  /** Ids of the sessions that a person wants to see; null = all. */
  readonly shown: ReadonlySet<string> | null;
  readonly newSessions: ReadonlyMap<string, number>;
  readonly contextWindow: (model: string) => number | null;
  readonly ingest: Snapshot['ingest'];
  /** Lines of the last hour, and how many of them could not be read; since when an appended line waits to be counted. */
  readonly health: { readonly lines: number; readonly rejected: number; readonly behindSince: number | null };
  /** Directories whose transcripts may have been deleted uncounted (LV-97). */
  readonly retention?: readonly RetentionGap[];
  /** Open warnings; brought up to date here. */
  readonly episodes: Episodes;
}

/** A session of which it is not known whether it runs is listed for so long after its last sign of life. */
export const ALIVE_MS = 10 * 60_000;

interface Day {
  readonly zone: string;
  readonly dayStart: number;
  readonly dayEnd: number;
}
let lastDay: Day | null = null;

/** First and last instant of the local day of `now` (D-27), half-open. The last answer is kept: calendars are slow, days are long. */
function dayOf(now: number, zone: string): Day {
  if (lastDay?.zone === zone && now >= lastDay.dayStart && now < lastDay.dayEnd) return lastDay;
  const day = localDay(now, zoneSegments(zone, now, now));
  lastDay = { zone, dayStart: dayStartUtc(day, zone), dayEnd: dayStartUtc(day + 1, zone) };
  return lastDay;
}

/** Since when requests must be at hand: the open windows, the local day and the chart. */
export function retainFrom(now: number, zone: string, windows: readonly AccountWindows[]): number {
  const starts = windows.map((a) => openWindow(a.windows, now)?.start ?? now);
  return Math.min(dayOf(now, zone).dayStart, now - CHART_MINUTES * 60_000, ...starts);
}

/** The state of everything at `now`, from data alone. Σ sessions = Σ projects = Σ models = combined (D-38). */
export function buildSnapshot(input: SnapshotInput): Snapshot {
  const { now, options, usage, shown } = input;
  const open = new Map(input.windows.map((a) => [a.account, openWindow(a.windows, now)]));
  usage.setBounds({ windows: open, ...dayOf(now, options.zone) });
  const slots = usage.all();
  const visible = shown === null ? slots : slots.filter((slot) => shown.has(slot.sessionId));
  const windows = windowViews(input, open, slots);
  const real = listSessions(input, open, slots, windows);
  const hide = options.hide ?? null;
  const sessions = hide === null ? real : real.map((view) => hiddenSession(view, hide));
  const start = earliest([...open.values()].map((w) => w?.start ?? null));
  const t0 = burnStart(start, earliest([...sessions.map((s) => s.startedAt), ...input.projectsSince.values()]));
  const rate = burnOf(visible, 'now', now, t0);
  const combined: Snapshot['combined'] = {
    ...amountsOf(mergedTally(visible.map((slot) => slot.window)).sum),
    burnNow: rate,
    burnPace: burnOf(visible, 'pace', now, t0),
    severity: severityOf(rate, options.burn),
    today: amountsOf(mergedTally(visible.map((slot) => slot.today)).sum),
    limit: null,
  };
  const projectsOfReal = projectViews({ sessions: real, slots: visible, now, start, since: input.projectsSince, burn: options.burn });
  const projects = hide === null ? projectsOfReal : projectsOfReal.map((view) => hiddenProject(view, hide));
  const figures = {
    takenAt: now,
    sessions,
    combined: { ...combined, limit: combinedLimit(combined, input) },
    projects,
    windows,
    accounts: accountViews(input, windows, sessions),
    models: modelViews(visible, combined),
    ingest: input.ingest,
  };
  return {
    schemaVersion: 1,
    timezone: options.zone,
    demo: options.demo,
    ...figures,
    verdict: verdictOf(figures),
    chart: minutesOf(shown === null ? [usage.minutes] : visible.map((slot) => slot.minutes), now),
    warnings: input.episodes.update(
      now,
      conditionsOf(figures, {
        burn: options.burn,
        cost: options.cost,
        newSessions: input.newSessions,
        slots: visible,
        health: input.health,
        retention: input.retention ?? [],
      }),
    ),
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

function windowViews(input: SnapshotInput, open: ReadonlyMap<string, Window | null>, slots: readonly UsageSlot[]) {
  const { windows, quotas, options, now } = input;
  return windows.flatMap((account) => {
    const window = open.get(account.account) ?? null;
    if (window === null) return [];
    const own = slots.filter((slot) => slot.account === account.account);
    const limits = { tokenLimit: options.tokenLimit, count: options.limitCount, plan: options.plan ?? null };
    return [
      windowView(account, window, {
        slots: own,
        limits,
        quota: quotas.get(account.account) ?? null,
        label: accountLabel(account.account, input),
        now,
      }),
    ];
  });
}

/** A request whose session is not known still counts, so that the sums agree. */
function unknownSession(id: string, slots: readonly UsageSlot[]): SessionInput {
  const all = mergedTally(slots.map((slot) => slot.window));
  const first = slots[0]!.events[0]!;
  const last = slots[0]!.events.at(-1)!;
  return {
    sessionId: id,
    name: id.slice(0, 8) || 'unknown',
    titleRank: null,
    tags: [],
    note: null,
    project: first.project,
    root: first.project,
    account: first.account,
    facts: {},
    total: all.sum,
    firstAt: first.at,
    lastRequestAt: last.at,
  };
}

/** A session that runs but has no line in any transcript yet. */
function unwrittenSession(live: LiveSessionInput, account: string): SessionInput {
  const place = live.cwd ?? 'unknown';
  return {
    sessionId: live.id,
    name: live.title ?? live.id.slice(0, 8),
    titleRank: live.titleRank,
    tags: [],
    note: null,
    project: place.split(/[/\\]/).findLast((part) => part !== '') ?? place,
    root: place,
    account,
    facts: {},
    total: mergedTally([]).sum,
    firstAt: null,
    lastRequestAt: null,
  };
}

/** D-37: in its account's window, or running; where that cannot be told, with a recent sign of life. */
function isListed(session: SessionInput, live: LiveSessionInput | undefined, inWindow: boolean, now: number): boolean {
  if (inWindow || live?.alive === true) return true;
  if (live?.alive === false || live?.state === 'ended') return false;
  const last = Math.max(lastSign(session, now) ?? Number.NEGATIVE_INFINITY, live?.seenAt ?? Number.NEGATIVE_INFINITY);
  return now - last <= ALIVE_MS;
}

function listSessions(
  input: SnapshotInput,
  open: ReadonlyMap<string, Window | null>,
  slots: readonly UsageSlot[],
  windows: Snapshot['windows'],
): SessionView[] {
  const { now, shown, live, usage } = input;
  const shares = sharesOf(slots, windows);
  const known = new Map(input.sessions.map((s) => [s.sessionId, s]));
  for (const { sessionId, window } of slots)
    if (window.events > 0 && !known.has(sessionId)) known.set(sessionId, unknownSession(sessionId, usage.slotsOf(sessionId)));
  for (const session of live.values())
    if (!known.has(session.id)) known.set(session.id, unwrittenSession(session, input.accountOf(session.id)));
  const views: SessionView[] = [];
  for (const session of known.values()) {
    const id = session.sessionId;
    const own = usage.slotsOf(id);
    if (shown !== null && !shown.has(id)) continue;
    if (
      !isListed(
        session,
        live.get(id),
        own.some((slot) => slot.window.events > 0),
        now,
      )
    )
      continue;
    views.push(
      sessionView(session, {
        now,
        window: open.get(session.account) ?? null,
        slots: own,
        share: shares.get(id) ?? null,
        live: live.get(id) ?? null,
        sample: input.samples.get(id) ?? null,
        action: input.actions.get(id) ?? null,
        contextWindow: input.contextWindow,
        burn: input.options.burn,
      }),
    );
  }
  return views.sort((a, b) => urgency(a.state) - urgency(b.state) || (b.lastAt ?? 0) - (a.lastAt ?? 0) || (a.id < b.id ? -1 : 1));
}
