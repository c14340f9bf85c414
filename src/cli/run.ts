import { CommanderError } from 'commander';
import { buildProgram } from './program.ts';
import { reportError } from './report-error.ts';

/** Runs a command line (without node and script) to its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = buildProgram((exit) => {
    code = exit;
  });
  try {
    await program.parseAsync(argv as string[], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode !== 0 && error.code === 'commander.help') return 2;
      return error.exitCode === 0 ? 0 : 2;
    }
    return reportError(error, argv.includes('--debug') || argv.includes('-d'));
  }
}
