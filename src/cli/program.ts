import { Command } from 'commander';
import { VERSION } from '../app/version.ts';
import { addReportCommands } from './commands/reports.ts';
import { PEER_FLAGS } from './peer-flags.ts';

/** The command line as one table: help, completion and docs come from it. `exit` takes a command's exit code. */
export function buildProgram(exit: (code: number) => void): Command {
  const program = new Command('tidemark')
    .description('Every Claude Code session of this machine: which one needs you, what each is doing, and what it costs.')
    .version(VERSION, '-v, --version')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(withReplacement(text)) });
  addReportCommands(program);
  void exit;
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** "error: unknown option '--jq'" → the same, and what to use instead. */
function withReplacement(text: string): string {
  const flag = /unknown option '(--[a-z-]+)/.exec(text)?.[1];
  const instead = flag === undefined ? undefined : PEER_FLAGS[flag];
  const said = text.replace(/^error: /, 'tidemark: ');
  return instead === undefined ? said : `${said.split('\n')[0]}: ${instead}\n`;
}
