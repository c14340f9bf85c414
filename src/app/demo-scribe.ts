import type { TokenCounts } from '../pricing/types.ts';
import type { HookEvent } from '../sessions/event.ts';
import { type DemoHookPlace, demoEvent, toolFields } from './demo-hooks.ts';
import { DemoLines, type DemoThread, type DemoTool, type Ending } from './demo-lines.ts';

/** What one session has done: lines for its transcript, and what its hooks were told of it. Both at the same moments, as in the client. */
export class DemoScribe {
  readonly lines: DemoLines;
  /** Subagents that run in the background, `[id, type]`. */
  readonly agents = new Map<string, string>();
  #place: DemoHookPlace;
  #text = '';
  #events: HookEvent[] = [];

  constructor(thread: DemoThread, place: DemoHookPlace, random: () => number) {
    this.lines = new DemoLines(thread, random);
    this.#place = place;
  }

  /** From now on another process goes on with the session. */
  movedTo(pid: number, procStart: string): void {
    this.#place = { ...this.#place, pid, procStart };
  }

  write(text: string): void {
    this.#text += text;
  }

  hook(at: number, name: string, own: Readonly<Record<string, unknown>> = {}): void {
    this.#events.push(demoEvent(this.#place, at, name, own));
  }

  prompt(at: number): void {
    this.write(this.lines.prompt(at));
    this.hook(at, 'UserPromptSubmit', { source: 'user' });
  }

  /** The open call has its result; nothing where none is open. */
  toolResult(at: number): void {
    const open = this.lines.openTool;
    if (open === null) return;
    this.write(this.lines.toolResult(at));
    this.hook(at, 'PostToolUse', toolFields(open));
  }

  response(at: number, tokens: TokenCounts, ending: Ending): void {
    this.write(this.lines.response(at, tokens, ending));
    const open = this.lines.openTool;
    if (ending !== 'turn' && open !== null) this.hook(at, 'PreToolUse', toolFields(open));
  }

  /** The client asks a person about the open call. */
  asks(at: number): void {
    const open = this.lines.openTool;
    if (open !== null) this.hook(at, 'PermissionRequest', toolFields(open));
  }

  turnEnd(at: number, durationMs: number): void {
    this.write(this.lines.turnEnd(at, durationMs));
    const tasks = [...this.agents].map(([id, type]) => ({ id, type: 'subagent', status: 'running', agent_type: type }));
    this.hook(at, 'Stop', { stop_hook_active: false, background_tasks: tasks, session_crons: [] });
  }

  fails(at: number, error: string, status: number): void {
    this.write(this.lines.apiError(at, error, status));
    this.hook(at, 'StopFailure', { error });
  }

  compactionBegins(at: number): void {
    this.hook(at, 'PreCompact', { trigger: 'auto', custom_instructions: null });
  }

  /** Tokens before and after. */
  compactionEnds(at: number, before: number, after: number): void {
    this.write(this.lines.compaction(at, before, after));
    this.hook(at, 'SessionStart', { source: 'compact' });
    this.hook(at + 1, 'PostCompact', { trigger: 'auto' });
  }

  agentStarts(at: number, id: string, type: string): void {
    this.agents.set(id, type);
    this.hook(at, 'SubagentStart', { agent_id: id, agent_type: type });
  }

  agentStops(at: number, id: string): void {
    this.hook(at, 'SubagentStop', { agent_id: id, agent_type: this.agents.get(id) ?? '', stop_hook_active: false });
    this.agents.delete(id);
  }

  /** What has not been taken yet. */
  take(): { readonly text: string; readonly events: readonly HookEvent[] } {
    const taken = { text: this.#text, events: this.#events };
    this.#text = '';
    this.#events = [];
    return taken;
  }
}

const FILES = ['routes.ts', 'schema.sql', 'openapi.yaml', 'session.ts', 'cart.test.ts'];
const COMMANDS = ['npm test', 'git status', 'git diff', 'npm run build'];
const TOOLS = ['Edit', 'Edit', 'Edit', 'Read', 'Read', 'Read', 'Bash', 'Bash', 'Grep'];

/** Some call of a tool. */
export function anyTool(random: () => number): DemoTool {
  const one = (of: readonly string[]) => of[Math.floor(random() * of.length)]!;
  const tool = one(TOOLS);
  if (tool === 'Grep') return { tool };
  return { tool, target: one(tool === 'Bash' ? COMMANDS : FILES) };
}
