import { type Loose, looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { type Identity, readIdentity } from './event.ts';
import { CLOCKS, type State } from './states.ts';
import { readStopTold, type StopTold } from './stop-note.ts';

/** A question that is open until a reason ends it (LS-19). `agent` is '' for the main thread. */
export interface Wait {
  readonly for: 'permission' | 'answer';
  readonly agent: string;
  /** Null when only a notification told of it. */
  readonly tool: string | null;
  readonly input: string | null;
  readonly at: number;
}

export interface Agent {
  readonly id: string;
  readonly type: string;
  /** Its newest sign of life, epoch ms. */
  readonly at: number;
}

export interface Task {
  readonly id: string;
  readonly subject: string;
  readonly done: boolean;
}

/** Where the main thread's turn stands. */
export type Phase = 'none' | 'working' | 'over' | 'ended';

/** What the hook events of one session add up to. Times in epoch ms; 0 = never. */
export interface ReducedState {
  /** Newest event of any kind. */
  readonly at: number;
  readonly phase: Phase;
  /** Since when the derived state holds. */
  readonly since: number;
  readonly startAt: number;
  readonly promptAt: number;
  /** Newest event that shows the main thread at work. */
  readonly mainAt: number;
  readonly stopAt: number;
  readonly prompt: string | null;
  readonly error: { readonly kind: string; readonly at: number } | null;
  /** `stop`: a person ended it through us (KIL-6). */
  readonly ended: { readonly at: number; readonly reason: string; readonly pid: number | null; readonly stop?: StopTold } | null;
  readonly compact: { readonly at: number; readonly trigger: string; readonly resumedAt: number | null } | null;
  readonly waits: readonly Wait[];
  /** When the last wait ended. */
  readonly clearedAt: number;
  readonly lastRequest: { readonly tool: string; readonly at: number } | null;
  readonly agents: readonly Agent[];
  /** Agents that stopped lately: stragglers do not bring them back. */
  readonly gone: readonly (readonly [id: string, at: number])[];
  readonly shells: number;
  readonly tasks: readonly Task[];
  readonly lastTool: { readonly name: string; readonly at: number } | null;
  readonly title: string | null;
  readonly model: { readonly id: string; readonly at: number } | null;
  readonly effort: string | null;
  readonly mode: string | null;
  readonly cwd: string | null;
  readonly transcript: string | null;
  readonly identity: Identity | null;
  /** Payload hashes of the last second, so that a second delivery is known (LS-17). */
  readonly recent: readonly (readonly [n: string, at: number])[];
}

/** A state while events are added to it. */
export type Draft = { -readonly [K in keyof ReducedState]: ReducedState[K] } & { recent: (readonly [n: string, at: number])[] };

export const EMPTY_STATE: ReducedState = {
  at: 0,
  phase: 'none',
  since: 0,
  startAt: 0,
  promptAt: 0,
  mainAt: 0,
  stopAt: 0,
  prompt: null,
  error: null,
  ended: null,
  compact: null,
  waits: [],
  clearedAt: 0,
  lastRequest: null,
  agents: [],
  gone: [],
  shells: 0,
  tasks: [],
  lastTool: null,
  title: null,
  model: null,
  effort: null,
  mode: null,
  cwd: null,
  transcript: null,
  identity: null,
  recent: [],
};

/** Whether a compaction still runs. Clients before 2.1.76 never send PostCompact: the restart after it ends it after a moment. */
export function isCompacting(state: ReducedState, now: number): boolean {
  const { compact } = state;
  return compact !== null && (compact.resumedAt === null || now - compact.resumedAt <= CLOCKS.grace);
}

/** The state that the events alone prove, level 2 (LS-5); `your-turn` is not yet divided into idle. */
export function hookState(state: ReducedState, now: number): State {
  if (state.phase === 'ended') return 'ended';
  if (state.waits.some((wait) => wait.for === 'permission')) return 'needs-permission';
  if (state.waits.length > 0) return 'needs-answer';
  if (isCompacting(state, now)) return 'compacting';
  if (state.phase === 'working') return state.compact?.trigger === 'manual' ? overState(state) : 'working';
  if (state.phase === 'over') return overState(state);
  return state.agents.length > 0 ? 'working' : 'unknown';
}

function overState(state: ReducedState): State {
  if (state.error !== null) return state.error.kind === 'rate_limit' ? 'rate-limited' : 'error';
  return state.agents.length > 0 ? 'working' : 'your-turn';
}

const list = (value: unknown): readonly Loose[] => (Array.isArray(value) ? (value as unknown[]).map(looseObject) : []);
const text = (value: unknown, max = 1024): string | null => (typeof value === 'string' ? value.slice(0, max) : null);
const time = (value: unknown): number => looseNumber(value) ?? 0;
const pairs = (value: unknown): (readonly [string, number])[] =>
  (Array.isArray(value) ? (value as unknown[]) : []).flatMap((pair): (readonly [string, number])[] => {
    const [key, at] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return typeof key === 'string' ? [[key, time(at)]] : [];
  });
const named = (value: unknown, key: string): { readonly name: string; readonly at: number } | null => {
  const object = looseObject(value);
  const name = looseText(object[key], 200);
  return name === null ? null : { name, at: time(object.at) };
};

function endedOf(ended: Loose): NonNullable<ReducedState['ended']> {
  const stop = readStopTold(ended.stop);
  const told = { at: time(ended.at), reason: text(ended.reason) ?? 'other', pid: looseNumber(ended.pid, 1) };
  return stop === null ? told : { ...told, stop };
}

const PHASES: ReadonlySet<unknown> = new Set<Phase>(['none', 'working', 'over', 'ended']);

/** A `state` line's object, field by field: a damaged one loses the damaged field, never more (LS-23). Null when it is no state at all. */
export function readReduced(value: unknown): ReducedState | null {
  const o = looseObject(value);
  if (!PHASES.has(o.phase) || looseNumber(o.at) === null) return null;
  const ended = looseObject(o.ended);
  const compact = looseObject(o.compact);
  const error = named(o.error, 'kind');
  const request = named(o.lastRequest, 'tool');
  const model = named(o.model, 'id');
  return {
    at: time(o.at),
    phase: o.phase as Phase,
    since: time(o.since),
    startAt: time(o.startAt),
    promptAt: time(o.promptAt),
    mainAt: time(o.mainAt),
    stopAt: time(o.stopAt),
    prompt: text(o.prompt),
    error: error && { kind: error.name, at: error.at },
    ended: looseNumber(ended.at) === null ? null : endedOf(ended),
    compact:
      looseNumber(compact.at) === null
        ? null
        : { at: time(compact.at), trigger: text(compact.trigger) ?? '', resumedAt: looseNumber(compact.resumedAt) },
    waits: list(o.waits).map((wait) => ({
      for: wait.for === 'answer' ? 'answer' : 'permission',
      agent: text(wait.agent) ?? '',
      tool: text(wait.tool),
      input: text(wait.input, 16),
      at: time(wait.at),
    })),
    clearedAt: time(o.clearedAt),
    lastRequest: request && { tool: request.name, at: request.at },
    agents: list(o.agents).flatMap((agent) => {
      const id = looseText(agent.id, 200);
      return id === null ? [] : [{ id, type: text(agent.type, 200) ?? '', at: time(agent.at) }];
    }),
    gone: pairs(o.gone),
    shells: time(o.shells),
    tasks: list(o.tasks).flatMap((task) => {
      const id = looseText(task.id, 200);
      return id === null ? [] : [{ id, subject: text(task.subject) ?? '', done: task.done === true }];
    }),
    lastTool: named(o.lastTool, 'name'),
    title: text(o.title),
    model: model && { id: model.name, at: model.at },
    effort: text(o.effort, 40),
    mode: text(o.mode, 40),
    cwd: text(o.cwd),
    transcript: text(o.transcript),
    identity: readIdentity(o.identity),
    recent: pairs(o.recent),
  };
}
