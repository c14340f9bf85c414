import { effectOf } from './effects.ts';
import { type HookEvent, isToolEvent } from './event.ts';
import { type Draft, EMPTY_STATE, hookState, type ReducedState } from './reduced.ts';
import { CLOCKS } from './states.ts';
import { STOP_EVENT } from './stop-note.ts';

/* Hook events → state, level 2 (live-status §5). Pure: the events' own times are the only clock. */

const MAX_RECENT = 64;

/** The state after one more event. Events come sorted by time (`foldEvents`). */
export function reduce(previous: ReducedState, event: HookEvent): ReducedState {
  const draft: Draft = { ...previous, recent: [...previous.recent] };
  apply(draft, event);
  return draft;
}

/** All events over a base, in the order they happened (LS-18): by start of the hook's process, then by payload. One copy, for a hook has no time. */
export function foldEvents(events: readonly HookEvent[], base: ReducedState = EMPTY_STATE): ReducedState {
  const draft: Draft = { ...base, recent: [...base.recent] };
  for (const event of isSorted(events) ? events : [...events].sort(inOrder)) apply(draft, event);
  return draft;
}

const inOrder = (a: HookEvent, b: HookEvent): number => a.at - b.at || (a.n < b.n ? -1 : a.n > b.n ? 1 : 0);

function isSorted(events: readonly HookEvent[]): boolean {
  for (let i = 1; i < events.length; i++) if (inOrder(events[i - 1]!, events[i]!) > 0) return false;
  return true;
}

function apply(draft: Draft, event: HookEvent): void {
  const { at } = event;
  if (at > draft.at) draft.at = at;
  if (isRepeat(draft, event)) return;
  const before = hookState(draft, at);
  note(draft, event);
  // Ended is left only by a later start or prompt (LS-20); all else is a straggler of the process that went.
  // The client's own SessionEnd comes before our word of why it left.
  if (draft.ended === null || (reopens(event) && at > draft.ended.at) || event.event === STOP_EVENT) effectOf(event)?.(draft, event);
  if (draft.since === 0 || before !== hookState(draft, at)) draft.since = at;
}

const reopens = (event: HookEvent) => event.event === 'UserPromptSubmit' || (event.event === 'SessionStart' && event.source !== 'compact');

/** Settings and plugin both installed deliver each event twice, within moments of each other (LS-17). Notes the event as seen. */
function isRepeat(draft: Draft, event: HookEvent): boolean {
  if (event.n === '') return false;
  const { recent } = draft;
  while (recent.length > 0 && (recent.length >= MAX_RECENT || event.at - recent[0]![1] > CLOCKS.duplicate)) recent.shift();
  // Behind a newer start or end of a turn the same words are said anew, but for the moment that two starts may be apart.
  const boundary = Math.max(draft.startAt, draft.stopAt, draft.ended?.at ?? 0);
  for (const [n, at] of recent) {
    const apart = Math.abs(event.at - at);
    if (n === event.n && apart <= (at < boundary ? CLOCKS.sameStart : CLOCKS.duplicate)) return true;
  }
  recent.push([event.n, event.at]);
  return false;
}

/** What any event may tell by the way. */
function note(draft: Draft, event: HookEvent): void {
  if (event.mode !== undefined) draft.mode = event.mode;
  if (event.effort !== undefined) draft.effort = event.effort;
  if (event.cwd !== undefined) draft.cwd = event.cwd;
  if (event.transcript !== undefined) draft.transcript = event.transcript;
  if (event.model !== undefined) draft.model = { id: event.model, at: event.at };
  if (event.identity !== undefined) draft.identity = event.identity;
  if (event.title !== undefined && event.task === undefined) draft.title = event.title;
  if (event.prompt !== undefined) draft.prompt = event.prompt;
}

/** Whether an event may be left out of a journal that is full (LS-22): a tool event, or evidence only, that changes nothing but times. */
export function isDispensable(before: ReducedState, after: ReducedState, event: HookEvent): boolean {
  if (!isToolEvent(event.event) && effectOf(event) !== undefined) return false;
  return before.phase === after.phase && before.waits.length === after.waits.length && before.agents.length === after.agents.length;
}
