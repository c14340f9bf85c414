import type { SessionFacts } from '../ledger/session-facts.ts';
import { plain } from '../text/plain.ts';
import { type BurnThresholds, burnStart } from '../usage/burn.ts';
import { type ContextEvidence, contextPercent } from '../usage/context.ts';
import type { UsageSum } from '../usage/types.ts';
import type { Window } from '../usage/window.ts';
import { amountsOf, earliest, severityOf } from './amounts.ts';
import type { ClientSample, LiveSessionInput } from './live-input.ts';
import { NOTHING_LIVE } from './live-part.ts';
import { burnOf, type UsageSlot } from './live-usage.ts';
import type { SessionShare } from './quota-shares.ts';
import type { LastAction, LivePart, SessionState, SessionView, TitleSource } from './snapshot.ts';
import { mergedTally } from './tally.ts';

/** What the ledger knows of one session. Times in epoch ms. */
export interface SessionInput {
  readonly sessionId: string;
  readonly name: string;
  /** Where the name stands in D-8, 0 = given by a person in Tidemark; null = made of project and id. */
  readonly titleRank: number | null;
  readonly tags: readonly string[];
  readonly note: string | null;
  readonly project: string;
  readonly root: string;
  readonly account: string;
  readonly facts: SessionFacts;
  readonly total: UsageSum;
  /** Prompts and main-thread responses; absent = not counted. */
  readonly messages?: number;
  /** First and last request ever. */
  readonly firstAt: number | null;
  readonly lastRequestAt: number | null;
}

const WORKING_MS = 2 * 60_000;
const FUTURE_MS = 24 * 3_600_000;
/** Longest name handed to a surface, in graphemes; it cuts further. */
const NAME_LENGTH = 200;
const NOTE_LENGTH = 2000;
const TITLES: readonly TitleSource[] = ['given', 'client', 'custom-title', 'ai-title', 'task', 'derived'];

interface Signs {
  readonly last: number;
  readonly isPast: boolean;
}
/** Newest time of a session's facts; they are replaced as a whole when one changes. */
const SIGNS = new WeakMap<SessionFacts, Signs>();

/** The newest line that said anything, or null; times more than a day ahead are no sign of life (D-12). */
export function lastSign({ facts, lastRequestAt }: Pick<SessionInput, 'facts' | 'lastRequestAt'>, now: number): number | null {
  const limit = now + FUTURE_MS;
  let signs = SIGNS.get(facts);
  if (signs === undefined || !signs.isPast) {
    let last = 0;
    let isPast = true;
    for (const name in facts) {
      const at = facts[name as keyof SessionFacts]![1][1];
      if (at > limit) isPast = false;
      else if (at > last) last = at;
    }
    signs = { last, isPast };
    SIGNS.set(facts, signs);
  }
  const last = lastRequestAt !== null && lastRequestAt <= limit ? Math.max(lastRequestAt, signs.last) : signs.last;
  return last === 0 && lastRequestAt === null ? null : last || lastRequestAt;
}

/** The error after which no request came, as `[code, at]`. */
function openError(session: SessionInput): readonly [code: string, at: number] | null {
  const { error, context } = session.facts;
  if (error === undefined) return null;
  const lastRequest = Math.max(context?.[1][1] ?? 0, session.lastRequestAt ?? 0);
  return error[1][1] >= lastRequest ? [error[0], error[1][1]] : null;
}

/** What the ledger alone proves of a session's state, where neither process, hook nor transcript end was looked at. */
export function stateOf(session: SessionInput, lastAt: number | null, now: number): SessionState {
  const error = openError(session);
  if (error !== null) {
    const limit = session.facts.limitResetsAt;
    return limit !== undefined && limit[1][1] >= error[1] && limit[0] > now ? 'rate-limited' : 'error';
  }
  return lastAt !== null && now - lastAt < WORKING_MS ? 'working' : 'idle';
}

/** Silent for so long without a process, a hook or a growing transcript: nothing tells what it does (LS-34). ms. */
const SILENT_MS = 30 * 60_000;

/** State of a session that nothing calls live: that it ended is not proven by silence (LS-34, LS-35). */
function goneState(session: SessionInput, lastAt: number | null, now: number): SessionState {
  return isSilent(lastAt, now) ? 'unknown' : stateOf(session, lastAt, now);
}
const isSilent = (lastAt: number | null, now: number): boolean => lastAt === null || now - lastAt >= SILENT_MS;

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

/** Context fill, tokens and window size (D-35): the client's word, else from the newest request or compaction. */
function contextOf(
  session: SessionInput,
  { sample, contextWindow }: SessionScope,
): Pick<SessionView, 'contextPercent' | 'contextTokens' | 'windowSize'> {
  const { context, compactedTo } = session.facts;
  const modelSize = context?.[0].model ? contextWindow(context[0].model) : null;
  const evidence: ContextEvidence = {
    client:
      sample === null
        ? null
        : { at: sample.at, usedPercent: sample.contextPercent, windowSize: sample.windowSize, currentTokens: sample.contextTokens },
    lastRequest:
      context === undefined
        ? null
        : { at: context[1][1], tokens: { input: context[0].tokens, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 } },
    compaction: compactedTo === undefined ? null : { at: compactedTo[1][1], postTokens: compactedTo[0] },
    model: { size: modelSize, max: null },
  };
  const figure = contextPercent(evidence);
  const compacted = compactedTo !== undefined && compactedTo[1][1] >= (context?.[1][1] ?? 0);
  const measured = compacted ? compactedTo[0] : (context?.[0].tokens ?? null);
  const isClients = figure.source === 'official' && figure.at === sample?.at;
  return {
    contextPercent: figure,
    contextTokens: (isClients ? sample?.contextTokens : measured) ?? measured,
    windowSize: sample?.windowSize ?? modelSize,
  };
}

/** The stronger name of ledger and client (D-8, LS-25). */
function titleOf(session: SessionInput, live: LiveSessionInput | null): Pick<SessionView, 'name' | 'titleSource'> {
  const own = session.titleRank ?? TITLES.length;
  // Given names are the ledger's: what the live side calls one is the echo of our own summary, perhaps of a name that is gone.
  const theirs = live?.title && live.titleRank !== null && live.titleRank > 0 ? live.titleRank : TITLES.length;
  const [name, rank] = theirs < own ? [live!.title!, theirs] : [session.name, own];
  return { name: plain(name, NAME_LENGTH), titleSource: TITLES[rank] ?? 'project' };
}

/** Nothing proves it alive (LS-32). ms */
const STALE_MS = 5 * 60_000;
const isStale = (session: SessionInput, now: number): boolean => now - (lastSign(session, now) ?? 0) >= STALE_MS;

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
  readonly versions: number;
  readonly burn: SessionView['burnNow'];
  readonly ledgerAt: number | null;
  readonly view: SessionView;
}
/** The last view of each session; with 100 sessions nearly all are as they were a moment ago. */
const MADE = new WeakMap<SessionInput, Made>();

const sameBurn = (a: SessionView['burnNow'], b: SessionView['burnNow']): boolean =>
  a.work === b.work && a.all === b.all && a.costPerHour === b.costPerHour;

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
  const burn = burnOf(slots, 'now', now, burnStart(scope.window?.start ?? null, session.firstAt));
  const ledgerAt = lastSign(session, now);
  const versions = slots.reduce((sum, { version }) => sum + version, slots.length);
  const made = MADE.get(session);
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
    if (
      view.share !== (share?.share ?? null) ||
      view.points.value !== (share?.points.value ?? null) ||
      view.points.at !== (share?.points.at ?? null)
    )
      view = { ...view, ...shareOf(share) };
  }
  MADE.set(session, { scope, versions, burn, ledgerAt, view });
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
    windowStartedAt: earliest(slots.map((slot) => slot.firstInWindow?.at ?? null)),
    lastAt,
    lastError: textOrNull(live === null ? openError(session)?.[0] : (live.error?.kind ?? null)),
  };
}

function newestModel(slots: readonly UsageSlot[]): string | null {
  let newest = slots[0]?.lastMain ?? null;
  for (const { lastMain } of slots.slice(1)) if (lastMain !== null && lastMain.at > (newest?.at ?? 0)) newest = lastMain;
  return newest?.model ?? null;
}
