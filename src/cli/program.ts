import { Command } from 'commander';
import { VERSION } from '../app/version.ts';
import { addConfigCommands } from './commands/config.ts';
import { addLedgerCommands } from './commands/ledger.ts';
import { addQueryCommand } from './commands/query.ts';
import { addReportCommands } from './commands/reports.ts';
import { addSessionCommands } from './commands/session.ts';
import { addLiveFlags, type LiveFlags } from './live-flags.ts';
import { PEER_FLAGS } from './peer-flags.ts';

/** The command line as one table: help, completion and docs come from it. `exit` takes a command's exit code. */
export function buildProgram(exit: (code: number) => void): Command {
  const program = new Command('tidemark')
    .description(
      'Every Claude Code session of this machine: which one needs you, what each is doing, and what it costs.\nWithout a command: the live view on a terminal, a plain table otherwise.',
    )
    .version(VERSION, '-v, --version')
    .enablePositionalOptions()
    .configureOutput({ outputError: (text, write) => write(withReplacement(text)) });
  const live = async (flags: LiveFlags): Promise<void> => exit(await (await import('./commands/live.ts')).runLive(flags));
  addLiveFlags(program).action(live);
  addLiveFlags(
    program.command('live').description('the live view: sessions, combined usage, burn rate, projection, projects, warnings'),
  ).action(live);
  addLiveFlags(program.command('demo').description('a made-up home with live sessions, to look around without any data')).action(
    (flags: LiveFlags) => live({ ...flags, demo: true }),
  );
  addReportCommands(program);
  addSessionCommands(program);
  addQueryCommand(program, exit);
  addConfigCommands(program);
  addLedgerCommands(program, exit);
  quiet(program);
  return program;
}

/** Every command throws instead of ending the process, suggests the nearest flag, and names what replaces a peer's flag. */
function quiet(command: Command): void {
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
