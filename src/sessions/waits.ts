import type { HookEvent } from './event.ts';
import type { Draft, Wait } from './reduced.ts';

/* Questions that are open: what opens and what ends them (LS-19). Pure. */

const MAX_WAITS = 64;
/** Dialogs whose result carries the answers besides the input: known by their name alone. */
const DIALOG_TOOLS: ReadonlySet<string> = new Set(['AskUserQuestion', 'ExitPlanMode']);

/** The thread an event is of. */
export const keyOf = (event: HookEvent) => event.agent ?? '';

/** Whether a tool's result or denial ends the wait: same thread, same tool, same input (LS-19). */
export function answers(event: HookEvent, wait: Wait): boolean {
  if (wait.agent !== keyOf(event)) return false;
  // A wait known from a notification alone names no tool: the thread going on is the best answer there is.
  if (wait.tool === null) return wait.input === null && event.at > wait.at;
  if (wait.tool !== event.tool) return false;
  return DIALOG_TOOLS.has(wait.tool) || wait.input === (event.input ?? null);
}

export function openWait(draft: Draft, wait: Wait): void {
  const same = (each: Wait) => each.agent === wait.agent && each.tool === wait.tool && each.input === wait.input && each.for === wait.for;
  if (draft.waits.some(same)) return;
  draft.waits = [...draft.waits, wait].slice(-MAX_WAITS);
}

/** Ends those waits at a time, epoch ms. */
export function clearWaits(draft: Draft, at: number, ends: (wait: Wait) => boolean): void {
  if (draft.waits.length === 0) return;
  const open = draft.waits.filter((wait) => !ends(wait));
  if (open.length === draft.waits.length) return;
  draft.waits = open;
  draft.clearedAt = at;
}
