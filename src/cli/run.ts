import { buildProgram } from './program.ts';
import { runCommand } from './run-command.ts';

/** Runs any command line (without node and script) to its exit code. */
export const run = (argv: readonly string[]): Promise<number> => runCommand(argv, buildProgram);
