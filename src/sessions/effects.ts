import type { HookEvent } from './event.ts';
import type { Agent, Draft, Task, Wait } from './reduced.ts';
import { CLOCKS } from './states.ts';
import { STOP_EVENT } from './stop-note.ts';
import { answers, clearWaits, keyOf, openWait } from './waits.ts';

/* What each hook event does to the state (live-status §5). Pure. */

type Effect = (draft: Draft, event: HookEvent) => void;

const MAX_AGENTS = 512;
const MAX_GONE = 64;
const MAX_TASKS = 256;

/** Names come from outside: `constructor` is none of ours. */
const effectIn = (table: Readonly<Record<string, Effect>>, name: string): Effect | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** What an event does; undefined for one that is evidence only. */
export const effectOf = ({ event }: HookEvent): Effect | undefined => effectIn(EFFECTS, event);

const EFFECTS: Readonly<Record<string, Effect>> = {
  SessionStart(draft, event) {
    if (event.source === 'compact') {
      if (draft.compact !== null) draft.compact = { ...draft.compact, resumedAt: event.at };
      return;
    }
    draft.phase = 'over';
    draft.startAt = event.at;
    draft.ended = draft.error = draft.compact = null;
    draft.agents = [];
    draft.shells = 0;
    clearWaits(draft, event.at, () => true);
  },
  UserPromptSubmit(draft, event) {
    draft.phase = 'working';
    draft.startAt = draft.promptAt = draft.mainAt = event.at;
    draft.ended = draft.error = draft.compact = null;
    clearWaits(draft, event.at, () => true);
  },
  PreToolUse(draft, event) {
    if (atWork(draft, event) && event.tool !== undefined) draft.lastTool = { name: event.tool, at: event.at };
  },
  PostToolUse: toolDone,
  PostToolUseFailure: toolDone,
  PermissionRequest(draft, event) {
    if (!atWork(draft, event)) return;
    const tool = event.tool ?? null;
    if (tool !== null) draft.lastRequest = { tool, at: event.at };
    openWait(draft, {
      for: tool === 'AskUserQuestion' ? 'answer' : 'permission',
      agent: keyOf(event),
      tool,
      input: event.input ?? null,
      at: event.at,
    });
  },
  PermissionDenied(draft, event) {
    clearWaits(draft, event.at, (wait) => answers(event, wait));
  },
  Notification(draft, event) {
    effectIn(NOTIFICATIONS, event.kind ?? '')?.(draft, event);
  },
  Elicitation(draft, event) {
    openWait(draft, { for: 'answer', agent: keyOf(event), tool: null, input: event.input ?? null, at: event.at });
  },
  ElicitationResult(draft, event) {
    clearWaits(
      draft,
      event.at,
      (wait) => wait.for === 'answer' && wait.tool === null && (wait.input === null || wait.input === (event.input ?? null)),
    );
  },
  Stop(draft, event) {
    turnOver(draft, event);
    draft.error = null;
    if (event.tasks === undefined) return;
    draft.shells = event.tasks.shells;
    draft.agents = event.tasks.agents.slice(0, MAX_AGENTS).map(([id, type]) => ({ id, type, at: event.at }));
  },
  StopFailure(draft, event) {
    turnOver(draft, event);
    draft.error = { kind: event.error ?? 'unknown', at: event.at };
  },
  SubagentStart(draft, event) {
    if (event.agent !== undefined && event.agentType !== '') agentSeen(draft, event);
  },
  SubagentStop(draft, event) {
    // Helpers of the client's own, as at compaction, have an empty type and were never started.
    const id = event.agent;
    if (id === undefined || event.agentType === '') return;
    draft.agents = draft.agents.filter((agent) => agent.id !== id);
    draft.gone = [...draft.gone.filter(([gone]) => gone !== id).slice(-(MAX_GONE - 1)), [id, event.at]];
    clearWaits(draft, event.at, (wait) => wait.agent === id);
  },
  PreCompact(draft, event) {
    draft.compact = { at: event.at, trigger: event.source ?? '', resumedAt: null };
  },
  PostCompact(draft, event) {
    const trigger = event.source ?? draft.compact?.trigger;
    draft.compact = null;
    if (trigger === 'manual') draft.phase = 'over';
    if (trigger === 'auto') draft.phase = 'working';
  },
  TaskCreated: (draft, event) => taskIs(draft, event, false),
  TaskCompleted: (draft, event) => taskIs(draft, event, true),
  SessionEnd(draft, event) {
    sessionOver(draft, { at: event.at, reason: event.reason ?? 'other', pid: event.identity?.pid ?? null });
  },
  [STOP_EVENT](draft, event) {
    const { stop } = event;
    const pid = draft.identity?.pid ?? stop?.pid;
    // Taken up by another client meanwhile, or not ended by it: only the journal's line tells of it.
    if (!stop?.ended || pid !== stop.pid) return;
    sessionOver(draft, { at: event.at, reason: 'stopped', pid, stop: { by: stop.by, sent: stop.sent } });
  },
};

const NOTIFICATIONS: Readonly<Record<string, Effect>> = {
  permission_prompt: (draft, event) => confirmed(draft, event, 'permission'),
  elicitation_dialog: (draft, event) => confirmed(draft, event, 'answer'),
  elicitation_url_dialog: (draft, event) => confirmed(draft, event, 'answer'),
  idle_prompt(draft, event) {
    // A minute after the turn. It shows the end of a turn that nothing else told of (Esc), never that of a newer one.
    if (draft.phase === 'over' || draft.mainAt > event.at - CLOCKS.idlePromptLag || draft.waits.length > 0) return;
    draft.phase = 'over';
    draft.stopAt = event.at;
    draft.compact = null;
  },
};

/** A notification confirms the wait that a request opened; alone it opens one, unless the answer overtook it. */
function confirmed(draft: Draft, event: HookEvent, kind: Wait['for']): void {
  if (draft.waits.length > 0) return;
  const endedAt = Math.max(draft.phase === 'over' ? draft.stopAt : 0, draft.clearedAt > draft.promptAt ? draft.clearedAt : 0);
  if (endedAt > 0 && event.at - endedAt <= CLOCKS.notificationLag) return;
  openWait(draft, { for: kind, agent: keyOf(event), tool: null, input: null, at: event.at });
}

/** Notes that a thread is at work; false for a straggler of a turn or agent that is over (LS-18). */
function atWork(draft: Draft, event: HookEvent): boolean {
  if (event.agent !== undefined) return agentSeen(draft, event);
  if (draft.phase === 'over' && draft.stopAt > 0 && event.at <= draft.stopAt + CLOCKS.straggler) return false;
  if (draft.compact !== null && event.at > draft.compact.at + CLOCKS.straggler) draft.compact = null;
  draft.phase = 'working';
  draft.error = null;
  draft.mainAt = event.at;
  return true;
}

/** An agent's start or tool: its start may have been lost, or may come behind its stop. */
function agentSeen(draft: Draft, event: HookEvent): boolean {
  const id = event.agent ?? '';
  const goneAt = draft.gone.find(([gone]) => gone === id)?.[1];
  if (goneAt !== undefined && event.at <= goneAt + CLOCKS.straggler) return false;
  const known = draft.agents.find((agent) => agent.id === id);
  const agent: Agent = { id, type: event.agentType || known?.type || '', at: event.at };
  draft.agents = [...draft.agents.filter((each) => each.id !== id), agent].slice(-MAX_AGENTS);
  return true;
}

function sessionOver(draft: Draft, ended: NonNullable<Draft['ended']>): void {
  draft.phase = 'ended';
  draft.ended = ended;
  draft.compact = null;
  draft.agents = [];
  draft.shells = 0;
  clearWaits(draft, ended.at, () => true);
}

function toolDone(draft: Draft, event: HookEvent): void {
  clearWaits(draft, event.at, (wait) => answers(event, wait));
  if (atWork(draft, event) && event.tool !== undefined) draft.lastTool = { name: event.tool, at: event.at };
}

function turnOver(draft: Draft, event: HookEvent): void {
  draft.phase = 'over';
  draft.stopAt = event.at;
  draft.compact = null;
  clearWaits(draft, event.at, () => true);
}

function taskIs(draft: Draft, event: HookEvent, done: boolean): void {
  const id = event.task;
  if (id === undefined || id === '') return;
  const known = draft.tasks.find((task) => task.id === id);
  // A completion may overtake its creation: done stays done.
  const task: Task = { id, subject: event.title ?? known?.subject ?? '', done: done || known?.done === true };
  if (known === undefined && draft.tasks.length >= MAX_TASKS) return;
  draft.tasks = known === undefined ? [...draft.tasks, task] : draft.tasks.map((each) => (each.id === id ? task : each));
}
