import type { PercentSample } from '../usage/forecast.ts';
import type { Window } from '../usage/window.ts';
import type { ProcessView, SessionState, StateSource } from './snapshot.ts';

/** What registry, hooks and transcript end tell of one session (live-status.md), as the snapshot takes it. Epoch ms. */
export interface LiveSessionInput {
  readonly id: string;
  readonly state: SessionState;
  readonly since: number | null;
  readonly source: StateSource;
  /** When the newest evidence was seen. */
  readonly seenAt: number | null;
  readonly alive: boolean | null;
  readonly stale: boolean;
  readonly waiting: { readonly for: 'permission' | 'answer'; readonly tool: string | null; readonly since: number } | null;
  readonly lastTool: { readonly name: string; readonly at: number } | null;
  readonly processes: readonly ProcessView[];
  readonly agents: { readonly active: number; readonly names: readonly string[] };
  readonly shells: number;
  readonly error: { readonly kind: string; readonly at: number; readonly resetsAt: number | null } | null;
  readonly ended: { readonly at: number | null; readonly reason: string | null } | null;
  /** A name and its rank of D-8: 0 = given in Tidemark … 5 = the client's derived name; null = none. */
  readonly title: string | null;
  readonly titleRank: number | null;
  readonly cwd: string | null;
  readonly model: string | null;
  readonly permissionMode: string | null;
  readonly effort: string | null;
  readonly disagreements: readonly string[];
}

/** What the newest statusline run of a session told. Percent 0 … 100, tokens, epoch ms. */
export interface ClientSample {
  readonly at: number;
  readonly contextPercent: number | null;
  readonly contextTokens: number | null;
  readonly windowSize: number | null;
  readonly effort: string | null;
}

/** An account's official quota beyond its 5-hour windows, and the samples of the open one. */
export interface AccountQuota {
  readonly account: string;
  /** Its name for people; hostile text. */
  readonly label: string;
  readonly weekly: Window | null;
  readonly samples: readonly PercentSample[];
}
