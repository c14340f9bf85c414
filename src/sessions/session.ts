import { plain } from '../text/plain.ts';
import type { Capture } from './capture-facts.ts';
import { limitResetOf } from './capture-quota.ts';
import type { Identity } from './event.ts';
import type { HookEvidence, JobEvidence, TranscriptEvidence } from './evidence.ts';
import { type LiveState, liveState } from './live-state.ts';
import type { RegistryEvidence } from './registry.ts';
import type { SessionRules } from './states.ts';
import type { SummaryFacts } from './summary-facts.ts';
import { projectOf, resolveTitle, strongerTitle } from './title.ts';

/** A running client of a session. Times in epoch ms. */
export interface SessionProcess {
  readonly pid: number;
  readonly procStart: string | null;
  readonly kind: string | null;
  readonly entrypoint: string | null;
  readonly startedAt: number | null;
  readonly version: string | null;
}

/** One session as every surface sees it. Times in epoch ms; null = not known. */
export interface LiveSession extends Omit<LiveState, 'background'> {
  readonly id: string;
  readonly lastTool: { readonly name: string; readonly at: number } | null;
  readonly processes: readonly SessionProcess[];
  /** Subagents that run; names are their types, sorted. */
  readonly agents: { readonly active: number; readonly names: readonly string[] };
  readonly shells: number;
  /** Plain text, at most 200 graphemes; rank 0 (given) … 6 (project and id), LS-25. */
  readonly title: string;
  readonly titleRank: number;
  readonly tasks: { readonly known: number; readonly done: number; readonly openId: string | null };
  readonly cwd: string | null;
  readonly project: string;
  readonly transcriptPath: string | null;
  readonly configDir: string;
  readonly model: string | null;
  readonly modelAt: number | null;
  readonly effort: string | null;
  readonly permissionMode: string | null;
  readonly version: string | null;
  /** Where its hooks saw the client run, and as whom; null = no hook told. */
  readonly identity?: Identity | null;
}

/** All that is known of one session. */
export interface SessionInputs {
  readonly id: string;
  readonly configDir: string;
  readonly registry: readonly RegistryEvidence[];
  readonly hooks: HookEvidence | null;
  readonly transcript?: TranscriptEvidence | null;
  readonly mtime?: number | null;
  readonly job?: JobEvidence | null;
  readonly capture?: Capture | null;
  readonly summary?: SummaryFacts | null;
  readonly rules: SessionRules;
  /** A title found elsewhere, such as in the status file it comes from. */
  readonly storedTitle?: { readonly text: string; readonly rank: number } | null;
}

/* What most sessions have none of is one object: whoever compares two looks sees it at once. */
const NO_AGENTS: LiveSession['agents'] = { active: 0, names: [] };
const NO_TASKS: LiveSession['tasks'] = { known: 0, done: 0, openId: null };
/** A record's client, for as long as the record is the same. */
const clients = new WeakMap<RegistryEvidence, SessionProcess>();

/** Puts a session together from its evidence; null when nothing says that it is live. */
export function assembleSession(inputs: SessionInputs, now: number): LiveSession | null {
  const { registry, hooks, transcript = null, job = null, capture = null } = inputs;
  const live = liveState(registry, hooks, transcript, inputs.mtime ?? null, now, {
    rules: inputs.rules,
    job,
    limitReset: limitResetOf(capture),
    seenAt: capture?.at ?? null,
  });
  if (live === null) return null;
  const { background, ...rest } = live;
  const reduced = hooks?.state ?? null;
  const record = registry.find(({ alive }) => alive === true) ?? registry[0] ?? null;
  const cwd = reduced?.cwd ?? record?.cwd ?? capture?.cwd ?? transcript?.cwd ?? job?.cwd ?? null;
  const project = projectOf(cwd);
  const title = titleOf(inputs, record, project);
  const tasks = reduced?.tasks ?? [];
  return {
    ...rest,
    id: inputs.id,
    lastTool: reduced?.lastTool ?? null,
    processes: processesOf(registry, hooks),
    agents:
      background.agents.length === 0
        ? NO_AGENTS
        : { active: background.agents.length, names: background.agents.map(({ type }) => plain(type, 64) || 'agent').sort() },
    shells: background.shells,
    title: title.text,
    titleRank: title.rank,
    tasks:
      tasks.length === 0
        ? NO_TASKS
        : {
            known: tasks.length,
            done: tasks.filter(({ done }) => done).length,
            openId: tasks.find(({ done }) => !done)?.id ?? null,
          },
    cwd,
    project: plain(project, 200),
    transcriptPath: reduced?.transcript ?? transcript?.path ?? null,
    configDir: inputs.configDir,
    model: reduced?.model?.id ?? capture?.model?.id ?? transcript?.model ?? null,
    modelAt: reduced?.model?.at ?? capture?.at ?? null,
    effort: reduced?.effort ?? capture?.effort ?? null,
    permissionMode: reduced?.mode ?? null,
    version: record?.version ?? capture?.version ?? null,
    identity: reduced?.identity ?? null,
  };
}

/** LS-25: what the monitor resolved wins where it is at least as strong, so that two publishers never alternate. */
function titleOf(inputs: SessionInputs, record: RegistryEvidence | null, project: string) {
  const { hooks, transcript, job, capture, summary, storedTitle } = inputs;
  const named = record?.name ?? job?.name ?? null;
  const byUser = (record?.nameSource ?? job?.nameSource) === 'user';
  const own = resolveTitle({
    client: (byUser ? named : null) ?? hooks?.state.title ?? capture?.sessionName ?? null,
    customTitle: transcript?.customTitle ?? null,
    aiTitle: transcript?.aiTitle ?? null,
    openTask: hooks?.state.tasks.find(({ done }) => !done)?.subject ?? null,
    derived: byUser ? null : named,
    project,
    sessionId: inputs.id,
  });
  const stored = storedTitle != null && storedTitle.rank < own.rank ? storedTitle : null;
  const best = strongerTitle(stored ?? own, summary?.title ?? null);
  return { text: plain(best.text, 200), rank: best.rank };
}

function processesOf(registry: readonly RegistryEvidence[], hooks: HookEvidence | null): readonly SessionProcess[] {
  const listed = registry.filter(({ alive }) => alive !== false);
  const identity = hooks?.state.identity;
  const processes = listed.map(clientOf);
  if (identity?.pid === undefined || hooks?.alive === false || hooks?.moved || listed.some(({ pid }) => pid === identity.pid))
    return processes;
  const { pid, procStart = null } = identity;
  return [...processes, { pid, procStart, kind: null, entrypoint: null, startedAt: null, version: null }];
}

function clientOf(record: RegistryEvidence): SessionProcess {
  let client = clients.get(record);
  if (client === undefined) {
    const { pid, procStart, kind, entrypoint, startedAt, version } = record;
    client = { pid, procStart, kind, entrypoint, startedAt, version };
    clients.set(record, client);
  }
  return client;
}
