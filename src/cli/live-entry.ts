import { endQuietlyOnClosedPipe } from '../platform/stdout.ts';
import { newProgram, quiet } from './base-program.ts';
import { runLive } from './commands/live.ts';
import { addLiveCommands, addLiveFlags, type LiveFlags } from './live-flags.ts';
import { answered, runCommand } from './run-command.ts';

/** Runs a command line that asks for the live view by its first word, or by having none: one file with all that its first picture needs (LV-114). */
export const run = (argv: readonly string[]): Promise<number> => {
  endQuietlyOnClosedPipe();
  return runCommand(argv, async (exit) => {
    const program = newProgram();
    const live = async (flags: LiveFlags): Promise<void> => exit(await runLive(flags));
    if (argv.length === 0) addLiveFlags(program).action(live);
    else addLiveCommands(program, live);
    quiet(program);
    return program;
  });
};

/** The live view with flags that the whole program has read from its command line. */
export const runFlags = (flags: LiveFlags, argv: readonly string[]): Promise<number> => answered(argv, () => runLive(flags));
