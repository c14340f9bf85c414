import { type Loose, looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { readStop, type StopNote } from './stop-note.ts';

/** Where a hook's client runs and which account it uses (session-state §2.11). */
export interface Identity {
  readonly configDir: string;
  readonly profileEnv?: string;
  readonly alias?: string;
  readonly kind: string;
  readonly pid?: number;
  /** The system's start mark of the process, opaque (Linux: clock ticks since boot). */
  readonly procStart?: string;
  readonly pidDomain?: string;
}

/** What a Stop lists as running in the background. */
export interface BackgroundTasks {
  /** `[id, type]` of running subagents. */
  readonly agents: readonly (readonly [id: string, type: string])[];
  readonly shells: number;
}

/** One hook event in the journal: an allow-list of fields, no content (LS-24). Absent = not told. */
export interface HookEvent {
  readonly v: 1;
  /** Start of the hook's process, epoch ms with a fraction: the order of events (LS-18). */
  readonly at: number;
  /** 32-bit hash of the payload, keyed with the session id: tells one event delivered twice (LS-17), and orders events of one instant. */
  readonly n: string;
  readonly event: string;
  readonly prompt?: string;
  readonly tool?: string;
  readonly toolUse?: string;
  /** 32-bit hash of the tool's input, keyed with the session id; of the server's name for an elicitation. */
  readonly input?: string;
  readonly agent?: string;
  readonly agentType?: string;
  /** `source` of a start, `trigger` of a compaction. */
  readonly source?: string;
  readonly reason?: string;
  /** `notification_type`. */
  readonly kind?: string;
  /** The client's error code. */
  readonly error?: string;
  readonly mode?: string;
  readonly effort?: string;
  readonly model?: string;
  readonly tasks?: BackgroundTasks;
  readonly task?: string;
  /** `session_title`, or the subject of a task. */
  readonly title?: string;
  readonly cwd?: string;
  readonly transcript?: string;
  readonly identity?: Identity;
  /** Of our own `TidemarkStop` alone (KIL-6). */
  readonly stop?: StopNote;
}

/** All 33 event names of client 2.1.329 (LS-16). A 34th is evidence only. */
export const EVENT_NAMES = [
  'SessionStart',
  'SessionEnd',
  'UserPromptSubmit',
  'UserPromptExpansion',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PostToolBatch',
  'PermissionRequest',
  'PermissionDenied',
  'Notification',
  'Stop',
  'StopFailure',
  'SubagentStart',
  'SubagentStop',
  'PreCompact',
  'PostCompact',
  'TaskCreated',
  'TaskCompleted',
  'TeammateIdle',
  'Elicitation',
  'ElicitationResult',
  'PreModelSwitch',
  'PostModelSwitch',
  'Setup',
  'ConfigChange',
  'WorktreeCreate',
  'WorktreeRemove',
  'InstructionsLoaded',
  'CwdChanged',
  'FileChanged',
  'DirectoryAdded',
  'MessageDisplay',
] as const;

const TOOL_EVENTS: ReadonlySet<string> = new Set(['PreToolUse', 'PostToolUse', 'PostToolUseFailure', 'PostToolBatch']);
export const isToolEvent = (event: string): boolean => TOOL_EVENTS.has(event);

const TEXTS: ReadonlySet<string> = new Set([
  'prompt',
  'tool',
  'toolUse',
  'input',
  'agent',
  'agentType',
  'source',
  'reason',
  'kind',
  'error',
  'mode',
  'effort',
  'model',
  'task',
  'title',
  'cwd',
  'transcript',
]);
const MAX_TEXT = 1024;

/** A journal line's object as an event, field by field; null for anything that is none (LS-23). */
export function readEvent(value: unknown): HookEvent | null {
  const line = looseObject(value);
  const { at, event, n } = line;
  if (line.v !== 1 || typeof at !== 'number' || !(at >= 0) || typeof event !== 'string' || event === 'state') return null;
  // Nearly all are just what we wrote: every hook reads dozens.
  if (typeof n === 'string' && n.length <= 16 && isPlain(line)) return line as unknown as HookEvent;
  const read: Record<string, unknown> = { v: 1, at, n: typeof n === 'string' ? n.slice(0, 16) : '', event };
  for (const name in line) {
    const value = line[name];
    if (typeof value === 'string' && TEXTS.has(name)) read[name] = value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value;
  }
  if (line.tasks !== undefined) read.tasks = readTasks(looseObject(line.tasks));
  if (line.identity !== undefined) {
    const identity = readIdentity(line.identity);
    if (identity !== null) read.identity = identity;
  }
  if (line.stop !== undefined) {
    const stop = readStop(line.stop);
    if (stop !== null) read.stop = stop;
  }
  return read as unknown as HookEvent;
}

/** Of two texts, absent or as they may be. */
const areTexts = (a: unknown, b: unknown): boolean =>
  (a === undefined || (typeof a === 'string' && a.length <= MAX_TEXT)) &&
  (b === undefined || (typeof b === 'string' && b.length <= MAX_TEXT));

/** Whether nothing need be left out of a line: only texts in their bounds, and none of the fields that are more than that. */
function isPlain(l: Loose): boolean {
  return (
    l.tasks === undefined &&
    l.identity === undefined &&
    l.stop === undefined &&
    areTexts(l.prompt, l.tool) &&
    areTexts(l.toolUse, l.input) &&
    areTexts(l.mode, l.cwd) &&
    areTexts(l.transcript, l.agent) &&
    areTexts(l.agentType, l.source) &&
    areTexts(l.reason, l.kind) &&
    areTexts(l.error, l.effort) &&
    areTexts(l.model, l.task) &&
    areTexts(l.title, undefined)
  );
}

function readTasks(tasks: Loose): BackgroundTasks {
  const pairs = Array.isArray(tasks.agents) ? (tasks.agents as unknown[]) : [];
  const agents = pairs.flatMap((pair): (readonly [string, string])[] => {
    const [id, type] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return typeof id === 'string' && id !== '' ? [[id, typeof type === 'string' ? type : '']] : [];
  });
  return { agents, shells: looseNumber(tasks.shells) ?? 0 };
}

export function readIdentity(value: unknown): Identity | null {
  const line = looseObject(value);
  const configDir = looseText(line.configDir, MAX_TEXT);
  if (configDir === null) return null;
  const profileEnv = looseText(line.profileEnv, 200);
  const alias = looseText(line.alias, 200);
  const pid = looseNumber(line.pid, 1, 2 ** 31);
  const procStart = looseText(line.procStart, 64);
  const pidDomain = looseText(line.pidDomain, 200);
  return {
    configDir,
    kind: looseText(line.kind, 40) ?? 'unknown',
    ...(profileEnv === null ? {} : { profileEnv }),
    ...(alias === null ? {} : { alias }),
    ...(pid === null ? {} : { pid }),
    ...(procStart === null ? {} : { procStart }),
    ...(pidDomain === null ? {} : { pidDomain }),
  };
}
