import type { AccountBook } from '../accounts/book.ts';
import type { Clock } from '../platform/clock.ts';
import type { ProcessTable } from '../platform/processes.ts';
import type { SummaryGit } from '../sessions/summary-file.ts';
import type { WatchOptions } from '../watch/watch.ts';
import type { LiveQueries } from './details.ts';
import type { MaterialSources } from './health-material.ts';
import type { RecoverableLedger } from './held-ledger.ts';
import type { LedgerStateOptions } from './ledger-state.ts';
import type { RetentionGap } from './retention.ts';
import type { Snapshot } from './snapshot.ts';
import type { SnapshotOptions } from './snapshot-input.ts';

export interface MonitorOptions {
  readonly ledger: RecoverableLedger;
  readonly claudeDirs: readonly string[];
  readonly clock: Clock;
  readonly snapshot: SnapshotOptions;
  readonly state: Omit<LedgerStateOptions, 'zone' | 'accountOf' | 'isLive'>;
  /** `S`: hook journals, statusline captures, `summary.json`. Absent or null: nothing of it is read or written. */
  readonly stateDir?: string | null;
  /** `privacy.actions`: whether a tool's target is shown beside it (LV-52). */
  readonly actions?: 'target' | 'tool';
  /** Clocks of idle and stale sessions, ms (`sessions.idleAfter`, `sessions.staleAfter`). */
  readonly sessions?: { readonly idleAfter: number; readonly staleAfter: number };
  /** Tells which processes live; default the system's. */
  readonly processes?: ProcessTable;
  /** Whose each session is; absent = by what the sessions alone tell. Loaded before. */
  readonly accounts?: AccountBook;
  /** Whether this process writes `S/summary.json` and what else others read of us (BG-1); absent = it does. */
  readonly isWriter?: () => boolean;
  /** Work tree of a directory, for the summary. */
  readonly gitOf?: (folder: string) => SummaryGit | null;
  /** Directories whose transcripts may have been deleted uncounted (LV-97). */
  readonly retention?: readonly RetentionGap[];
  /** How often a snapshot is made when only time has passed, ms. */
  readonly refreshInterval: number;
  /** Decoding threads of a large first reading. */
  readonly workers: number;
  readonly watch?: WatchOptions;
  /** Transcripts are watched and read once this settles, so that a first picture of what the ledger has need not wait (LV-114); absent = at once. */
  readonly begins?: Promise<unknown>;
}

export interface Monitor {
  get(): Snapshot;
  /** What drill-down and history ask for. */
  readonly queries: LiveQueries;
  /** Looks at everything again. */
  lookAgain(): void;
  /** Called at every new snapshot. Returns what ends it. */
  subscribe(listener: () => void): () => void;
  /** Settles when all transcripts were read once. */
  readonly ready: Promise<void>;
  close(): void;
}

/** A monitor with what its process publishes for others. */
export interface RunningMonitor extends Monitor {
  /** What the contract files are made of now. */
  material(): MaterialSources;
}
