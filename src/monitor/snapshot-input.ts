import type { BurnThresholds } from '../usage/burn.ts';
import type { Plan, SetLimits } from '../usage/limit.ts';
import type { Pseudonym } from './hidden-names.ts';
import type { KeptViews } from './kept-views.ts';
import type { AccountQuota, ClientSample, LiveSessionInput } from './live-input.ts';
import type { LiveUsage } from './live-usage.ts';
import type { RetentionGap } from './retention.ts';
import type { SessionInput } from './session-input.ts';
import type { LastAction, Snapshot } from './snapshot.ts';
import type { Episodes } from './warning-episodes.ts';
import type { CostThresholds } from './warnings.ts';
import type { AccountWindows } from './windows.ts';

export interface SnapshotOptions {
  readonly zone: string;
  readonly burn: BurnThresholds;
  readonly limits: SetLimits;
  /** Which tokens the limit counts (`limits.count`). */
  readonly limitCount: 'all' | 'work';
  readonly cost: CostThresholds;
  readonly demo: boolean;
  /** `limits.plan`, for the third rung of D-34. */
  readonly plan?: Plan | null;
  /** Names instead of the real ones (`privacy.names: hide`, LS-27); null = show. */
  readonly hide?: Pseudonym | null;
}

/** Everything a snapshot is made of. Epoch ms. */
export interface SnapshotInput {
  readonly now: number;
  readonly options: SnapshotOptions;
  /** All accounts' requests since {@link retainFrom}. Its bounds are set to the windows and the day of `now`. */
  readonly usage: LiveUsage;
  /** By id: at least the sessions with a recent sign of life. */
  readonly sessions: ReadonlyMap<string, SessionInput>;
  /** First sign of each project with sessions that are not in `sessions`, by root. */
  readonly projectsSince: ReadonlyMap<string, number>;
  readonly windows: readonly AccountWindows[];
  /** By account; an account without one has no official figure but its windows'. */
  readonly quotas: ReadonlyMap<string, AccountQuota>;
  /** By session id: registry, hooks, transcript ends; and what its statusline and its last lines told. */
  readonly live: ReadonlyMap<string, LiveSessionInput>;
  readonly samples: ReadonlyMap<string, ClientSample>;
  /** Account of a session that the ledger does not know yet. */
  readonly accountOf: (sessionId: string) => string;
  /** An account's name for people; hostile text. Absent = its id. */
  readonly labelOf?: (account: string) => string;
  readonly actions: ReadonlyMap<string, LastAction>;
  /** Ids of the sessions that a person wants to see; null = all. */
  readonly shown: ReadonlySet<string> | null;
  readonly newSessions: ReadonlyMap<string, number>;
  readonly contextWindow: (model: string) => number | null;
  readonly ingest: Snapshot['ingest'];
  /** Lines of the last hour, and how many of them could not be read; since when an appended line waits to be counted. */
  readonly health: { readonly lines: number; readonly rejected: number; readonly behindSince: number | null };
  /** Directories whose transcripts may have been deleted uncounted (LV-97). */
  readonly retention?: readonly RetentionGap[];
  /** The sessions' views of the last snapshot; brought up to date here. */
  readonly views: KeptViews;
  /** Open warnings; brought up to date here. */
  readonly episodes: Episodes;
}
