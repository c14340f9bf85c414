import { type Command, CommanderError } from 'commander';
import { setDebug } from '../app/log.ts';
import { logFailure } from './log-failure.ts';
import { reportError } from './report-error.ts';

/** Makes the program that answers a command line (without node and script). `exit` takes a command's exit code. */
export type BuildProgram = (exit: (code: number) => void, argv: readonly string[]) => Promise<Command>;

/** Runs a command line to its exit code. */
export const runCommand = (argv: readonly string[], build: BuildProgram): Promise<number> => answered(argv, () => ask(argv, build));

/** The exit code of what answers a command line (without node and script); an error is logged and told. */
export async function answered(argv: readonly string[], answer: () => Promise<number>): Promise<number> {
  const debug = argv.includes('--debug') || argv.includes('-d');
  setDebug(debug);
  try {
    return await answeredOnSound(argv, answer);
  } catch (error) {
    logFailure(error);
    return reportError(error, debug);
  }
}

/** A question that meets a damaged page of the ledger is asked once more after the ledger is mended (REL-22). */
async function answeredOnSound(argv: readonly string[], answer: () => Promise<number>): Promise<number> {
  try {
    return await answer();
  } catch (error) {
    if ((error as { code?: unknown })?.code !== 'ERR_SQLITE_ERROR') throw error;
    const { mendAfter } = await import('./mend-ledger.ts');
    if (!(await mendAfter(error, argv))) throw error;
    return await answer();
  }
}

async function ask(argv: readonly string[], build: BuildProgram): Promise<number> {
  let code = 0;
  const program = await build((exit) => {
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
