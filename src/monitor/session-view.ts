import type { SessionFacts } from '../ledger/session-facts.ts';
import { plain } from '../text/plain.ts';
import { burnStart } from '../usage/burn.ts';
import { contextPercent } from '../usage/context.ts';
import type { QuotaShares } from '../usage/share.ts';
import type { UsageEvent, UsageSum } from '../usage/types.ts';
import type { Window } from '../usage/window.ts';
import { amountsOf, amountsOfEvents, burnNow } from './amounts.ts';
import type { SessionState, SessionView } from './snapshot.ts';

/** What the ledger knows of one session. Times in epoch ms. */
export interface SessionInput {
  readonly sessionId: string;
  readonly name: string;
  readonly project: string;
  readonly root: string;
  readonly account: string;
  readonly facts: SessionFacts;
  readonly total: UsageSum;
  /** First and last request ever. */
  readonly firstAt: number | null;
  readonly lastRequestAt: number | null;
}

const WORKING_MS = 2 * 60_000;
const FUTURE_MS = 24 * 3_600_000;
/** Longest name handed to a surface, in graphemes; it cuts further. */
const NAME_LENGTH = 200;

/** The newest line that said anything, or null; times more than a day ahead are no sign of life (D-12). */
export function lastSign(session: SessionInput, now: number): number | null {
  let last = session.lastRequestAt !== null && session.lastRequestAt <= now + FUTURE_MS ? session.lastRequestAt : null;
  for (const fact of Object.values(session.facts) as (readonly [unknown, readonly [number, number, number]])[]) {
    const at = fact[1][1];
    if (at <= now + FUTURE_MS && at > (last ?? 0)) last = at;
  }
  return last;
}

/** The error after which no request came, as `[code, at]`. */
function openError(session: SessionInput): readonly [code: string, at: number] | null {
  const { error, context } = session.facts;
  if (error === undefined) return null;
  const lastRequest = Math.max(context?.[1][1] ?? 0, session.lastRequestAt ?? 0);
  return error[1][1] >= lastRequest ? [error[0], error[1][1]] : null;
}

/** What a transcript alone proves of a session's state (D-36): no process, no hook was asked. */
export function stateOf(session: SessionInput, lastAt: number | null, now: number): SessionState {
  const error = openError(session);
  if (error !== null) {
    const limit = session.facts.limitResetsAt;
    return limit !== undefined && limit[1][1] >= error[1] && limit[0] > now ? 'rate-limited' : 'error';
  }
  return lastAt !== null && now - lastAt < WORKING_MS ? 'working' : 'idle';
}

function contextOf(session: SessionInput, windowOf: (model: string) => number | null): SessionView['contextPercent'] {
  const { context, compactedTo } = session.facts;
  const size = context?.[0].model ? windowOf(context[0].model) : null;
  return contextPercent({
    client: null,
    lastRequest:
      context === undefined
        ? null
        : { at: context[1][1], tokens: { input: context[0].tokens, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 } },
    compaction: compactedTo === undefined ? null : { at: compactedTo[1][1], postTokens: compactedTo[0] },
    model: { size, max: null },
  });
}

export interface SessionScope {
  readonly now: number;
  readonly window: Window | null;
  /** Its requests in the window, and all that are at hand. */
  readonly inWindow: readonly UsageEvent[];
  readonly recent: readonly UsageEvent[];
  readonly share: number | null;
  readonly shareBasis: QuotaShares['basis'];
  readonly contextWindow: (model: string) => number | null;
}

export function sessionView(session: SessionInput, scope: SessionScope): SessionView {
  const { now, inWindow } = scope;
  const lastAt = lastSign(session, now);
  return {
    id: session.sessionId,
    name: plain(session.name, NAME_LENGTH),
    project: plain(session.project, NAME_LENGTH),
    projectPath: session.root,
    branch: session.facts.branch === undefined ? null : plain(session.facts.branch[0], NAME_LENGTH),
    account: session.account,
    state: stateOf(session, lastAt, now),
    model: session.facts.context?.[0].model ?? inWindow.findLast((event) => !event.sidechain)?.model ?? null,
    contextPercent: contextOf(session, scope.contextWindow),
    window: amountsOfEvents(inWindow),
    total: amountsOf(session.total),
    subagents: amountsOfEvents(inWindow.filter((event) => event.sidechain)),
    burnNow: burnNow(scope.recent, now, burnStart(scope.window?.start ?? null, session.firstAt)),
    share: scope.share === null ? null : scope.share * 100,
    shareBasis: scope.shareBasis,
    startedAt: session.firstAt,
    windowStartedAt: inWindow[0]?.at ?? null,
    lastAt,
    lastError: openError(session)?.[0] ?? null,
  };
}
