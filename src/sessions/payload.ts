import { type Loose, looseObject, looseText } from '../platform/loose.ts';
import { plain } from '../text/plain.ts';
import type { BackgroundTasks, HookEvent, Identity } from './event.ts';
import { keyedHash } from './hash.ts';

/* A hook's stdin → the event we keep: an allow-list, so that nothing else can leak (LS-24, SEC-30). */

const MAX_ID = 128;
const MAX_WORD = 64;
const MAX_PATH = 1024;
const MAX_TITLE = 200;
/** One line of the journal, in bytes, with its newline (LS-21). */
export const MAX_LINE = 1024;

/** Our field ← the client's field, with the longest word taken. */
const WORDS: readonly (readonly [ours: keyof HookEvent, theirs: string, max: number])[] = [
  ['prompt', 'prompt_id', MAX_ID],
  ['tool', 'tool_name', MAX_WORD],
  ['toolUse', 'tool_use_id', MAX_ID],
  ['agent', 'agent_id', MAX_ID],
  ['source', 'source', MAX_WORD],
  ['reason', 'reason', MAX_WORD],
  ['kind', 'notification_type', MAX_WORD],
  ['mode', 'permission_mode', MAX_WORD],
  ['task', 'task_id', MAX_WORD],
];
/** Events whose `reason`, `error`, `source` are free text instead of a word of the client's. */
const WORD_OF: Readonly<Record<string, string>> = { reason: 'SessionEnd', source: 'SessionStart' };

export interface Received {
  readonly sessionId: string;
  readonly event: HookEvent;
}

export interface Circumstances {
  /** Start of this process, epoch ms with a fraction. */
  readonly at: number;
  readonly identity: Identity;
  /** The session by the environment, where the payload is too damaged to tell. */
  readonly sessionId: string | null;
}

/** The event of a payload; null when it names no session or no event. `raw` is its text as it came, for telling repeats. */
export function eventOf(payload: Loose, raw: string, c: Circumstances): Received | null {
  const sessionId = looseText(payload.session_id, 400) ?? c.sessionId;
  const name = word(payload.hook_event_name, MAX_WORD);
  if (sessionId === null || name === null || name === 'state') return null;
  const event: Record<string, unknown> = { v: 1, at: c.at, n: keyedHash(`${c.identity.pid ?? ''}:${raw}`, sessionId), event: name };
  for (const [ours, theirs, max] of WORDS) {
    if (WORD_OF[ours] !== undefined && WORD_OF[ours] !== name) continue;
    const value = word(payload[theirs], max);
    if (value !== null) event[ours] = value;
  }
  // An empty type is what tells the client's own helpers.
  if (typeof payload.agent_type === 'string') event.agentType = plain(payload.agent_type, MAX_WORD);
  if (name === 'StopFailure') event.error = errorCode(payload.error);
  if (name === 'PreCompact' || name === 'PostCompact') event.source = word(payload.trigger, MAX_WORD) ?? '';
  if (payload.tool_input !== undefined) event.input = keyedHash(JSON.stringify(payload.tool_input), sessionId);
  if (typeof payload.mcp_server_name === 'string') event.input = keyedHash(payload.mcp_server_name, sessionId);
  const model = word(name === 'PostModelSwitch' ? payload.to_model : payload.model, MAX_ID);
  if (model !== null) event.model = model;
  const effort = word(looseObject(payload.effort).level, MAX_WORD);
  if (effort !== null) event.effort = effort;
  if (name === 'Stop' && Array.isArray(payload.background_tasks)) event.tasks = backgroundTasks(payload.background_tasks as unknown[]);
  const title = looseText(event.task === undefined ? payload.session_title : payload.task_subject);
  if (title !== null) event.title = plain(title, MAX_TITLE);
  placeOf(event, name, payload, c.identity);
  return { sessionId, event: event as unknown as HookEvent };
}

/** Which process, where: told by the events that begin or end something, so that the many tool events stay short. */
function placeOf(event: Record<string, unknown>, name: string, payload: Loose, identity: Identity): void {
  const path = (value: unknown) => (typeof value === 'string' && value.length <= MAX_PATH && value !== '' ? value : null);
  if (PLACED.has(name)) event.identity = identity;
  if (SHORT.has(name)) return;
  const cwd = path(name === 'CwdChanged' ? (payload.new_cwd ?? payload.cwd) : payload.cwd);
  const transcript = path(payload.transcript_path);
  if (cwd !== null) event.cwd = cwd;
  if (transcript !== null) event.transcript = transcript;
}
const PLACED: ReadonlySet<string> = new Set(['SessionStart', 'UserPromptSubmit', 'SessionEnd']);
const SHORT: ReadonlySet<string> = new Set(['MessageDisplay', 'PostToolBatch', 'InstructionsLoaded', 'FileChanged']);

function word(value: unknown, max: number): string | null {
  return typeof value === 'string' && value !== '' ? plain(value, max) : null;
}

/** The client's codes are words; anything else is its own text, which is content. */
const errorCode = (value: unknown): string => (typeof value === 'string' && /^[a-z][a-z0-9_]{0,39}$/.test(value) ? value : 'unknown');

function backgroundTasks(list: readonly unknown[]): BackgroundTasks {
  const agents: (readonly [string, string])[] = [];
  let shells = 0;
  for (const each of list.slice(0, 1000)) {
    const task = looseObject(each);
    if (task.status !== 'running') continue;
    if (task.type === 'shell') shells++;
    const id = task.type === 'subagent' ? word(task.id, MAX_ID) : null;
    if (id !== null) agents.push([id, word(task.agent_type, MAX_WORD) ?? '']);
  }
  return { agents, shells };
}

/** Fields in the order in which a line that is too long loses them. */
const EXPENDABLE = ['transcript', 'title', 'cwd', 'identity', 'effort', 'mode', 'model', 'agentType', 'prompt', 'toolUse'] as const;

/** The event as a line of at most 1 KiB; the longest fields go first where it would be longer. */
export function eventLine(event: HookEvent): string {
  let kept: Record<string, unknown> = { ...event };
  let line = `${JSON.stringify(kept)}\n`;
  for (const name of EXPENDABLE) {
    if (Buffer.byteLength(line) <= MAX_LINE) return line;
    const { [name]: _, ...rest } = kept;
    kept = rest;
    line = `${JSON.stringify(kept)}\n`;
  }
  for (let keep = event.tasks?.agents.length ?? 0; Buffer.byteLength(line) > MAX_LINE && keep > 0; ) {
    keep = keep >> 1;
    kept = { ...kept, tasks: { shells: event.tasks!.shells, agents: event.tasks!.agents.slice(0, keep) } };
    line = `${JSON.stringify(kept)}\n`;
  }
  return line;
}
