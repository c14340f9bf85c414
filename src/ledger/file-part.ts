import type { RejectReason } from '../transcripts/types.ts';
import type { OwnerClaim, RequestState } from '../usage/merge.ts';
import type { SessionFacts } from './session-facts.ts';

/** Where reading of a file stands: a pure function of the file's bytes before `offset` and of its stat. Written in the transaction of its events. */
export interface Checkpoint {
  readonly path: string;
  readonly folder: string;
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtime: number;
  readonly birth: number;
  readonly headHash: string;
  readonly headLength: number;
  readonly tailHash: string;
  readonly tailLength: number;
  /** Always just after a newline. Bytes. */
  readonly offset: number;
  /** CRC-32 of all bytes before the offset; null = not known (REL-13). */
  readonly content: number | null;
  readonly lines: number;
  readonly malformed: number;
  readonly tooLong: number;
  readonly flagged: number;
  /** Epoch ms of the first timestamped line, null before there is one; and of the last one so far, 0 before. */
  readonly firstAt: number | null;
  readonly lastAt: number;
  /** Session of its newest line. */
  readonly session: string | null;
}

export interface PromptClaim {
  readonly uuid: string;
  readonly at: number;
  readonly owner: OwnerClaim;
}

/** What one stretch of a file says, merged inside the stretch. */
export interface FilePart {
  readonly checkpoint: Checkpoint;
  readonly requests: readonly RequestState[];
  readonly sessions: readonly (readonly [sessionId: string, facts: SessionFacts])[];
  readonly prompts: readonly PromptClaim[];
  readonly inherited: readonly (readonly [sessionId: string, key: string])[];
  /** The first lines that could not be read; absent = none. */
  readonly rejected?: readonly RejectedLine[];
  /** Bytes of this stretch. */
  readonly bytes: number;
}

/** Number of a line (from 1) and why it was left out, never its text (UR-92). */
export interface RejectedLine {
  readonly line: number;
  readonly reason: RejectReason;
}
