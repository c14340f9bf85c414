import type { SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import type { Listing } from './listing.ts';
import type { SortKey } from './order.ts';
import type { StopBox, UiState } from './state.ts';

/** What a key press needs to know of the picture it was made on. */
export interface Context {
  /** The snapshot on screen, and the present one. */
  readonly snapshot: Snapshot;
  readonly present: Snapshot;
  readonly listing: Listing;
  /** Epoch ms. */
  readonly now: number;
  /** Rows of the list, and of a screen of its own, that are visible. */
  readonly listRows: number;
  readonly screenRows: number;
  readonly readOnly: boolean;
  readonly hasData: boolean;
  /** Rows that the screen on top has in all. */
  readonly screenCount: number;
  /** 5-hour windows known, for ← and →. */
  readonly windowCount: number;
  /** The subagent of the request under the cursor; null = none. */
  readonly agentAtCursor: string | null;
  /** A line and column of the terminal as what stands there, for the mouse. */
  readonly at: (row: number, column: number) => { readonly select: string } | { readonly sort: SortKey } | null;
}

/** What the world outside the view is asked to do. */
export type Effect =
  | { readonly kind: 'quit' | 'suspend' | 'repaint' | 'demo' | 'remember' | 'refuseKill' }
  | { readonly kind: 'copy'; readonly text: string; readonly what: string }
  | { readonly kind: 'jump' | 'askStop'; readonly session: SessionView }
  | { readonly kind: 'agreeStop'; readonly box: StopBox }
  | { readonly kind: 'chooseStop'; readonly sessionId: string; readonly pid: number }
  | { readonly kind: 'rename' | 'note'; readonly id: string; readonly text: string | null }
  | { readonly kind: 'tag'; readonly id: string; readonly add: readonly string[]; readonly remove: readonly string[] };

export interface Pressed {
  readonly state: UiState;
  readonly effects: readonly Effect[];
}
