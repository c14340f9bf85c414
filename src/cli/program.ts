import type { Command } from 'commander';
import { newProgram, quiet } from './base-program.ts';
import { addLiveCommands, addLiveFlags, type LiveFlags } from './live-flags.ts';
import { REPORT_WORDS } from './report-names.ts';

type Exit = (code: number) => void;

/** Commands that come from one file, by the names and aliases they are called by. */
interface CommandGroup {
  readonly names: readonly string[];
  readonly add: (program: Command, exit: Exit) => Promise<void>;
}

/** The command line as one table: help, completion and docs come from it. A test holds the names to what the files add. */
export const GROUPS: readonly CommandGroup[] = [
  {
    names: REPORT_WORDS,
    add: async (program) => (await import('./commands/reports.ts')).addReportCommands(program),
  },
  { names: ['session'], add: async (program) => (await import('./commands/session.ts')).addSessionCommands(program) },
  { names: ['query'], add: async (program, exit) => (await import('./commands/query.ts')).addQueryCommand(program, exit) },
  { names: ['config'], add: async (program) => (await import('./commands/config.ts')).addConfigCommands(program) },
  { names: ['ledger'], add: async (program, exit) => (await import('./commands/ledger.ts')).addLedgerCommands(program, exit) },
  {
    names: ['install', 'uninstall'],
    add: async (program, exit) => (await import('./commands/install.ts')).addInstallCommands(program, exit),
  },
  { names: ['doctor'], add: async (program, exit) => (await import('./commands/doctor.ts')).addDoctorCommand(program, exit) },
  { names: ['profiles'], add: async (program, exit) => (await import('./commands/profiles.ts')).addProfilesCommands(program, exit) },
  { names: ['state'], add: async (program, exit) => (await import('./commands/state.ts')).addStateCommands(program, exit) },
];

/**
 * The program for a command line (without node and script). A known command is loaded alone, so that a report does not wait for the others. Everything else, help
 * and mistyped names included, gets them all. `exit` takes a command's exit code.
 */
export async function buildProgram(exit: Exit, argv: readonly string[] = []): Promise<Command> {
  const program = newProgram();
  const named = GROUPS.filter(({ names }) => argv[0] !== undefined && names.includes(argv[0]));
  if (named.length === 0) {
    addLive(program, exit, argv);
    program.addHelpText('after', (await import('./first-steps.ts')).FIRST_STEPS);
  }
  for (const group of named.length === 0 ? GROUPS : named) await group.add(program, exit);
  quiet(program);
  return program;
}

function addLive(program: Command, exit: Exit, argv: readonly string[]): void {
  const live = async (flags: LiveFlags): Promise<void> => exit(await (await import('./live-entry.ts')).runFlags(flags, argv));
  addLiveFlags(program).action(live);
  addLiveCommands(program, live);
  addHotPaths(program);
}

/** Answered before this program is loaded (src/main.ts); here for the help alone. */
function addHotPaths(program: Command): void {
  program
    .command('hook')
    .description("takes a hook event of Claude Code on its stdin and keeps the session's status file; what tidemark install hooks sets up");
  program
    .command('statusline')
    .description("takes the statusline's input on its stdin and prints a line; see statusline --help, tidemark install statusline");
}
