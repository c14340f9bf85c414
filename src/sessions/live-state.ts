import { disagreements } from './disagreement.ts';
import type { HookEvidence, JobEvidence, LimitReset, TranscriptEvidence } from './evidence.ts';
import {
  type Decided,
  type End,
  type Failure,
  fromHooks,
  fromJob,
  fromMtime,
  fromRegistry,
  fromTranscript,
  interrupted,
  type Waiting,
} from './levels.ts';
import { endOf, isAlive, leaving } from './liveness.ts';
import type { Agent } from './reduced.ts';
import type { RegistryEvidence } from './registry.ts';
import { CLOCKS, DEFAULT_RULES, type SessionRules, type Source, type State } from './states.ts';

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
  readonly error: Failure | null;
  readonly ended: End | null;
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
  let newest = Math.max(hooks?.state.at ?? 0, transcript?.at ?? 0, transcript?.grewAt ?? 0, mtime ?? 0, extras.seenAt ?? 0);
  newest = Math.max(newest, extras.job?.updatedAt ?? 0, 0);
  for (const record of registry) newest = Math.max(newest, record.updatedAt ?? record.startedAt ?? 0);
  return Math.min(now, newest);
}
