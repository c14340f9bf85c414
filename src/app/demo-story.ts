import { costOf } from '../pricing/cost.ts';
import { builtinTable } from '../pricing/table.ts';
import type { HookEvent } from '../sessions/event.ts';
import { contextTokens } from '../usage/context.ts';
import { DEMO_CLIENTS, type DemoClient } from './demo-cast.ts';
import type { DemoHookPlace } from './demo-hooks.ts';
import { DemoLines, type Ending } from './demo-lines.ts';
import { type DemoPlaces, threadOf, transcriptFile } from './demo-places.ts';
import type { DemoProcesses } from './demo-processes.ts';
import { anyTool, DemoScribe } from './demo-scribe.ts';
import type { DemoAgent, DemoSession, Stretch } from './demo-sessions.ts';
import { type DemoRequest, PROMPT_BEFORE_MS, randomFrom, requestsOf } from './demo-split.ts';

/** What a session has done up to "now". Epoch ms. */
export interface Told {
  readonly text: string;
  /** Of its newest line. */
  readonly last: number;
  /** In time order. */
  readonly events: readonly HookEvent[];
  /** Goes on from here. */
  readonly scribe: DemoScribe;
  readonly figures: { readonly context: number; readonly usd: number; readonly apiMs: number };
}

export interface Stage {
  readonly places: DemoPlaces;
  readonly processes: DemoProcesses;
  readonly now: number;
}

/** A tool's result comes just before it is sent on, and the end of a turn just after its answer. ms. */
const RESULT_BEFORE_MS = 900;
const TURN_END_AFTER_MS = 150;
/** The dialog stands so long before the registry says that it waits, ms. */
const ASKS_BEFORE_MS = 60;
/** Time of a request in the client's count, ms. */
export const REQUEST_MS = 2100;
const COMPACTED = { from: 178_000, to: 24_000 } as const;

/** Sessions of earlier today have no process any more; their hooks are never written. */
const GONE: Pick<DemoClient, 'pid'> = { pid: 1 };

function hookPlaceOf({ places, processes }: Pick<Stage, 'places' | 'processes'>, session: DemoSession): DemoHookPlace {
  const { pid } = DEMO_CLIENTS[session.name] ?? GONE;
  const { cwd } = threadOf(places.home, session);
  return {
    sessionId: session.id,
    transcript: transcriptFile(places.home, session),
    cwd,
    configDir: places.claudeDir,
    pid,
    procStart: processes.procStart(pid),
    pidDomain: processes.domain,
  };
}

/** In the place of one that has finished another runs, which has written nothing yet: two at work, of two that are told of (LV-51, LV-63). */
const runningId = ({ id, finished }: DemoSession['agents'][number]): string => (finished ? `c${id.slice(1)}` : id);

/** One session's transcript and what its hooks were told. */
export function tellSession(stage: Stage, session: DemoSession): Told {
  const { places, now } = stage;
  const random = randomFrom(session.id);
  const scribe = new DemoScribe(threadOf(places.home, session), hookPlaceOf(stage, session), random);
  const all = requests(session.stretches, now, random);
  const agents = session.agents.map((agent) => ({ ...agent, from: now - agent.stretches[0]!.from * 1000 - PROMPT_BEFORE_MS }));
  const client = DEMO_CLIENTS[session.name];
  if (client !== undefined) scribe.hook(now - client.started * 1000, 'SessionStart', { source: client.source, model: session.model });
  scribe.write(scribe.lines.titles(session.name, session.title));
  let turnStart = all[0]!.at - PROMPT_BEFORE_MS;
  all.forEach((request, index) => {
    const { at } = request;
    const next = all[index + 1];
    const before = all[index - 1];
    for (const agent of agents)
      if (agent.from < at && !(agent.from < (before?.at ?? 0))) scribe.agentStarts(agent.from, runningId(agent), agent.type);
    if (request.compacted) {
      const ends = at - 2 * PROMPT_BEFORE_MS;
      scribe.compactionBegins(ends - PROMPT_BEFORE_MS);
      scribe.compactionEnds(ends, COMPACTED.from, COMPACTED.to);
    }
    if (request.prompted) {
      turnStart = Math.max(at - request.typedBefore, (before?.at ?? 0) + TURN_END_AFTER_MS + 1);
      scribe.prompt(turnStart);
    } else scribe.toolResult(at - RESULT_BEFORE_MS);
    const ending = endingOf(session, next, random);
    scribe.response(at, request.tokens, ending);
    if (ending === 'turn') scribe.turnEnd(at + TURN_END_AFTER_MS, at - turnStart);
  });
  if (client?.status === 'waiting') scribe.asks(now - client.since * 1000 - ASKS_BEFORE_MS);
  if (client?.left !== undefined) scribe.hook(now - client.left * 1000, 'SessionEnd', { reason: 'prompt_input_exit' });
  if (session.clientCost !== undefined) scribe.write(scribe.lines.costState(session.clientCost));
  const { text, events } = scribe.take();
  return { text, last: all.at(-1)!.at, events: [...events].sort((a, b) => a.at - b.at), scribe, figures: figuresOf(session, all, now) };
}

/** What the client says of the session so far: its own sum knows what no transcript holds (D-18). */
function figuresOf(session: DemoSession, all: readonly DemoRequest[], now: number): Told['figures'] {
  const everything = [...all, ...session.agents.flatMap((agent) => agentRequests(agent, now))];
  const table = builtinTable();
  const spent = everything.reduce((sum, { at, tokens }) => sum + (costOf(table, { ...usageOf(session), tokens, at }) ?? 0), 0);
  return {
    context: contextTokens(all.at(-1)!.tokens),
    usd: session.clientCost ?? spent / 1e9,
    apiMs: everything.length * REQUEST_MS,
  };
}

export const usageOf = ({ model }: DemoSession) => ({ model, webSearches: 0, speed: 'standard', geoUs: false }) as const;

/** A response ends its turn when a prompt or a compaction follows; the newest ends as the table's state wants it. */
function endingOf(session: DemoSession, next: DemoRequest | undefined, random: () => number): Ending {
  if (next === undefined) return session.ends === 'turn' ? 'turn' : { ...session.ends, alone: true };
  if (next.prompted) return 'turn';
  return anyTool(random);
}

function requests(stretches: readonly Stretch[], now: number, random: () => number): readonly DemoRequest[] {
  return stretches.flatMap((stretch) => requestsOf(stretch, now, random));
}

const agentRequests = (agent: DemoAgent, now: number) => requests(agent.stretches, now, randomFrom(agent.id));

/** One subagent's transcript. */
export function tellAgent(places: DemoPlaces, session: DemoSession, agent: DemoAgent, now: number): Pick<Told, 'text' | 'last'> {
  const random = randomFrom(agent.id);
  const lines = new DemoLines({ ...threadOf(places.home, session), agentId: agent.id }, random);
  const all = requests(agent.stretches, now, random);
  const parts = [lines.prompt(all[0]!.at - PROMPT_BEFORE_MS)];
  all.forEach((request, index) => {
    const isLast = index === all.length - 1;
    parts.push(
      lines.toolResult(request.at - RESULT_BEFORE_MS),
      lines.response(request.at, request.tokens, isLast && agent.finished ? 'turn' : { tool: 'Read' }),
    );
  });
  return { text: parts.join(''), last: all.at(-1)!.at };
}
