import type { HookEvidence, JobEvidence, TranscriptEvidence, Verdict } from './evidence.ts';
import { type Agent, hookState, isCompacting, type ReducedState } from './reduced.ts';
import { type RegistryEvidence, statusTime } from './registry.ts';
import { CLOCKS, type State, urgency } from './states.ts';
import type { StopTold } from './stop-note.ts';

/* What each level of evidence says by itself (LS-2 … LS-7). Pure; times in epoch ms. */

/** A question that is open, since epoch ms. */
export interface Waiting {
  readonly for: 'permission' | 'answer';
  readonly tool: string | null;
  readonly since: number;
}

/** A turn that failed. `resetsAt` in epoch **seconds**. */
export interface Failure {
  readonly kind: string;
  readonly at: number;
  readonly resetsAt: number | null;
}

export interface End {
  readonly at: number;
  readonly reason: string;
  /** A person stopped it through us (KIL-6). */
  readonly stop?: StopTold;
}

/** A level's verdict with what belongs to the state. */
export interface Decided extends Verdict {
  readonly ended?: End | null;
  readonly waiting?: Waiting | null;
  readonly error?: Failure | null;
}

const PERMISSION_WAITS: ReadonlySet<string | null> = new Set(['permission prompt', 'sandbox request', 'worker request']);
const KNOWN_STATUS: ReadonlySet<string | null> = new Set(['busy', 'waiting', 'idle', 'shell']);

/** Level 1 (LS-2): the most urgent of the session's processes. Null when none says a status. */
export function fromRegistry(
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
export function fromHooks(state: ReducedState, agents: readonly Agent[], now: number): Decided {
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
export function interrupted(decided: Decided | null, hooks: HookEvidence | null, transcript: TranscriptEvidence | null): Decided | null {
  if (decided === null || hooks === null || transcript?.kind !== 'interrupt') return null;
  const lastAct = Math.max(hooks.state.mainAt, hooks.state.startAt, ...hooks.state.waits.map(({ at }) => at));
  return transcript.at > lastAct ? { source: 'transcript', state: 'your-turn', since: transcript.at } : null;
}

/** Level 3 (LS-6). */
export function fromTranscript(t: TranscriptEvidence | null, now: number): Decided | null {
  if (t === null || t.kind === 'none') return null;
  const is = (state: State): Decided => ({ source: 'transcript', state, since: t.since });
  if (t.kind === 'interrupt' || t.kind === 'end-turn') return is('your-turn');
  if (t.kind === 'limit') return { ...failed('rate_limit', t.at), source: 'transcript' };
  if (t.kind === 'error') return { ...failed(t.error ?? 'unknown', t.at), state: 'error', source: 'transcript' };
  return now - t.grewAt < CLOCKS.growing ? is('working') : is('unknown');
}

/** Level 4 (LS-7). */
export function fromMtime(mtime: number | null, now: number): Decided | null {
  if (mtime === null || now - mtime >= CLOCKS.mtimeLive) return null;
  return { source: 'mtime', state: now - mtime < CLOCKS.growing ? 'working' : 'unknown', since: mtime };
}

/** A background session whose record is gone (LS-31). */
export function fromJob(job: JobEvidence | null): Decided | null {
  if (job?.state !== 'blocked') return null;
  const since = job.updatedAt ?? 0;
  return { source: 'registry', state: 'needs-answer', since, waiting: { for: 'answer', tool: null, since } };
}
