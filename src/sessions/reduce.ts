import { type HookEvent, isToolEvent } from './event.ts';
import { type Agent, EMPTY_STATE, hookState, type ReducedState, type Task, type Wait } from './reduced.ts';
import { CLOCKS } from './states.ts';

/* Hook events → state, level 2 (live-status §5). Pure: the events' own times are the only clock. */

type Draft = { -readonly [K in keyof ReducedState]: ReducedState[K] } & { recent: (readonly [n: string, at: number])[] };
type Effect = (draft: Draft, event: HookEvent) => void;

const MAX_AGENTS = 512;
const MAX_GONE = 64;
const MAX_TASKS = 256;
const MAX_WAITS = 64;
const MAX_RECENT = 64;
/** Dialogs whose result carries the answers besides the input: known by their name alone. */
const DIALOG_TOOLS: ReadonlySet<string> = new Set(['AskUserQuestion', 'ExitPlanMode']);

/** The state after one more event. Events come sorted by time (`foldEvents`). */
export function reduce(previous: ReducedState, event: HookEvent): ReducedState {
  const draft: Draft = { ...previous, recent: [...previous.recent] };
  apply(draft, event);
  return draft;
}

/** All events over a base, in the order they happened (LS-18): by start of the hook's process, then by payload. One copy, for a hook has no time. */
export function foldEvents(events: readonly HookEvent[], base: ReducedState = EMPTY_STATE): ReducedState {
  const draft: Draft = { ...base, recent: [...base.recent] };
  for (const event of isSorted(events) ? events : [...events].sort(inOrder)) apply(draft, event);
  return draft;
}

const inOrder = (a: HookEvent, b: HookEvent): number => a.at - b.at || (a.n < b.n ? -1 : a.n > b.n ? 1 : 0);

function isSorted(events: readonly HookEvent[]): boolean {
  for (let i = 1; i < events.length; i++) if (inOrder(events[i - 1]!, events[i]!) > 0) return false;
  return true;
}

function apply(draft: Draft, event: HookEvent): void {
  const { at } = event;
  if (at > draft.at) draft.at = at;
  if (isRepeat(draft, event)) return;
  const before = hookState(draft, at);
  note(draft, event);
  // Ended is left only by a later start or prompt (LS-20); all else is a straggler of the process that went.
  if (draft.ended === null || (reopens(event) && at > draft.ended.at)) effectOf(EFFECTS, event.event)?.(draft, event);
  if (draft.since === 0 || before !== hookState(draft, at)) draft.since = at;
}

const reopens = (event: HookEvent) => event.event === 'UserPromptSubmit' || (event.event === 'SessionStart' && event.source !== 'compact');

/** Settings and plugin both installed deliver each event twice, within moments of each other (LS-17). Notes the event as seen. */
function isRepeat(draft: Draft, event: HookEvent): boolean {
  if (event.n === '') return false;
  const { recent } = draft;
  while (recent.length > 0 && (recent.length >= MAX_RECENT || event.at - recent[0]![1] > CLOCKS.duplicate)) recent.shift();
  // Behind a newer start or end of a turn the same words are said anew, but for the moment that two starts may be apart.
  const boundary = Math.max(draft.startAt, draft.stopAt, draft.ended?.at ?? 0);
  for (const [n, at] of recent) {
    const apart = Math.abs(event.at - at);
    if (n === event.n && apart <= (at < boundary ? CLOCKS.sameStart : CLOCKS.duplicate)) return true;
  }
  recent.push([event.n, event.at]);
  return false;
}

/** What any event may tell by the way. */
function note(draft: Draft, event: HookEvent): void {
  if (event.mode !== undefined) draft.mode = event.mode;
  if (event.effort !== undefined) draft.effort = event.effort;
  if (event.cwd !== undefined) draft.cwd = event.cwd;
  if (event.transcript !== undefined) draft.transcript = event.transcript;
  if (event.model !== undefined) draft.model = { id: event.model, at: event.at };
  if (event.identity !== undefined) draft.identity = event.identity;
  if (event.title !== undefined && event.task === undefined) draft.title = event.title;
  if (event.prompt !== undefined) draft.prompt = event.prompt;
}

/** Names come from outside: `constructor` is none of ours. */
const effectOf = (table: Readonly<Record<string, Effect>>, name: string): Effect | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

const keyOf = (event: HookEvent) => event.agent ?? '';

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
    effectOf(NOTIFICATIONS, event.kind ?? '')?.(draft, event);
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
    draft.phase = 'ended';
    draft.ended = { at: event.at, reason: event.reason ?? 'other', pid: event.identity?.pid ?? null };
    draft.compact = null;
    draft.agents = [];
    draft.shells = 0;
    clearWaits(draft, event.at, () => true);
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

/** Whether a tool's result or denial ends the wait: same thread, same tool, same input (LS-19). */
function answers(event: HookEvent, wait: Wait): boolean {
  if (wait.agent !== keyOf(event)) return false;
  // A wait known from a notification alone names no tool: the thread going on is the best answer there is.
  if (wait.tool === null) return wait.input === null && event.at > wait.at;
  if (wait.tool !== event.tool) return false;
  return DIALOG_TOOLS.has(wait.tool) || wait.input === (event.input ?? null);
}

function openWait(draft: Draft, wait: Wait): void {
  const same = (each: Wait) => each.agent === wait.agent && each.tool === wait.tool && each.input === wait.input && each.for === wait.for;
  if (draft.waits.some(same)) return;
  draft.waits = [...draft.waits, wait].slice(-MAX_WAITS);
}

function clearWaits(draft: Draft, at: number, ends: (wait: Wait) => boolean): void {
  if (draft.waits.length === 0) return;
  const open = draft.waits.filter((wait) => !ends(wait));
  if (open.length === draft.waits.length) return;
  draft.waits = open;
  draft.clearedAt = at;
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

/** Whether an event may be left out of a journal that is full (LS-22): a tool event, or evidence only, that changes nothing but times. */
export function isDispensable(before: ReducedState, after: ReducedState, event: HookEvent): boolean {
  if (!isToolEvent(event.event) && effectOf(EFFECTS, event.event) !== undefined) return false;
  return before.phase === after.phase && before.waits.length === after.waits.length && before.agents.length === after.agents.length;
}
