import type { Source as StateSource } from '../sessions/states.ts';

export type { StateSource };

/** Where a session's name comes from (D-8), strongest first. `project` = made of the project and the id. */
export type TitleSource = 'given' | 'client' | 'custom-title' | 'ai-title' | 'task' | 'derived' | 'project';

/** A running client of the session (live-status §1). A session has none, one or more. */
export interface ProcessView {
  readonly pid: number;
  /** The system's own start mark of the process, opaque: with the pid it names one process for good, so that a reused pid is never mistaken. */
  readonly procStart: string | null;
  /** `interactive`, `bg` and the like, in the client's words. */
  readonly kind: string | null;
  readonly entrypoint: string | null;
  readonly version: string | null;
  /** Epoch ms. */
  readonly startedAt: number | null;
}

/** What a session waits for a person with, since epoch ms. */
export interface WaitingView {
  readonly for: 'permission' | 'answer';
  readonly tool: string | null;
  readonly since: number;
}

/** The newest tool and its short target (LV-52). In memory only: never stored, never in JSON. Hostile text made plain. */
export interface LastAction {
  readonly tool: string;
  /** Base name of a file, first two words of a command; null = the tool alone. */
  readonly target: string | null;
  /** Epoch ms. */
  readonly at: number | null;
}

/** What registry, hooks and the transcript's end tell of a session beyond its figures. Times in epoch ms. */
export interface LivePart {
  /** What the state rests on, when that was last seen, and since when the state holds; null = nothing is known. */
  readonly stateSource: StateSource | null;
  readonly stateSeenAt: number | null;
  readonly since: number | null;
  /** Whether a process of it runs; null = cannot be told. */
  readonly alive: boolean | null;
  readonly stale: boolean;
  readonly waiting: WaitingView | null;
  readonly lastAction: LastAction | null;
  /** Name of the newest tool by the registry or hooks; null = not told. */
  readonly lastTool: string | null;
  /** Subagents that run now. */
  readonly agents: { readonly active: number; readonly names: readonly string[] };
  /** Shells that run in the background. */
  readonly shells: number;
  readonly processes: readonly ProcessView[];
  readonly permissionMode: string | null;
  readonly effort: string | null;
  readonly ended: { readonly at: number | null; readonly reason: string | null } | null;
  /** When a usage limit that stopped it resets. */
  readonly limitResetsAt: number | null;
  /** Levels that have contradicted each other for more than 10 s, as `registry idle, transcript working` (LS-8). */
  readonly disagreements: readonly string[];
}

/** A session of which nothing but its figures is known. */
export const NOTHING_LIVE: LivePart = {
  stateSource: null,
  stateSeenAt: null,
  since: null,
  alive: null,
  stale: false,
  waiting: null,
  lastAction: null,
  lastTool: null,
  agents: { active: 0, names: [] },
  shells: 0,
  processes: [],
  permissionMode: null,
  effort: null,
  ended: null,
  limitResetsAt: null,
  disagreements: [],
};
