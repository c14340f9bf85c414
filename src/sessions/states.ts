/** What a session is doing (D-36, live-status §2). */
export type State =
  | 'needs-permission'
  | 'needs-answer'
  | 'error'
  | 'rate-limited'
  | 'your-turn'
  | 'working'
  | 'compacting'
  | 'idle'
  | 'unknown'
  | 'ended';

/** Which level of evidence decided (LS-2 … LS-7), strongest first. */
export type Source = 'registry' | 'hook' | 'transcript' | 'mtime';

/** Most urgent first: the order of lists, and the state of a session with several processes. */
export const STATES: readonly State[] = [
  'needs-permission',
  'needs-answer',
  'error',
  'rate-limited',
  'your-turn',
  'working',
  'compacting',
  'idle',
  'unknown',
  'ended',
];

const RANK: ReadonlyMap<State, number> = new Map(STATES.map((state, rank) => [state, rank]));
const ACTIVE: ReadonlySet<State> = new Set<State>(['working', 'compacting', 'needs-permission', 'needs-answer', 'your-turn']);

/** 0 = most urgent. */
export const urgency = (state: State): number => RANK.get(state) ?? STATES.length;
/** Active in the sense of D-36: W, C, P, Q, Y. */
export const isActive = (state: State): boolean => ACTIVE.has(state);
export const needsYou = (state: State): boolean => state === 'needs-permission' || state === 'needs-answer';
export const isState = (value: unknown): value is State => RANK.has(value as State);

/** The seed's six words for a task (session-state §2.1). */
export type TaskStatus = 'active' | 'waiting' | 'idle' | 'completed' | 'failed' | 'unknown';

const TASK_STATUS: Readonly<Record<State, TaskStatus>> = {
  working: 'active',
  compacting: 'active',
  'needs-permission': 'waiting',
  'needs-answer': 'waiting',
  'your-turn': 'idle',
  idle: 'idle',
  ended: 'completed',
  error: 'failed',
  'rate-limited': 'failed',
  unknown: 'unknown',
};
export const taskStatus = (state: State): TaskStatus => TASK_STATUS[state];

/** Clocks of live-status §2, §3, §9 and session-state SH-10, in milliseconds: the one table. `idleAfter` and `staleAfter` are settings. */
export const CLOCKS = {
  /** Your-turn for longer is idle. */
  idleAfter: 10 * 60_000,
  /** Not proven alive and silent for so long: stale (LS-32). */
  staleAfter: 5 * 60_000,
  /** Not proven alive and silent for so long: not listed, file removed (LS-34, LS-35). */
  hideAfter: 30 * 60_000,
  /** A file of an ended session is removed so long after the end (LS-34). */
  endedFileAfter: 5 * 60_000,
  /** Journals and captures of sessions that are gone (LS-34). */
  journalAfter: 7 * 86_400_000,
  /** A hook leads the registry by at most so much (LS-4). */
  grace: 2000,
  /** Levels that differ for longer are reported (LS-8). */
  disagreement: 10_000,
  /** A transcript that grew within this time is being written (LS-6, LS-7). */
  growing: 60_000,
  /** A transcript alone, silent for longer, is not live (LS-7). */
  mtimeLive: 3_600_000,
  /** A subagent without any sign for so long is gone (LS-28). */
  agentSilent: 30 * 60_000,
  /** Tool events that started so shortly after the end of their turn or agent do not reopen it (LS-18). */
  straggler: 1000,
  /** The same payload within this time is the same event delivered twice (LS-17). */
  duplicate: 1000,
  /** Two hooks of one event start at most so far apart. */
  sameStart: 250,
  /** `idle_prompt` fires a minute after the turn: activity younger than this belongs to a newer turn. */
  idlePromptLag: 50_000,
  /** A permission notification comes about 6 s after its prompt; a wait that was answered meanwhile is not opened again by it. */
  notificationLag: 10_000,
  /** Evidence further ahead than this counts as now (ST-22). */
  future: 60_000,
  /** Events are delivered at most so late: a `state` line covers only what is older (LS-22). */
  delivery: 10_000,
} as const;

/** The clocks a person may set (`sessions.idleAfter`, `sessions.staleAfter`), ms. */
export interface SessionRules {
  readonly idleAfter: number;
  readonly staleAfter: number;
}
export const DEFAULT_RULES: SessionRules = { idleAfter: CLOCKS.idleAfter, staleAfter: CLOCKS.staleAfter };
