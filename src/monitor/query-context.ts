import type { Ledger } from '../ledger/open.ts';
import type { LiveDirectory } from '../ledger/queries/live-directory.ts';
import type { Clock } from '../platform/clock.ts';
import type { CostMode } from '../pricing/types.ts';
import type { Window } from '../usage/window.ts';
import type { Pseudonym } from './hidden-names.ts';
import type { Snapshot } from './snapshot.ts';
import type { TranscriptTail } from './transcript-tail.ts';
import type { AccountWindows } from './windows.ts';

/** What the queries stand on. The ledger may be replaced by a sound one while the program runs, so it is asked for each time. */
export interface QueryContext {
  readonly ledger: () => Ledger;
  readonly directory: () => LiveDirectory;
  readonly snapshot: () => Snapshot;
  readonly windows: () => readonly AccountWindows[];
  readonly openWindow: (account: string) => Window | null;
  readonly clock: Clock;
  readonly mode: CostMode;
  readonly zone: string;
  /** Names instead of the real ones (LS-27); null = show. */
  readonly hide: Pseudonym | null;
  /** The followed end of a session's transcript. */
  readonly toolsOf: (sessionId: string) => TranscriptTail | null;
  /** Called after a person's words were written. */
  readonly changed: () => void;
}
