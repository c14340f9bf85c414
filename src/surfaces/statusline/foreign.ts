import type { Config } from '../../config/schema.ts';

/** Another tool's statusline to be run beside ours. */
export interface ForeignCommand {
  readonly command: string;
  readonly mode: 'collect' | 'above' | 'below';
  readonly timeoutMs: number;
}

/** What it printed, or null when it failed, said nothing or took too long (SL-34). */
export type Foreign = { readonly output: Buffer } | null;

/** The command to chain, null where there is none or chaining is off (SL-33). */
export function foreignCommand({ chain }: Config['statusline']): ForeignCommand | null {
  const { mode, timeout, command } = chain;
  const line = typeof command === 'string' ? command : command?.command;
  if (mode === 'off' || typeof line !== 'string' || line.trim() === '') return null;
  return { command: line, mode, timeoutMs: timeout };
}
