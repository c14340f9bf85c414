import type { SessionInfo } from '../ledger/queries/directory.ts';
import { newestEvents, type SessionContext, type SessionFile, sessionFiles, sessionSums } from '../ledger/queries/session-detail.ts';
import { unloggedOf } from '../ledger/queries/unlogged.ts';
import { contextWindowOf } from '../pricing/lookup.ts';
import { plain } from '../text/plain.ts';
import { withoutWorktree } from '../transcripts/project.ts';
import { contextTokens } from '../usage/context.ts';
import { inOpenWindow } from '../usage/membership.ts';
import { allTokens, cacheHit, sumOf, workTokens } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';
import { amountsOf } from './amounts.ts';
import { agentsOf, subagentViews } from './detail-agents.ts';
import type { ContextPoint, RequestPage, RequestView, SessionDetailView, SessionFileView } from './details.ts';
import type { QueryContext } from './query-context.ts';
import { minus } from './tally.ts';

const NAME_LENGTH = 200;
const NOTE_LENGTH = 2000;
const LAST_REQUESTS = 20;
/** Requests looked at for histories and subagents; older ones only in sums. */
const HISTORY_REQUESTS = 2000;
const HISTORY_POINTS = 200;
const BURN_MINUTES = 60;
const MINUTE_MS = 60_000;

export const contextOf = (c: QueryContext): SessionContext => ({ ledger: c.ledger(), directory: c.directory(), mode: c.mode });

/** Requests with their iterations added (D-10.5), oldest first. */
function requestsOf(events: readonly UsageEvent[], agentOf: ReadonlyMap<string, string>): RequestView[] {
  const requests: RequestView[] = [];
  for (const event of events) {
    const { tokens, cost, outputIsLowerBound } = event;
    const before = requests.at(-1);
    if (before?.key === event.key) {
      const sum = sumOf([{ ...before, webSearches: 0, requests: 1 }, event]);
      const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = sum;
      requests[requests.length - 1] = {
        ...before,
        tokens: { input, output, cacheWrite5m, cacheWrite1h, cacheRead },
        all: before.all + allTokens(tokens),
        cost: before.cost === null || cost === null ? null : before.cost + cost,
        outputIsLowerBound: before.outputIsLowerBound || outputIsLowerBound,
      };
      continue;
    }
    const { key, at, model, sidechain } = event;
    requests.push({
      key,
      at,
      model: plain(model, NAME_LENGTH),
      tokens,
      all: allTokens(tokens),
      cost,
      outputIsLowerBound,
      sidechain,
      agent: agentOf.get(key) ?? null,
    });
  }
  return requests;
}

/** A page of a session's requests, newest first. */
export function requestPage(
  c: QueryContext,
  info: SessionInfo,
  { offset, limit, agent = null }: { readonly offset: number; readonly limit: number; readonly agent?: string | null },
): RequestPage {
  const context = contextOf(c);
  const agents = agentsOf(sessionFiles(context.ledger, info.sessionId));
  const agentOf = new Map(agents.flatMap(({ id, keys }) => [...keys].map((key) => [key, id] as const)));
  const wanted = agent === null ? offset + limit : Number.POSITIVE_INFINITY;
  const all = requestsOf(newestEvents(context, info, wanted), agentOf).reverse();
  const own = agent === null ? all : all.filter((request) => request.agent === agent);
  const total = agent === null ? sessionSums(context, info).sum.requests : own.length;
  return { total, offset, requests: own.slice(offset, offset + limit) };
}

/** Tokens in the context after each main-thread request, at most {@link HISTORY_POINTS}: of each stretch the newest, and every fall. */
function contextHistory(events: readonly UsageEvent[]): ContextPoint[] {
  const points = events.filter((e) => !e.sidechain && e.requests === 1).map((e) => ({ at: e.at, tokens: contextTokens(e.tokens) }));
  const step = Math.ceil(points.length / HISTORY_POINTS);
  return step <= 1 ? points : points.filter((_, i) => (points.length - 1 - i) % step === 0);
}

/** Work tokens by whole minute, oldest first, the last one not over yet. */
function burnPerMinute(events: readonly UsageEvent[], now: number): number[] {
  const first = Math.floor(now / MINUTE_MS) - BURN_MINUTES + 1;
  const minutes = new Array<number>(BURN_MINUTES).fill(0);
  for (const { at, tokens } of events) {
    const minute = Math.floor(at / MINUTE_MS) - first;
    if (minute >= 0 && minute < BURN_MINUTES) minutes[minute]! += workTokens(tokens);
  }
  return minutes;
}

const fileView = ({ path, isMain, isAgent, size, lines, rejected, isGone }: SessionFile): SessionFileView => ({
  path,
  kind: isMain ? 'main' : isAgent ? 'subagent' : 'other',
  size,
  lines,
  rejected,
  gone: isGone,
});

const textOrNull = (text: string | null | undefined): string | null => (text == null ? null : plain(text, NAME_LENGTH));

/** All that is known of one session (LV-60 … LV-63). */
export function sessionDetail(c: QueryContext, info: SessionInfo): SessionDetailView {
  const context = contextOf(c);
  const now = c.clock.now();
  const { facts, sessionId } = info;
  const events = newestEvents(context, info, HISTORY_REQUESTS);
  const sums = sessionSums(context, info);
  const open = c.openWindow(info.account);
  const inWindow = sumOf(events.filter((event) => inOpenWindow(event.at, open, now)));
  const files = sessionFiles(context.ledger, sessionId);
  const agents = agentsOf(files);
  const agentOf = new Map(agents.flatMap(({ id, keys }) => [...keys].map((key) => [key, id] as const)));
  const tail = c.toolsOf(sessionId);
  const view = c.snapshot().sessions.find((session) => session.id === sessionId);
  const cwd = facts.cwd?.[0] ?? null;
  const model = facts.context?.[0].model ?? null;
  return {
    id: sessionId,
    name: view?.name ?? plain(info.name, NAME_LENGTH),
    title: textOrNull(info.title),
    tags: info.tags.map((tag) => plain(tag, NAME_LENGTH)),
    note: info.note === null ? null : plain(info.note, NOTE_LENGTH),
    project: plain(info.project, NAME_LENGTH),
    projectPath: info.root,
    cwd,
    isWorktree: cwd !== null && withoutWorktree(cwd) !== cwd,
    branch: textOrNull(facts.branch?.[0]),
    account: info.account,
    startedAt: sums.firstAt,
    lastAt: sums.lastAt,
    requests: sums.sum.requests,
    prompts: sums.prompts,
    forkedFrom: facts.forkedFrom?.[0] ?? null,
    continuedBy: [...context.directory.sessions.values()]
      .filter((other) => other.facts.forkedFrom?.[0] === sessionId)
      .map((other) => other.sessionId)
      .sort(),
    window: amountsOf(inWindow),
    total: amountsOf(sums.sum),
    cacheHitWindow: cacheHit(inWindow),
    cacheHitTotal: cacheHit(sums.sum),
    clientCost: facts.clientCost?.[0] ?? null,
    unloggedCost: unloggedOf(context.ledger, info),
    burnPerMinute: burnPerMinute(events, now),
    contextHistory: contextHistory(events),
    compactions: {
      count: facts.compactions?.[0] ?? null,
      lastAt: facts.compactedTo?.[1][1] ?? null,
      lastTokens: facts.compactedTo?.[0] ?? null,
    },
    windowSize: view?.windowSize ?? (model === null ? null : contextWindowOf(context.ledger.table, model)),
    lastRequests: requestsOf(events, agentOf).slice(-LAST_REQUESTS).reverse(),
    tools: [...(tail?.tools ?? [])].map(([tool, uses]) => ({ tool, uses })).sort((a, b) => b.uses - a.uses || (a.tool < b.tool ? -1 : 1)),
    toolsSince: tail?.toolsSince ?? null,
    main: amountsOf(minus(sums.sum, sums.subagents)),
    subagents: subagentViews(agents, events, sums.subagents, now),
    files: files.map(fileView),
  };
}
