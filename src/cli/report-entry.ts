import { newProgram, quiet } from './base-program.ts';
import { addReportCommands } from './commands/reports.ts';
import { REPORTS } from './report-names.ts';
import { runCommand } from './run-command.ts';

/** Runs a command line that begins with a report's name: one file with all that a report needs, and nothing of the other commands. */
export const run = (argv: readonly string[]): Promise<number> =>
  runCommand(argv, async () => {
    const program = newProgram();
    const named = REPORTS.find((name) => name === argv[0]);
    addReportCommands(program, [named ?? 'sessions']);
    quiet(program);
    return program;
  });
