import { disagreements } from './disagreement.ts';
import type { HookEvidence, JobEvidence, LimitReset, TranscriptEvidence, Verdict } from './evidence.ts';
import { type Agent, hookState, isCompacting, type ReducedState } from './reduced.ts';
import type { RegistryEvidence } from './registry.ts';
import { CLOCKS, DEFAULT_RULES, type SessionRules, type Source, type State, urgency } from './states.ts';

/** A question that is open, since epoch ms. */
export interface Waiting {
  readonly for: 'permission' | 'answer';
  readonly tool: string | null;
  readonly since: number;
}

/** What a session is doing, and by which evidence. Times in epoch ms. */
export interface LiveState {
  readonly state: State;
  /** Since when; for `idle` since the turn ended. Never after now. */
  readonly since: number;
  readonly source: Source;
  /** Whether a process of it runs; null = cannot be told. */
  readonly alive: boolean | null;
  /** Not proven alive and silent for `staleAfter` (LS-32). */
  readonly stale: boolean;
  /** The newest evidence of any level. */
  readonly at: number;
  readonly waiting: Waiting | null;
  readonly background: { readonly agents: readonly Agent[]; readonly shells: number };
  /** `resetsAt` in epoch seconds. */
  readonly error: { readonly kind: string; readonly at: number; readonly resetsAt: number | null } | null;
  readonly ended: { readonly at: number; readonly reason: string } | null;
  /** Levels that contradict each other for more than 10 s, as `registry idle, transcript working` (LS-8). */
  readonly disagreements: readonly string[];
}

/** What is handed in besides the four levels. */
export interface LiveExtras {
  readonly rules?: SessionRules;
  readonly job?: JobEvidence | null;
  readonly limitReset?: LimitReset | null;
  /** Evidence without a level of its own, such as a statusline run. */
  readonly seenAt?: number | null;
}

interface Decided extends Verdict {
  readonly ended?: LiveState['ended'];
  readonly waiting?: Waiting | null;
  readonly error?: LiveState['error'];
}

const PERMISSION_WAITS: ReadonlySet<string | null> = new Set(['permission prompt', 'sandbox request', 'worker request']);
const KNOWN_STATUS: ReadonlySet<string | null> = new Set(['busy', 'waiting', 'idle', 'shell']);
const JOB_ENDS: ReadonlySet<string> = new Set(['done', 'failed', 'stopped']);

/**
 * The one function that decides what a session is doing (LS-1): registry before hooks before transcript before mtime. Null = nothing says that it is
 * live (LS-7, LS-35).
 */
export function liveState(
  registry: readonly RegistryEvidence[],
  hooks: HookEvidence | null,
  transcript: TranscriptEvidence | null,
  mtime: number | null,
  now: number,
  extras: LiveExtras = {},
): LiveState | null {
  const rules = extras.rules ?? DEFAULT_RULES;
  const valid = leaving(registry, hooks, now);
  const alive = isAlive(valid, registry, hooks);
  const at = newestEvidence(registry, hooks, transcript, mtime, extras, now);
  const agents = runningAgents(hooks?.state.agents ?? [], transcript, now);
  const end = endOf(valid, registry, hooks, extras.job ?? null, alive, at);
  const byRegistry = valid.length > 0 && end === null ? fromRegistry(valid, hooks, agents, now) : null;
  const byHooks = hooks === null ? null : fromHooks(hooks.state, agents, now);
  const byTranscript = fromTranscript(transcript, now);
  const decided =
    end ??
    byRegistry ??
    fromJob(extras.job ?? null) ??
    interrupted(byHooks, hooks, transcript) ??
    (byHooks?.state === 'unknown' ? null : byHooks) ??
    byTranscript ??
    fromMtime(mtime, now) ??
    (registry.length > 0 || byHooks !== null ? { source: registry.length > 0 ? 'registry' : 'hook', state: 'unknown', since: at } : null);
  if (decided === null || (alive !== true && now - at >= CLOCKS.hideAfter && decided.source !== 'mtime' && decided.state !== 'ended'))
    return null;
  const settled = withClocks(decided, extras.limitReset ?? null, rules, now);
  const shells = Math.max(hooks?.state.shells ?? 0, valid.some(({ status }) => status === 'shell') ? 1 : 0);
  const isEnded = settled.state === 'ended';
  return {
    state: settled.state,
    since: Math.min(settled.since, now),
    source: settled.source,
    alive: isEnded ? false : alive,
    stale: alive !== true && !isEnded && now - at >= rules.staleAfter,
    at,
    waiting: settled.waiting ?? null,
    background: isEnded ? { agents: [], shells: 0 } : { agents, shells },
    error: settled.error ?? null,
    ended: settled.ended ?? null,
    disagreements: isEnded ? [] : disagreements([byRegistry, byHooks, byTranscript], transcript, now),
  };
}

/** Valid records, without that of a process which said a moment ago that it leaves: its file goes last (LS-33). */
function leaving(registry: readonly RegistryEvidence[], hooks: HookEvidence | null, now: number): readonly RegistryEvidence[] {
  const ended = hooks?.state.ended ?? null;
  return registry.filter((record) => {
    if (record.alive !== true) return false;
    if (ended === null || now - ended.at > CLOCKS.grace) return true;
    return (ended.pid !== null && ended.pid !== record.pid) || statusTime(record) > ended.at;
  });
}

function isAlive(valid: readonly RegistryEvidence[], registry: readonly RegistryEvidence[], hooks: HookEvidence | null): boolean | null {
  if (valid.length > 0) return true;
  if (hooks !== null && !hooks.moved && hooks.alive === true) return true;
  if (registry.some(({ alive }) => alive === null)) return null;
  if (hooks?.alive === false) return false;
  const dead = registry.filter(({ alive }) => alive === false);
  if (dead.length === 0) return null;
  // A client that records no pid may have taken the session up since.
  const left = Math.max(...dead.map((record) => record.updatedAt ?? record.startedAt ?? 0));
  return hooks !== null && hooks.state.identity?.pid === undefined && hooks.state.startAt > left ? null : false;
}

function endOf(
  valid: readonly RegistryEvidence[],
  registry: readonly RegistryEvidence[],
  hooks: HookEvidence | null,
  job: JobEvidence | null,
  alive: boolean | null,
  at: number,
): Decided | null {
  if (valid.length > 0) return null;
  const said = hooks?.state.ended ?? null;
  if (said !== null) return { source: 'hook', state: 'ended', since: said.at, ended: { at: said.at, reason: said.reason } };
  if (job !== null && JOB_ENDS.has(job.state)) return ended('registry', job.updatedAt ?? at, job.state);
  if (hooks?.moved) return ended('registry', hooks.state.at, 'clear');
  return alive === false ? ended(registry.length > 0 ? 'registry' : 'hook', at, 'gone') : null;
}

const ended = (source: Source, at: number, reason: string): Decided => ({ source, state: 'ended', since: at, ended: { at, reason } });
const statusTime = (record: RegistryEvidence): number => record.statusUpdatedAt ?? record.updatedAt ?? record.startedAt ?? 0;

/** Level 1 (LS-2): the most urgent of the session's processes. Null when none says a status. */
function fromRegistry(
  valid: readonly RegistryEvidence[],
  hooks: HookEvidence | null,
  agents: readonly Agent[],
  now: number,
): Decided | null {
  const told = valid.filter(({ status }) => status !== null);
  if (told.length === 0) return null;
  const own = hooks?.state.identity?.pid;
  const states = told.map((record) => {
    const mine = told.length === 1 || own === record.pid;
    return (mine ? leading(record, hooks, agents, now) : null) ?? ofRecord(record, mine ? (hooks?.state ?? null) : null, agents, now);
  });
  return states.reduce((most, each) => (urgency(each.state) < urgency(most.state) ? each : most));
}

/** A hook that is newer than the record leads it for two seconds (LS-4). */
function leading(record: RegistryEvidence, hooks: HookEvidence | null, agents: readonly Agent[], now: number): Decided | null {
  if (hooks === null || !KNOWN_STATUS.has(record.status)) return null;
  const { since } = hooks.state;
  if (since <= statusTime(record) || now - since >= CLOCKS.grace) return null;
  const decided = fromHooks(hooks.state, agents, now);
  return decided.state === 'unknown' || decided.state === 'ended' ? null : decided;
}

function ofRecord(record: RegistryEvidence, hooks: ReducedState | null, agents: readonly Agent[], now: number): Decided {
  const since = statusTime(record);
  const is = (state: State, rest: Partial<Decided> = {}): Decided => ({ source: 'registry', state, since, ...rest });
  if (record.status === 'busy') {
    return hooks?.compact && isCompacting(hooks, now) ? is('compacting', { since: hooks.compact.at }) : is('working');
  }
  if (record.status === 'waiting') return waitingOf(record, hooks, since);
  if (record.status !== 'idle' && record.status !== 'shell') return is('unknown');
  if (hooks?.error && hooks.phase === 'over') return { ...failed(hooks.error.kind, hooks.error.at), source: 'registry' };
  // After Esc no hook tells that the turn's own subagents ended: only those that still speak count (LS-3, §13 1).
  const background = hooks?.phase === 'working' ? agents.filter(({ at }) => at > since + CLOCKS.straggler) : agents;
  return background.length > 0 ? is('working') : is('your-turn');
}

/** Hooks tell which kind of question it is (LS-3). */
function waitingOf(record: RegistryEvidence, hooks: ReducedState | null, since: number): Decided {
  const request = hooks?.lastRequest && hooks.lastRequest.at >= since - CLOCKS.grace ? hooks.lastRequest.tool : null;
  const tool = hooks?.waits.at(-1)?.tool ?? request;
  const isPermission = tool === 'ExitPlanMode' || (tool !== 'AskUserQuestion' && PERMISSION_WAITS.has(record.waitingFor));
  const waiting: Waiting = { for: isPermission ? 'permission' : 'answer', tool, since };
  return { source: 'registry', state: isPermission ? 'needs-permission' : 'needs-answer', since, waiting };
}

function failed(kind: string, at: number): Decided {
  return { source: 'hook', state: kind === 'rate_limit' ? 'rate-limited' : 'error', since: at, error: { kind, at, resetsAt: null } };
}

/** Level 2 (LS-5). */
function fromHooks(state: ReducedState, agents: readonly Agent[], now: number): Decided {
  const current = agents.length === state.agents.length ? state : { ...state, agents };
  const derived = hookState(current, now);
  const changedLater = derived !== hookState(state, state.at) && state.compact?.resumedAt ? state.compact.resumedAt : state.since;
  const decided: Decided = { source: 'hook', state: derived, since: changedLater };
  if (state.error !== null && (derived === 'error' || derived === 'rate-limited')) return failed(state.error.kind, state.error.at);
  if (derived !== 'needs-permission' && derived !== 'needs-answer') return decided;
  const kind = derived === 'needs-permission' ? 'permission' : 'answer';
  const wait = state.waits.find((each) => each.for === kind);
  return wait === undefined ? decided : { ...decided, waiting: { for: kind, tool: wait.tool, since: wait.at } };
}

/** Esc and a denial fire no hook: the transcript's interrupt line is newer than what the hooks last saw (§13 1, 2). */
function interrupted(decided: Decided | null, hooks: HookEvidence | null, transcript: TranscriptEvidence | null): Decided | null {
  if (decided === null || hooks === null || transcript?.kind !== 'interrupt') return null;
  const lastAct = Math.max(hooks.state.mainAt, hooks.state.startAt, ...hooks.state.waits.map(({ at }) => at));
  return transcript.at > lastAct ? { source: 'transcript', state: 'your-turn', since: transcript.at } : null;
}

/** Level 3 (LS-6). */
function fromTranscript(t: TranscriptEvidence | null, now: number): Decided | null {
  if (t === null || t.kind === 'none') return null;
  const is = (state: State): Decided => ({ source: 'transcript', state, since: t.since });
  if (t.kind === 'interrupt' || t.kind === 'end-turn') return is('your-turn');
  if (t.kind === 'limit') return { ...failed('rate_limit', t.at), source: 'transcript' };
  if (t.kind === 'error') return { ...failed(t.error ?? 'unknown', t.at), state: 'error', source: 'transcript' };
  return now - t.grewAt < CLOCKS.growing ? is('working') : is('unknown');
}

/** Level 4 (LS-7). */
function fromMtime(mtime: number | null, now: number): Decided | null {
  if (mtime === null || now - mtime >= CLOCKS.mtimeLive) return null;
  return { source: 'mtime', state: now - mtime < CLOCKS.growing ? 'working' : 'unknown', since: mtime };
}

/** A background session whose record is gone (LS-31). */
function fromJob(job: JobEvidence | null): Decided | null {
  if (job?.state !== 'blocked') return null;
  const since = job.updatedAt ?? 0;
  return { source: 'registry', state: 'needs-answer', since, waiting: { for: 'answer', tool: null, since } };
}

/** What time alone changes: the limit resets, and the turn that is yours becomes idle. */
function withClocks(decided: Decided, reset: LimitReset | null, rules: SessionRules, now: number): Decided {
  let d = decided;
  if (d.state === 'rate-limited' && d.error && reset !== null && reset.resetsAt * 1000 > d.error.at) {
    const resetsAt = reset.resetsAt;
    d =
      now >= resetsAt * 1000 ? { source: d.source, state: 'your-turn', since: resetsAt * 1000 } : { ...d, error: { ...d.error, resetsAt } };
  }
  return d.state === 'your-turn' && now - d.since > rules.idleAfter ? { ...d, state: 'idle' } : d;
}

/** Agents with a sign of life in the last half hour that their own files do not call finished (LS-28). */
function runningAgents(agents: readonly Agent[], transcript: TranscriptEvidence | null, now: number): readonly Agent[] {
  return agents.filter((agent) => {
    const file = transcript?.agents?.find(({ id }) => id === agent.id);
    return file?.finished !== true && now - Math.max(agent.at, file?.grewAt ?? 0) < CLOCKS.agentSilent;
  });
}

/** Never later than now: evidence from the future counts as now (ST-22). */
function newestEvidence(
  registry: readonly RegistryEvidence[],
  hooks: HookEvidence | null,
  transcript: TranscriptEvidence | null,
  mtime: number | null,
  extras: LiveExtras,
  now: number,
): number {
  const records = registry.map((record) => record.updatedAt ?? record.startedAt ?? 0);
  const others = [hooks?.state.at, transcript?.at, transcript?.grewAt, mtime, extras.seenAt, extras.job?.updatedAt];
  return Math.min(now, Math.max(0, ...records, ...others.map((at) => at ?? 0)));
}
