import { type Loose, looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { isOurDomain, type ProcessTable } from '../platform/processes.ts';
import type { HookEvidence } from './evidence.ts';
import { type Agent, EMPTY_STATE, type Phase, type ReducedState } from './reduced.ts';
import type { RegistryEvidence } from './registry.ts';
import { assembleSession, type LiveSession } from './session.ts';
import { isState, type SessionRules, type State } from './states.ts';
import { rankOfStored } from './title.ts';

/* A status file read back as evidence: the index needs every session, and only its own publisher knows the journal. */

export interface StoredContext {
  readonly now: number;
  readonly claudeDir: string;
  readonly rules: SessionRules;
  readonly table: ProcessTable;
  /** Valid and other records by session id, and which session a living pid works on. */
  readonly registry: RegistryBySession;
}

export interface RegistryBySession {
  readonly of: (sessionId: string) => readonly RegistryEvidence[];
  readonly sessionOfPid: (pid: number) => string | undefined;
  readonly ids: ReadonlySet<string>;
}

export function bySession(records: readonly RegistryEvidence[]): RegistryBySession {
  const map = new Map<string, RegistryEvidence[]>();
  const pids = new Map<number, string>();
  for (const record of records) {
    const known = map.get(record.sessionId);
    if (known === undefined) map.set(record.sessionId, [record]);
    else known.push(record);
    if (record.alive === true) pids.set(record.pid, record.sessionId);
  }
  return { of: (id) => map.get(id) ?? [], sessionOfPid: (pid) => pids.get(pid), ids: new Set(map.keys()) };
}

/** The file's session id, for anything that looks like a status file of version 1, ours or another program's; else null. */
export function storedId(file: Loose | null): string | null {
  if (file === null || typeof file.version !== 'string' || !/^1\./.test(file.version)) return null;
  return looseText(file.session_id, 400);
}

/** What a status file and the registry of this moment say; null when it is not live any more. `mtime` (epoch ms) dates a file without its own time. */
export function storedSession(file: Loose, mtime: number, c: StoredContext): LiveSession | null {
  const id = storedId(file);
  if (id === null) return null;
  const registry = c.registry.of(id);
  const ours = looseObject(file.tidemark);
  const hooks = hooksOf(file, mtime, id, c);
  const session = assembleSession(
    { id, configDir: looseText(ours.config_dir) ?? c.claudeDir, registry, hooks, rules: c.rules, storedTitle: titleOf(file) },
    c.now,
  );
  return session;
}

const titleOf = (file: Loose) => {
  const text = looseText(looseObject(file.task).name, 4096);
  return text === null ? null : { text, rank: rankOfStored(looseObject(file.tidemark).title_source) };
};

function hooksOf(file: Loose, mtime: number, id: string, c: StoredContext): HookEvidence {
  const state = reducedOf(file, mtime);
  const processes = processesOf(looseObject(file.tidemark));
  const moved = processes.some(({ pid }) => {
    const other = c.registry.sessionOfPid(pid);
    return other !== undefined && other !== id;
  });
  const lives = processes.map((each) => (isOurDomain(null, c.table.domain) ? c.table.isAlive(each) : null));
  const alive = lives.includes(true) ? true : lives.length > 0 && lives.every((each) => each === false) ? false : null;
  return { state, alive: moved ? null : alive, moved };
}

function processesOf(ours: Loose): readonly { readonly pid: number; readonly procStart: string | null; readonly startedAt: null }[] {
  return (Array.isArray(ours.processes) ? (ours.processes as unknown[]) : []).flatMap((value) => {
    const o = looseObject(value);
    const pid = looseNumber(o.pid, 1, 2 ** 31);
    const procStart = looseText(o.proc_start, 64);
    // Without its start time a pid proves nothing.
    return pid === null || procStart === null ? [] : [{ pid, procStart, startedAt: null }];
  });
}

const PHASE: Readonly<Record<State, Phase>> = {
  working: 'working',
  compacting: 'working',
  'needs-permission': 'working',
  'needs-answer': 'working',
  'your-turn': 'over',
  idle: 'over',
  error: 'over',
  'rate-limited': 'over',
  unknown: 'none',
  ended: 'ended',
};
/** The seed's words of files that other programs write. */
const FOREIGN: Readonly<Record<string, State>> = {
  active: 'working',
  waiting: 'needs-answer',
  idle: 'your-turn',
  completed: 'ended',
  failed: 'error',
};

function writtenAt(file: Loose): number | null {
  const at = Date.parse(looseText(file.updated_at, 40) ?? '');
  return Number.isFinite(at) ? at : null;
}

function reducedOf(file: Loose, mtime: number): ReducedState {
  const ours = looseObject(file.tidemark);
  const at = looseNumber(ours.updated_at_ms) ?? writtenAt(file) ?? mtime;
  const state: State = isState(ours.state) ? ours.state : (FOREIGN[String(looseObject(file.task).status)] ?? 'unknown');
  const since = looseNumber(ours.state_since) ?? at;
  const error = looseObject(ours.error);
  const end = looseObject(ours.ended);
  const tool = looseObject(ours.last_tool);
  const toolName = looseText(tool.name, 64);
  const wait = looseObject(ours.waiting);
  const isWaiting = state === 'needs-permission' || state === 'needs-answer';
  const reason = looseText(end.reason, 64);
  return {
    ...EMPTY_STATE,
    at,
    // What the process table proved once it proves again: only a session that said its end stays ended by the file.
    phase: state === 'ended' && reason === 'gone' ? 'over' : PHASE[state],
    since,
    startAt: since,
    stopAt: PHASE[state] === 'over' ? since : 0,
    error:
      state === 'error' || state === 'rate-limited'
        ? { kind: looseText(error.kind, 64) ?? 'unknown', at: looseNumber(error.at) ?? since }
        : null,
    ended: state === 'ended' && reason !== 'gone' ? { at: looseNumber(end.at) ?? at, reason: reason ?? 'other', pid: null } : null,
    compact: state === 'compacting' ? { at: since, trigger: 'auto', resumedAt: null } : null,
    waits: isWaiting
      ? [
          {
            for: state === 'needs-answer' ? 'answer' : 'permission',
            agent: '',
            tool: looseText(wait.tool, 64),
            input: '',
            at: looseNumber(wait.since) ?? since,
          },
        ]
      : [],
    agents: agentsOf(file, at),
    shells: looseNumber(looseObject(ours.background).shells) ?? 0,
    lastTool: toolName === null ? null : { name: toolName, at: looseNumber(tool.at) ?? at },
    model: looseText(looseObject(ours.model).id, 128) === null ? null : { id: String(looseObject(ours.model).id), at },
    effort: looseText(ours.effort, 40),
    mode: looseText(ours.permission_mode, 40),
    cwd: looseText(ours.cwd, 1024),
    transcript: looseText(ours.transcript_path, 1024),
  };
}

function agentsOf(file: Loose, at: number): readonly Agent[] {
  const agents = looseObject(file.agents);
  const names = Array.isArray(agents.names) ? (agents.names as unknown[]) : [];
  const count = Math.min(looseNumber(agents.active) ?? 0, 512);
  return Array.from({ length: Math.floor(count) }, (_, i) => ({ id: `#${i}`, type: looseText(names[i], 64) ?? '', at }));
}
