import type { Snapshot } from '../../monitor/snapshot.ts';
import type { PictureInput } from './picture.ts';
import { NOW } from './testing.ts';
import { testQueries } from './testing-queries.ts';
import { type FirstState, firstState, type UiState } from './ui/state.ts';

/* What a picture is drawn from in tests: a terminal of 120×40 and a person who asked for nothing in particular. */

export const anInput = (present: Snapshot, more: Partial<PictureInput> = {}): PictureInput => ({
  present,
  queries: testQueries(() => present),
  columns: 120,
  rows: 40,
  now: NOW,
  ascii: false,
  hour12: false,
  emoji: false,
  readOnly: false,
  keys: true,
  maxSessions: 1000,
  scope: null,
  terminals: new Map(),
  debug: null,
  ...more,
});

/** What a person who gave no option begins with. */
export const NO_OPTIONS: FirstState = {
  refreshSeconds: 5,
  compact: false,
  theme: 'dark',
  sort: 'attention',
  group: 'none',
  accounts: [],
  filter: '',
};

/** The state that a live view begins with. */
export const aFirstState = (more: Partial<FirstState> = {}): UiState => firstState({ ...NO_OPTIONS, ...more });
