import type { ReducedState } from './reduced.ts';
import type { Source, State } from './states.ts';

/* What the levels below the registry know of a session, as plain data. Times in epoch ms. */

/** Level 2: the folded hook journal (LS-5). */
export interface HookEvidence {
  readonly state: ReducedState;
  /** Whether the recorded process runs; null = none recorded, or cannot be told. */
  readonly alive: boolean | null;
  /** That process now works on another session: `/clear` or a branch (LS-13). */
  readonly moved: boolean;
}

/** Level 3: what the last line of the main thread says (LS-6), handed in by whoever reads transcripts. Sidechain lines never count. */
export interface TranscriptEvidence {
  /** `open`: a tool call without result, or a prompt without answer. */
  readonly kind: 'interrupt' | 'end-turn' | 'limit' | 'error' | 'open' | 'none';
  /** Time of that line, and since when it is so (the turn's prompt for `open`). */
  readonly at: number;
  readonly since: number;
  /** When the file last grew. */
  readonly grewAt: number;
  /** The client's code, for `error`. */
  readonly error?: string | null;
  /** Titles of the transcript: a custom one, the model's (LS-25). */
  readonly customTitle?: string | null;
  readonly aiTitle?: string | null;
  readonly cwd?: string | null;
  readonly path?: string | null;
  readonly model?: string | null;
  /** Subagents by their own files: finished, and when they last grew (LS-28). */
  readonly agents?: readonly { readonly id: string; readonly finished: boolean; readonly grewAt: number }[];
}

/** `C/jobs/<id>/state.json` of a background session (LS-31). */
export interface JobEvidence {
  readonly state: string;
  readonly updatedAt: number | null;
  readonly name: string | null;
  readonly nameSource: string | null;
  readonly cwd: string | null;
}

/** When a usage limit resets, epoch **seconds**, and when that was said. */
export interface LimitReset {
  readonly resetsAt: number;
  readonly at: number;
}

/** What one level says by itself, for comparing levels (LS-8). */
export interface Verdict {
  readonly source: Source;
  readonly state: State;
  readonly since: number;
}
