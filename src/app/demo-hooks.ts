import type { HookEvent } from '../sessions/event.ts';
import { eventOf } from '../sessions/payload.ts';
import type { OpenTool } from './demo-lines.ts';

/** What all hooks of one session are told, and who tells them. */
export interface DemoHookPlace {
  readonly sessionId: string;
  readonly transcript: string;
  readonly cwd: string;
  readonly configDir: string;
  /** The client's process. */
  readonly pid: number;
  readonly procStart: string;
  readonly pidDomain: string;
}

/** Events that the client fires without a permission mode or an effort. */
const BARE: ReadonlySet<string> = new Set(['SessionStart', 'SessionEnd', 'PreCompact', 'PostCompact', 'SubagentStart']);

/** The event that a hook of client 2.1.329 leaves in the journal: its stdin, taken in as `tidemark hook` takes it. `at` epoch ms. */
export function demoEvent(place: DemoHookPlace, at: number, name: string, own: Readonly<Record<string, unknown>> = {}): HookEvent {
  const { sessionId, transcript, cwd, configDir, pid, procStart, pidDomain } = place;
  const payload = {
    session_id: sessionId,
    transcript_path: transcript,
    cwd,
    ...(BARE.has(name) ? {} : { permission_mode: 'default', effort: { level: 'high' } }),
    hook_event_name: name,
    ...own,
  };
  const identity = { configDir, kind: 'subscription', pid, procStart, pidDomain };
  return eventOf(payload, `${at} ${JSON.stringify(payload)}`, { at, identity, sessionId: null })!.event;
}

/** The part of a tool event's stdin that names the call. */
export const toolFields = ({ id, name, input }: OpenTool) => ({ tool_name: name, tool_input: input, tool_use_id: id });
