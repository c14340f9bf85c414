import type { NanoUsd } from '../pricing/types.ts';

/** How a request came into a session's file: made there, copied by `--fork-session`, or copied by `/branch` (`forkedFrom`). */
export type RequestOrigin = 'own' | 'fork-copy' | 'branch-copy';

export interface CoveredRequest {
  /** Cost in mode `calculate`, nano-USD; null = unpriced. */
  readonly cost: NanoUsd | null;
  readonly origin: RequestOrigin;
}

/**
 * What the client counted beyond the transcript: its total − the requests that total covers (D-18), nano-USD. A fork's count goes on from its origin's, so copies
 * count; a branch's restarts at 0, so they do not. May be negative. Null without a client's total, or when a covered request has no price: the difference is then unknown.
 */
export function unloggedCost(clientTotal: NanoUsd | null, requests: Iterable<CoveredRequest>): NanoUsd | null {
  if (clientTotal === null) return null;
  let covered: NanoUsd = 0;
  for (const { cost, origin } of requests) {
    if (origin === 'branch-copy') continue;
    if (cost === null) return null;
    covered += cost;
  }
  return clientTotal - covered;
}

export interface UnloggedSum {
  /** Null when no session has a figure. */
  readonly cost: NanoUsd | null;
  /** Sessions in the sum. */
  readonly sessions: number;
  readonly forksLeftOut: number;
}

/** The line "not in transcripts" under totals. Forks are left out and counted: their count repeats the origin's (D-18). */
export function sumUnlogged(sessions: Iterable<{ readonly unlogged: NanoUsd | null; readonly isFork: boolean }>): UnloggedSum {
  let cost: NanoUsd | null = null;
  let count = 0;
  let forksLeftOut = 0;
  for (const { unlogged, isFork } of sessions) {
    if (unlogged === null) continue;
    if (isFork) {
      forksLeftOut++;
      continue;
    }
    cost = (cost ?? 0) + unlogged;
    count++;
  }
  return { cost, sessions: count, forksLeftOut };
}
