import type { ClientVersion } from './client-version.ts';
import { atLeast } from './client-version.ts';

/** How much is reported: without a process per tool call, as needed for all states, or with the start of each tool (LS-43, §5). */
export type EventSet = 'light' | 'standard' | 'full';
export const EVENT_SETS: readonly EventSet[] = ['light', 'standard', 'full'];

interface KnownEvent {
  readonly name: string;
  /** The first client that knows the name; null = every client that runs hooks, and one of unknown version (LS-44). */
  readonly since: ClientVersion | null;
  readonly sets: readonly EventSet[];
  /** Runs to its end before the client goes on: an async hook dies with a print-mode process (LS-45). */
  readonly waits?: true;
}

const ALL: readonly EventSet[] = EVENT_SETS;
const TOOLS: readonly EventSet[] = ['standard', 'full'];

/** A client before 2.1.101 rejects its whole settings file for one name it does not know: only names of its version are written (LS-44). */
const EVENTS: readonly KnownEvent[] = [
  { name: 'SessionStart', since: null, sets: ALL },
  { name: 'SessionEnd', since: null, sets: ALL, waits: true },
  { name: 'UserPromptSubmit', since: null, sets: ALL },
  { name: 'PreToolUse', since: null, sets: ['full'] },
  { name: 'PostToolUse', since: null, sets: TOOLS },
  { name: 'Notification', since: null, sets: ALL },
  { name: 'Stop', since: null, sets: ALL, waits: true },
  { name: 'SubagentStop', since: null, sets: ALL },
  { name: 'PreCompact', since: null, sets: ALL },
  { name: 'SubagentStart', since: [2, 0, 43], sets: ALL },
  { name: 'PermissionRequest', since: [2, 0, 45], sets: ALL },
  { name: 'PostToolUseFailure', since: [2, 0, 76], sets: TOOLS },
  { name: 'TaskCompleted', since: [2, 1, 33], sets: ALL },
  { name: 'PostCompact', since: [2, 1, 76], sets: ALL },
  { name: 'Elicitation', since: [2, 1, 76], sets: ALL },
  { name: 'ElicitationResult', since: [2, 1, 76], sets: ALL },
  { name: 'StopFailure', since: [2, 1, 78], sets: ALL, waits: true },
  { name: 'TaskCreated', since: [2, 1, 84], sets: ALL },
  { name: 'PermissionDenied', since: [2, 1, 89], sets: ALL },
];

/** Before this an async hook left empty entries in the transcript. */
const ASYNC_SINCE: ClientVersion = [2, 1, 119];

export interface InstalledEvent {
  readonly name: string;
  readonly async: boolean;
}

/** The events to write for a client; null = its version is not known. */
export function eventsFor(version: ClientVersion | null, set: EventSet): readonly InstalledEvent[] {
  const mayBeAsync = version !== null && atLeast(version, ASYNC_SINCE);
  return EVENTS.filter(({ since, sets }) => sets.includes(set) && (since === null || (version !== null && atLeast(version, since)))).map(
    ({ name, waits }) => ({ name, async: mayBeAsync && waits !== true }),
  );
}
