import { CommanderError } from 'commander';
import { writeStderr } from '../platform/stdout.ts';
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

/** Notes for the person beside the result: on stderr, one line each (UR-8). */
export async function notes(lines: readonly string[]): Promise<void> {
  for (const line of lines) await writeStderr(`tidemark: ${line}\n`);
}
