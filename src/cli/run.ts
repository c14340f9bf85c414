import { CommanderError } from 'commander';
import { buildProgram } from './program.ts';
import { reportError } from './report-error.ts';

/** Runs a command line (without node and script) to its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    return await runOnce(argv);
  } catch (error) {
    return reportError(error, argv.includes('--debug') || argv.includes('-d'));
  }
}

/** A question that meets a damaged page of the ledger is asked once more after the ledger is mended (REL-22). */
async function runOnce(argv: readonly string[]): Promise<number> {
  try {
    return await ask(argv);
  } catch (error) {
    if ((error as { code?: unknown })?.code !== 'ERR_SQLITE_ERROR') throw error;
    const { mendAfter } = await import('./mend-ledger.ts');
    if (!(await mendAfter(error, argv))) throw error;
    return await ask(argv);
  }
}

async function ask(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = await buildProgram((exit) => {
    code = exit;
  }, argv);
  try {
    await program.parseAsync(argv as string[], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}
