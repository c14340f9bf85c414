import { plain } from '../text/plain.ts';
import type { BurnThresholds } from '../usage/burn.ts';
import type { Window } from '../usage/window.ts';
import { amountsOf, earliest, severityOf } from './amounts.ts';
import type { ClientSample, LiveSessionInput } from './live-input.ts';
import { NOTHING_LIVE } from './live-part.ts';
import type { SessionShare } from './quota-shares.ts';
import { contextOf } from './session-context.ts';
import type { SessionInput } from './session-input.ts';
import { FUTURE_MS, goneState, isStale, openError } from './session-signs.ts';
import type { LastAction, LivePart, SessionView, TitleSource } from './snapshot.ts';
import { mergedTally } from './tally.ts';
import type { UsageSlot } from './usage-slot.ts';

/** Longest name handed to a surface, in graphemes; it cuts further. */
const NAME_LENGTH = 200;
const NOTE_LENGTH = 2000;
const TITLES: readonly TitleSource[] = ['given', 'client', 'custom-title', 'ai-title', 'task', 'derived'];

export interface SessionScope {
  readonly now: number;
  readonly window: Window | null;
  readonly slots: readonly UsageSlot[];
  readonly share: SessionShare;
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

/** The view of one session; `ledgerAt`: its newest line that said anything (epoch ms). */
export function viewOf(session: SessionInput, scope: SessionScope, burn: SessionView['burnNow'], ledgerAt: number | null): SessionView {
  const { now, slots, live, share } = scope;
  const seenAt = live?.seenAt ?? null;
  const lastAt = seenAt !== null && seenAt <= now + FUTURE_MS ? Math.max(seenAt, ledgerAt ?? 0) : ledgerAt;
  return {
    ...livePart(live, scope, session),
    ...contextOf(session, scope),
    ...titleOf(session, live),
    share: share.share,
    shareBasis: share.basis,
    points: share.points,
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
