import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isOurDomain, type ProcessTable, systemProcesses } from '../platform/processes.ts';
import type { Capture } from './capture-facts.ts';
import { captureDir, captureFile, readCapture } from './capture-file.ts';
import type { HookEvidence, JobEvidence, TranscriptEvidence } from './evidence.ts';
import { sessionFileName } from './file-name.ts';
import { readJobs } from './jobs.ts';
import { eventsDir, readJournal } from './journal.ts';
import { type Agent, EMPTY_STATE, type ReducedState } from './reduced.ts';
import { type RegistryEvidence, RegistryReader } from './registry.ts';
import type { LiveSession } from './session.ts';
import { CLOCKS, DEFAULT_RULES, type SessionRules, urgency } from './states.ts';
import { SteadySessions } from './steady-sessions.ts';
import { bySession } from './stored-session.ts';
import { summaryFacts } from './summary-facts.ts';
import { readSummarySessions, summaryFile } from './summary-file.ts';

export interface LiveSessionsOptions {
  readonly table?: ProcessTable;
  readonly rules?: SessionRules;
}

/** Transcript evidence by session id, as the caller last saw it. */
export type Transcripts = ReadonlyMap<string, TranscriptEvidence>;

/** What the files of these agents of a session tell of them; asked for while its hooks say that they run (LS-28). */
export type AgentSigns = (sessionId: string, agents: readonly Agent[]) => TranscriptEvidence['agents'];

interface Cached<T> {
  readonly stamp: string;
  readonly value: T;
}

type SummarySessions = ReturnType<typeof readSummarySessions>;

const NO_TRANSCRIPTS: Transcripts = new Map();
const NO_AGENTS: readonly Agent[] = [];
const NAME = /^([A-Za-z0-9_-]{1,64})\.jsonl$/;
/** SEC-41: the newest are tracked, the rest is not. */
const MAX_SESSIONS = 1000;
/** A folder's time may not move again within so many ms of a change. */
const TIME_GRAIN_MS = 100;
const NO_FILE = '';

/** What every session is doing, read again and again at little cost: files that did not change are not opened. */
export class LiveSessions {
  readonly #claudeDirs: readonly string[];
  readonly #stateDir: string;
  readonly #table: ProcessTable;
  readonly #rules: SessionRules;
  readonly #registries: readonly RegistryReader[];
  #journals = new Map<string, Cached<ReducedState | null>>();
  #captures = new Map<string, Cached<Capture | null> & { readonly look: number }>();
  /** Rises with each look at which they may be other ones. */
  #captureLooks = 0;
  /** The captures' folder as it was when they were looked at one by one. */
  #captureFolder: { readonly mtimeMs: number; readonly readAt: number } | null = null;
  readonly #steady = new SteadySessions();
  #jobs: readonly Cached<ReadonlyMap<string, JobEvidence>>[] = [];
  #summary: Cached<SummarySessions> | null = null;
  /** The session that each process worked on when last seen: a change of it is `/clear` (LS-13). */
  #sessionOfPid = new Map<string, string>();
  #cleared = new Map<string, number>();

  constructor(claudeDirs: readonly string[], stateDir: string, options: LiveSessionsOptions = {}) {
    this.#claudeDirs = claudeDirs;
    this.#stateDir = stateDir;
    this.#table = options.table ?? systemProcesses;
    this.#rules = options.rules ?? DEFAULT_RULES;
    this.#registries = claudeDirs.map((dir) => new RegistryReader(dir, this.#table));
  }

  /** All sessions that anything tells of at `now` (epoch ms), most urgent first, then longest in their state. */
  read(now: number, transcripts: Transcripts = NO_TRANSCRIPTS, signsOf: AgentSigns | null = null): readonly LiveSession[] {
    const records = this.#registries.map((registry, i) => ({ dir: this.#claudeDirs[i]!, records: registry.read() }));
    const all = records.flatMap((each) => each.records);
    this.#noticeClears(all, now);
    const registry = bySession(all);
    const dirOf = new Map(records.flatMap(({ dir, records: each }) => each.map(({ sessionId }) => [sessionId, dir] as const)));
    const journals = this.#readJournals(now);
    const jobs = this.#readJobs();
    const summary = this.#readSummary();
    const ids = new Set([...registry.ids, ...this.#cleared.keys(), ...transcripts.keys(), ...jobs.flatMap((each) => [...each.keys()])]);
    const hasJournals = journals.size > 0;
    const named = new Set(hasJournals ? [...ids].map(sessionFileName) : []);
    // An id that could not be a file name is known only where somebody else names it.
    for (const name of journals.keys()) if (!named.has(name) && !name.startsWith('h-')) ids.add(name);
    const captures = this.#captureLook(now);
    const sessions = [...ids].flatMap((id) => {
      const reduced = hasJournals ? (journals.get(sessionFileName(id)) ?? null) : null;
      const end = transcripts.get(id) ?? null;
      const agents = reduced?.agents ?? NO_AGENTS;
      const transcript = end === null || signsOf === null || agents.length === 0 ? end : { ...end, agents: signsOf(id, agents) ?? [] };
      const session = this.#steady.of(
        {
          id,
          configDir: dirOf.get(id) ?? reduced?.identity?.configDir ?? this.#claudeDirs[0] ?? '',
          registry: registry.of(id),
          hooks: this.#hooks(id, reduced, registry.sessionOfPid, now),
          transcript,
          mtime: transcript?.grewAt ?? null,
          job: jobs.find((each) => each.has(id))?.get(id) ?? null,
          capture: captures === 'none' ? null : this.#capture(id, captures === 'same'),
          summary: summaryFacts(summary?.(id) ?? null),
          rules: this.#rules,
        },
        now,
      );
      return session === null ? [] : [session];
    });
    this.#steady.letGo();
    return sessions.sort(mostUrgentFirst);
  }

  #hooks(id: string, reduced: ReducedState | null, sessionOfPid: (pid: number) => string | undefined, now: number): HookEvidence | null {
    const clearedAt = this.#cleared.get(id);
    if (reduced === null) return clearedAt === undefined ? null : { state: clearedState(clearedAt), alive: null, moved: true };
    const { identity } = reduced;
    const pid = identity?.pid;
    if (pid === undefined)
      return { state: reduced, alive: null, moved: clearedAt !== undefined && clearedAt > reduced.at && now >= clearedAt };
    const owner = sessionOfPid(pid);
    const here = isOurDomain(identity?.pidDomain ?? null, this.#table.domain);
    const alive = here ? this.#table.isAlive({ pid, procStart: identity?.procStart ?? null, startedAt: null }) : null;
    return { state: reduced, alive, moved: here && owner !== undefined && owner !== id };
  }

  /** Sessions known from the registry alone end when their process takes up another. */
  #noticeClears(records: readonly RegistryEvidence[], now: number): void {
    for (const { pid, procStart, sessionId, alive } of records) {
      if (alive !== true) continue;
      const key = `${pid} ${procStart}`;
      const before = this.#sessionOfPid.get(key);
      if (before !== undefined && before !== sessionId) this.#cleared.set(before, now);
      this.#cleared.delete(sessionId);
      if (before !== sessionId) this.#sessionOfPid.set(key, sessionId);
    }
    for (const [id, at] of this.#cleared) if (now - at >= CLOCKS.hideAfter) this.#cleared.delete(id);
    if (this.#sessionOfPid.size > MAX_SESSIONS) this.#sessionOfPid = new Map([...this.#sessionOfPid].slice(-MAX_SESSIONS));
    if (this.#cleared.size > MAX_SESSIONS) this.#cleared = new Map([...this.#cleared].slice(-MAX_SESSIONS));
  }

  #readJournals(now: number): ReadonlyMap<string, ReducedState> {
    const dir = eventsDir(this.#stateDir);
    const next = new Map<string, Cached<ReducedState | null>>();
    const dated = namesIn(dir).flatMap((name) => {
      const stat = NAME.test(name) ? statQuietly(join(dir, name)) : null;
      return stat === null ? [] : [{ name, ...stat }];
    });
    const newest = dated.length <= MAX_SESSIONS ? dated : dated.sort((a, b) => b.mtimeMs - a.mtimeMs).slice(0, MAX_SESSIONS);
    for (const { name, stamp } of newest) {
      const before = this.#journals.get(name);
      next.set(name, before?.stamp === stamp ? before : { stamp, value: readJournal(join(dir, name), now)?.state ?? null });
    }
    this.#journals = next;
    const byName = new Map<string, ReducedState>();
    for (const [name, { value }] of next) if (value !== null) byName.set(NAME.exec(name)![1]!, value);
    return byName;
  }

  /**
   * Whether the captures of the last look stand as they are: every write of one is a rename, which moves the folder's time. One look at the folder in place of
   * one at each session's file, which most sessions do not have. `none`: there is no folder.
   */
  #captureLook(now: number): 'same' | 'new' | 'none' {
    const before = this.#captureFolder;
    const mtimeMs = statQuietly(captureDir(this.#stateDir), 'folder')?.mtimeMs;
    this.#captureFolder = mtimeMs === undefined ? null : { mtimeMs, readAt: now };
    if (mtimeMs !== undefined && before?.mtimeMs === mtimeMs && isSettled(before)) return 'same';
    this.#captureLooks++;
    if (mtimeMs !== undefined) return 'new';
    this.#captures.clear();
    return 'none';
  }

  #capture(id: string, isSame: boolean): Capture | null {
    const before = this.#captures.get(id);
    // Nobody may have asked for it when the folder changed last.
    if (isSame && before?.look === this.#captureLooks) return before.value;
    const stamp = statQuietly(captureFile(this.#stateDir, id))?.stamp ?? NO_FILE;
    const value = before?.stamp === stamp ? before.value : stamp === NO_FILE ? null : readCapture(this.#stateDir, id);
    const cached = { stamp, value, look: this.#captureLooks };
    this.#captures.delete(id);
    this.#captures.set(id, cached);
    if (this.#captures.size > MAX_SESSIONS) this.#captures.delete(this.#captures.keys().next().value!);
    return cached.value;
  }

  #readJobs(): readonly ReadonlyMap<string, JobEvidence>[] {
    this.#jobs = this.#claudeDirs.map((dir, i) => {
      const root = join(dir, 'jobs');
      const stamp = namesIn(root)
        .map((name) => `${name} ${statQuietly(join(root, name, 'state.json'))?.stamp ?? ''}`)
        .join('\n');
      const before = this.#jobs[i];
      return before?.stamp === stamp ? before : { stamp, value: stamp === '' ? new Map<string, JobEvidence>() : readJobs(dir) };
    });
    return this.#jobs.map(({ value }) => value);
  }

  #readSummary(): SummarySessions {
    const stamp = statQuietly(summaryFile(this.#stateDir))?.stamp ?? NO_FILE;
    if (this.#summary?.stamp !== stamp) this.#summary = { stamp, value: stamp === NO_FILE ? null : readSummarySessions(this.#stateDir) };
    return this.#summary.value;
  }
}

/** Urgency, then longest in the state, then id: rows of equal urgency never change places without an event (LS-51). */
export function mostUrgentFirst(a: LiveSession, b: LiveSession): number {
  return urgency(a.state) - urgency(b.state) || a.since - b.since || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function clearedState(at: number): ReducedState {
  return { ...EMPTY_STATE, at, phase: 'ended', since: at, ended: { at, reason: 'clear', pid: null } };
}

/** A change after that look would have moved the folder's time again. */
const isSettled = ({ mtimeMs, readAt }: { readonly mtimeMs: number; readonly readAt: number }): boolean =>
  Math.abs(readAt - mtimeMs) > TIME_GRAIN_MS;

function namesIn(dir: string): readonly string[] {
  // What a failing call costs more than this is felt where it is made again and again.
  if (!existsSync(dir)) return [];
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function statQuietly(path: string, kind: 'file' | 'folder' = 'file'): { readonly stamp: string; readonly mtimeMs: number } | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return (kind === 'file' ? stat?.isFile() : stat?.isDirectory()) && stat !== undefined
      ? { stamp: `${stat.ino}:${stat.mtimeMs}:${stat.size}`, mtimeMs: stat.mtimeMs }
      : null;
  } catch {
    return null;
  }
}
