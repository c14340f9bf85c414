import type { HookEvidence, JobEvidence } from './evidence.ts';
import type { Decided } from './levels.ts';
import { type RegistryEvidence, statusTime } from './registry.ts';
import { CLOCKS, type Source } from './states.ts';

/* Whether a session runs or has ended (LS-10, LS-33). Pure; times in epoch ms. */

const JOB_ENDS: ReadonlySet<string> = new Set(['done', 'failed', 'stopped']);

/** Valid records, without that of a process which said a moment ago that it leaves: its file goes last (LS-33). */
export function leaving(registry: readonly RegistryEvidence[], hooks: HookEvidence | null, now: number): readonly RegistryEvidence[] {
  const ended = hooks?.state.ended ?? null;
  return registry.filter((record) => {
    if (record.alive !== true) return false;
    if (ended === null || now - ended.at > CLOCKS.grace) return true;
    return (ended.pid !== null && ended.pid !== record.pid) || statusTime(record) > ended.at;
  });
}

/** Whether a process of the session runs; null = cannot be told. */
export function isAlive(
  valid: readonly RegistryEvidence[],
  registry: readonly RegistryEvidence[],
  hooks: HookEvidence | null,
): boolean | null {
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

/** The end, where something tells of one and no valid record contradicts it. */
export function endOf(
  valid: readonly RegistryEvidence[],
  registry: readonly RegistryEvidence[],
  hooks: HookEvidence | null,
  job: JobEvidence | null,
  alive: boolean | null,
  at: number,
): Decided | null {
  if (valid.length > 0) return null;
  const said = hooks?.state.ended ?? null;
  if (said !== null) {
    const { at: since, reason, stop } = said;
    return { source: 'hook', state: 'ended', since, ended: { at: since, reason, ...(stop && { stop }) } };
  }
  if (job !== null && JOB_ENDS.has(job.state)) return ended('registry', job.updatedAt ?? at, job.state);
  if (hooks?.moved) return ended('registry', hooks.state.at, 'clear');
  return alive === false ? ended(registry.length > 0 ? 'registry' : 'hook', at, 'gone') : null;
}

const ended = (source: Source, at: number, reason: string): Decided => ({ source, state: 'ended', since: at, ended: { at, reason } });
