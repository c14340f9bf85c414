import { devNull } from 'node:os';
import { basename } from 'node:path';
import { KeptProcesses } from '../platform/kept-processes.ts';
import type { ProcessTable } from '../platform/processes.ts';
import type { TranscriptEvidence } from '../sessions/evidence.ts';
import { LiveSessions } from '../sessions/live-sessions.ts';
import { sameData } from '../sessions/same-data.ts';
import type { LiveSession } from '../sessions/session.ts';
import type { SessionRules } from '../sessions/states.ts';
import { plain } from '../text/plain.ts';
import { agentSigns } from './agent-signs.ts';
import type { LiveSessionInput } from './live-input.ts';
import type { TranscriptTail } from './transcript-tail.ts';

/** What a transcript's end says of the turn (LS-6); null = nothing yet. */
export function evidenceOf({ last, grewAt, path }: TranscriptTail): TranscriptEvidence | null {
  if (grewAt === null) return null;
  if (last === null) return { kind: 'none', at: grewAt, since: grewAt, grewAt, path };
  const { kind, at, since, error } = last;
  return { kind, at, since, grewAt, error, path };
}

const TEXT_LENGTH = 80;
/** What client, registry and hooks say is text from outside (TS-1). */
const clean = (text: string | null): string | null => (text === null ? null : plain(text, TEXT_LENGTH));

/** A session as the snapshot takes it. */
export function inputOf(live: LiveSession): LiveSessionInput {
  const { id, state, since, source, alive, stale, waiting, lastTool, agents, shells, error, ended, title, titleRank } = live;
  const { cwd, model, permissionMode, effort, disagreements } = live;
  return {
    id,
    state,
    since,
    source,
    seenAt: live.at,
    alive,
    stale,
    waiting,
    lastTool,
    processes: live.processes.map(({ pid, procStart, kind, entrypoint, version, startedAt }) => ({
      pid,
      procStart,
      kind: clean(kind),
      entrypoint: clean(entrypoint),
      version: clean(version),
      startedAt,
    })),
    agents,
    shells,
    error: error === null ? null : { ...error, resetsAt: error.resetsAt === null ? null : error.resetsAt * 1000 },
    ended: ended === null ? null : { at: ended.at, reason: clean(ended.reason) },
    title,
    titleRank,
    cwd,
    model,
    permissionMode,
    effort,
    disagreements: disagreements.map((text) => plain(text, TEXT_LENGTH)),
  };
}

/** Newest evidence that is looked at again without a change, ms: ages decide some states (LS-6, LS-7). */
const AGAIN_MS = 2000;

/** The state of every session that runs or ran lately: registry, hook journals and what transcript ends tell (LS-1). */
export class LiveStates {
  private readonly reader: LiveSessions;
  /** Ours to close; null where others answer for the processes. */
  private readonly kept: KeptProcesses | null;
  private sessions: ReadonlyMap<string, LiveSessionInput> = new Map();
  private found = new Map<string, LiveSession>();
  /** As they were read last, for those who publish them. */
  raw: readonly LiveSession[] = [];
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(claudeDirs: readonly string[], stateDir: string | null, rules?: SessionRules, table?: ProcessTable) {
    this.kept = table === undefined ? new KeptProcesses() : null;
    // Without a state directory there are no journals: a place below the null device never exists.
    this.reader = new LiveSessions(claudeDirs, stateDir ?? devNull, { ...(rules && { rules }), table: table ?? this.kept! });
  }

  /** Gives back what is kept of the system. */
  close(): void {
    this.kept?.close();
  }

  /** The last reading is old enough that ages may have changed a state. */
  isOld(now: number): boolean {
    return Math.abs(now - this.readAt) >= AGAIN_MS;
  }

  get all(): ReadonlyMap<string, LiveSessionInput> {
    return this.sessions;
  }

  /**
   * Reads registry and journals and decides. `tails`: ends of the followed transcripts by session id, evidence where nothing better is known; `agentFiles`: of
   * a session's subagents, looked at while hooks say that some run (LS-28). Sessions that did not change stay the same objects. True when one changed.
   */
  read(now: number, tails: ReadonlyMap<string, TranscriptTail>, agentFiles: (sessionId: string) => readonly string[] = () => []): boolean {
    this.readAt = now;
    const evidence = new Map<string, TranscriptEvidence>();
    for (const [id, tail] of tails) {
      const own = evidenceOf(tail);
      if (own !== null) evidence.set(id, own);
    }
    this.raw = this.reader.read(now, evidence, (id, agents) => {
      // An end is proven by other things, and so told for days.
      if (this.sessions.get(id)?.state === 'ended') return [];
      const names = new Set(agents.map((agent) => `agent-${agent.id}.jsonl`));
      return agentSigns(agentFiles(id).filter((path) => names.has(basename(path))));
    });
    this.kept?.letGo();
    return this.take(this.raw);
  }

  private take(found: readonly LiveSession[]): boolean {
    const sessions = new Map<string, LiveSessionInput>();
    const all = new Map<string, LiveSession>();
    let changed = found.length !== this.sessions.size;
    for (const live of found) {
      const before = this.sessions.get(live.id);
      const isSame = before !== undefined && sameData(this.found.get(live.id), live);
      changed ||= !isSame;
      sessions.set(live.id, isSame ? before : inputOf(live));
      all.set(live.id, live);
    }
    this.sessions = sessions;
    this.found = all;
    return changed;
  }
}
