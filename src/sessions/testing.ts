import type { HookEvent } from './event.ts';
import type { HookEvidence } from './evidence.ts';
import { foldEvents } from './reduce.ts';
import type { ReducedState } from './reduced.ts';
import type { RegistryEvidence } from './registry.ts';

/* Small makers for the tests of this folder. Times in epoch ms. */

export const T = Date.UTC(2026, 10, 20, 12);
let serial = 0;

/** An event `seconds` after T. */
export const ev = (event: string, seconds: number, fields: Partial<HookEvent> = {}): HookEvent => ({
  v: 1,
  at: T + seconds * 1000,
  n: `n${serial++}`,
  event,
  ...fields,
});

export const hooks = (events: readonly HookEvent[], alive: boolean | null = null, moved = false): HookEvidence => ({
  state: foldEvents(events),
  alive,
  moved,
});

export const record = (fields: Partial<RegistryEvidence> = {}): RegistryEvidence => ({
  pid: 100,
  sessionId: 's',
  cwd: '/home/dev/work/p1',
  startedAt: T - 60_000,
  procStart: '1',
  pidDomain: null,
  version: '2.1.329',
  kind: 'interactive',
  entrypoint: 'cli',
  name: 'p1-ab',
  nameSource: 'derived',
  status: 'idle',
  waitingFor: null,
  updatedAt: T,
  statusUpdatedAt: T,
  alive: true,
  ...fields,
});

/** A state without what only tells the order of delivery. */
export const essence = ({ recent: _recent, at: _at, ...rest }: ReducedState) => rest;
