import { plain } from '../text/plain.ts';
import type { LastAction } from './snapshot.ts';

const TOOL_LENGTH = 60;
const TARGET_LENGTH = 60;
/** More of a command is never looked at. */
const COMMAND_HEAD = 400;

type Json = Readonly<Record<string, unknown>>;

const FILE_KEYS = ['file_path', 'notebook_path'] as const;
/** `NAME=value` before a command: a secret more often than not, and no part of what is run. */
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;
/** A second word that carries a value or an address is left out. */
const TELLING = /[=:@]|^-{1,2}[A-Za-z-]*(?:token|key|pass|secret)/i;

/** A tool's short target (LV-52): base name for file tools, first two words for a command, else null. */
export function targetOf(tool: string, input: Json): string | null {
  if (tool === 'Bash') return commandTarget(input.command);
  for (const key of FILE_KEYS) {
    const path = input[key];
    if (typeof path === 'string' && path !== '') return plain(path.slice(-4096).split(/[/\\]/).at(-1) ?? '', TARGET_LENGTH) || null;
  }
  return null;
}

function commandTarget(command: unknown): string | null {
  if (typeof command !== 'string') return null;
  const words = command.slice(0, COMMAND_HEAD).trim().split(/\s+/);
  const [first, second] = words.slice(words.findIndex((word) => !ASSIGNMENT.test(word)));
  if (first === undefined || first === '' || ASSIGNMENT.test(first)) return null;
  const shown = second === undefined || TELLING.test(second) ? first : `${first} ${second}`;
  return plain(shown, TARGET_LENGTH) || null;
}

/** The action that a `tool_use` block tells of; null when it names no tool. `at` in epoch ms. */
export function actionOf(block: Json, at: number | null, withTarget: boolean): LastAction | null {
  if (typeof block.name !== 'string') return null;
  const tool = plain(block.name, TOOL_LENGTH);
  if (tool === '') return null;
  const { input } = block;
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return { tool, target: withTarget && isObject ? targetOf(block.name, input as Json) : null, at };
}
