import { plain } from '../text/plain.ts';
import { type BurnThresholds, burnStart, NOW_SPAN_MS } from '../usage/burn.ts';
import type { Window } from '../usage/window.ts';
import { amountsOf, earliest, severityOf } from './amounts.ts';
import type { ClientSample, LiveSessionInput } from './live-input.ts';
import { NOTHING_LIVE } from './live-part.ts';
import type { SessionShare } from './quota-shares.ts';
import { contextOf } from './session-context.ts';
import type { SessionInput } from './session-input.ts';
import { FUTURE_MS, goneState, isStale, lastSign, openError } from './session-signs.ts';
import type { LastAction, LivePart, SessionView, TitleSource } from './snapshot.ts';
import { mergedTally } from './tally.ts';
import type { UsageSlot } from './usage-slot.ts';
import { SpanTotals } from './usage-totals.ts';

/** Longest name handed to a surface, in graphemes; it cuts further. */
const NAME_LENGTH = 200;
const NOTE_LENGTH = 2000;
const TITLES: readonly TitleSource[] = ['given', 'client', 'custom-title', 'ai-title', 'task', 'derived'];

export interface SessionScope {
  readonly now: number;
  readonly window: Window | null;
  readonly slots: readonly UsageSlot[];
  readonly share: SessionShare | null;
  readonly live: LiveSessionInput | null;
  readonly sample: ClientSample | null;
  readonly action: LastAction | null;
  readonly contextWindow: (model: string) => number | null;
  readonly burn: BurnThresholds;
}

/** The stronger name of ledger and client (D-8, LS-25). */
function titleOf(session: SessionInput, live: LiveSessionInput | null): Pick<SessionView, 'name' | 'titleSource'> {
  const own = session.titleRank ?? TITLES.length;
  // Given names are the ledger's: what the live side calls one is the echo of our own summary, perhaps of a name that is gone.
  const theirs = live?.title && live.titleRank !== null && live.titleRank > 0 ? live.titleRank : TITLES.length;
  const [name, rank] = theirs < own ? [live!.title!, theirs] : [session.name, own];
  return { name: plain(name, NAME_LENGTH), titleSource: TITLES[rank] ?? 'project' };
}

const MAX_NAMES = 20;
const textOrNull = (text: string | null | undefined): string | null => (text == null ? null : plain(text, NAME_LENGTH));

function livePart(live: LiveSessionInput | null, scope: SessionScope, session: SessionInput): LivePart {
  const limit = session.facts.limitResetsAt;
  const base: LivePart = {
    ...NOTHING_LIVE,
    lastAction: scope.action,
    effort: scope.sample?.effort ? plain(scope.sample.effort, NAME_LENGTH) : null,
    limitResetsAt: limit !== undefined && limit[0] > scope.now ? limit[0] : null,
  };
  if (live === null) return { ...base, stale: isStale(session, scope.now) };
  return {
    ...base,
    stateSource: live.source,
    stateSeenAt: live.seenAt,
    since: live.since,
    alive: live.alive,
    stale: live.stale,
    waiting:
      live.waiting === null ? null : { ...live.waiting, tool: live.waiting.tool === null ? null : plain(live.waiting.tool, NAME_LENGTH) },
    lastTool: live.lastTool === null ? null : plain(live.lastTool.name, NAME_LENGTH),
    agents: { active: live.agents.active, names: live.agents.names.slice(0, MAX_NAMES).map((name) => plain(name, NAME_LENGTH)) },
    shells: live.shells,
    processes: live.processes,
    permissionMode: textOrNull(live.permissionMode),
    effort: base.effort ?? textOrNull(live.effort),
    ended: live.ended,
    limitResetsAt: live.error?.resetsAt ?? base.limitResetsAt,
    disagreements: live.disagreements,
  };
}

interface Made {
  readonly scope: SessionScope;
  readonly versions: string;
  readonly burn: SessionView['burnNow'];
  /** Until then, epoch ms, the rate stays as it is while no request comes. */
  readonly burnUntil: number;
  readonly ledgerAt: number | null;
  readonly view: SessionView;
}
/** The last view of each session; with 100 sessions nearly all are as they were a moment ago. */
const MADE = new WeakMap<SessionInput, Made>();

const sameBurn = (a: SessionView['burnNow'], b: SessionView['burnNow']): boolean =>
  a.work === b.work && a.all === b.all && a.costPerHour === b.costPerHour;

/** Differs as soon as a request of them does: versions only rise, and none is given twice. A sum of them could come again with fewer slots. */
function versionOf(slots: readonly UsageSlot[]): string {
  return slots.map(({ version }) => version).join(' ');
}

/** The rate of the last minutes, and until when it stays so. */
function burnOfSession(session: SessionInput, { now, slots, window }: SessionScope): Pick<Made, 'burn' | 'burnUntil'> {
  const t0 = burnStart(window?.start ?? null, session.firstAt);
  const totals = new SpanTotals(slots, now);
  // A scope younger than the span is divided by its age.
  const isSteady = t0 === null || t0 <= now - NOW_SPAN_MS;
  return { burn: totals.rate('now', t0), burnUntil: isSteady ? totals.until : now };
}

function isSame(a: SessionScope, b: SessionScope): boolean {
  return (
    a.live === b.live &&
    a.sample === b.sample &&
    a.action === b.action &&
    a.window?.start === b.window?.start &&
    a.window?.end === b.window?.end &&
    a.burn === b.burn
  );
}

/** One session of the snapshot. Equal facts give the same object, but for what only time and the others' use change. */
export function sessionView(session: SessionInput, scope: SessionScope): SessionView {
  const { now, slots, live } = scope;
  const ledgerAt = lastSign(session, now);
  const versions = versionOf(slots);
  const made = MADE.get(session);
  const isBurnKept =
    made?.versions === versions && now >= made.scope.now && now < made.burnUntil && made.scope.window?.start === scope.window?.start;
  const { burn, burnUntil } = isBurnKept ? made : burnOfSession(session, scope);
  let view = made?.view;
  // Without other evidence the state follows from time alone; a limit may reset while nothing else happens.
  const isTimed = live === null || (view?.limitResetsAt ?? now + 1) <= now;
  if (
    view === undefined ||
    isTimed ||
    made!.versions !== versions ||
    made!.ledgerAt !== ledgerAt ||
    !sameBurn(made!.burn, burn) ||
    !isSame(made!.scope, scope)
  ) {
    view = viewOf(session, scope, burn, ledgerAt);
  } else {
    const { share } = scope;
    const before = view;
    if (
      view.share !== (share?.share ?? null) ||
      view.points.value !== (share?.points.value ?? null) ||
      view.points.at !== (share?.points.at ?? null)
    )
      view = { ...view, ...shareOf(share) };
    if (view === before && isBurnKept) return view;
  }
  MADE.set(session, { scope, versions, burn, burnUntil, ledgerAt, view });
  return view;
}

const shareOf = (share: SessionShare | null): Pick<SessionView, 'share' | 'shareBasis' | 'points'> => ({
  share: share?.share ?? null,
  shareBasis: share?.basis ?? 'cost',
  points: share?.points ?? { value: null, source: 'unknown', at: null },
});

function viewOf(session: SessionInput, scope: SessionScope, burn: SessionView['burnNow'], ledgerAt: number | null): SessionView {
  const { now, slots, live } = scope;
  const seenAt = live?.seenAt ?? null;
  const lastAt = seenAt !== null && seenAt <= now + FUTURE_MS ? Math.max(seenAt, ledgerAt ?? 0) : ledgerAt;
  return {
    ...livePart(live, scope, session),
    ...contextOf(session, scope),
    ...titleOf(session, live),
    ...shareOf(scope.share),
    id: session.sessionId,
    tags: session.tags.map((tag) => plain(tag, NAME_LENGTH)),
    note: session.note === null ? null : plain(session.note, NOTE_LENGTH),
    project: plain(session.project, NAME_LENGTH),
    projectPath: session.root,
    cwd: live?.cwd ?? session.facts.cwd?.[0] ?? null,
    branch: textOrNull(session.facts.branch?.[0]),
    account: session.account,
    state: live?.state ?? goneState(session, ledgerAt, now),
    model: session.facts.context?.[0].model ?? newestModel(slots) ?? live?.model ?? null,
    window: amountsOf(mergedTally(slots.map((slot) => slot.window)).sum),
    total: amountsOf(session.total),
    subagents: amountsOf(mergedTally(slots.map((slot) => slot.windowSidechain)).sum),
    burnNow: burn,
    severity: severityOf(burn, scope.burn),
    startedAt: session.firstAt,
    windowStartedAt: earliest(slots.map((slot) => slot.firstInWindowAt)),
    lastAt,
    lastError: textOrNull(live === null ? openError(session)?.[0] : (live.error?.kind ?? null)),
  };
}

function newestModel(slots: readonly UsageSlot[]): string | null {
  let newest = slots[0]?.lastMain ?? null;
  for (const { lastMain } of slots.slice(1)) if (lastMain !== null && lastMain.at > (newest?.at ?? 0)) newest = lastMain;
  return newest?.model ?? null;
}
