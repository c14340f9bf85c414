import { Command } from 'commander';
import { VERSION } from '../app/version.ts';
import { writeStdoutSync } from '../platform/stdout.ts';
import { PEER_FLAGS } from './peer-flags.ts';

/** The program without a command. */
export const newProgram = (): Command =>
  new Command('tidemark')
    .description(
      'Every Claude Code session of this machine: which one needs you, what each is doing, and what it costs.\nWithout a command: the live view on a terminal, a plain table otherwise.',
    )
    .version(VERSION, '-v, --version')
    .enablePositionalOptions()
    .configureOutput({ writeOut: writeStdoutSync, outputError: (text, write) => write(withReplacement(text)) });

/** Every command throws instead of ending the process, suggests the nearest flag, and names what replaces a peer's flag. */
export function quiet(command: Command): void {
  command.exitOverride().showSuggestionAfterError(true);
  for (const child of command.commands) quiet(child.configureOutput({ outputError: (text, write) => write(withReplacement(text)) }));
}

/** "error: unknown option '--jq'" → the same, and what to use instead. */
function withReplacement(text: string): string {
  const flag = /unknown option '(--[a-z-]+)/.exec(text)?.[1];
  const instead = flag === undefined ? undefined : PEER_FLAGS[flag];
  const said = text.replace(/^error: /, 'tidemark: ');
  return instead === undefined ? said : `${said.split('\n')[0]}: ${instead}\n`;
}
