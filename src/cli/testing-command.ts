import { Command } from 'commander';

/** What a command printed, what it said beside, how it ended and what it threw. */
export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly code: number;
  readonly error: { readonly exitCode?: number; readonly message: string; readonly hint?: string } | null;
}

/** Runs a command of those that `add` gives, within the test's process; `exit` takes the code it ends with. */
export async function runCommand(add: (program: Command, exit: (code: number) => void) => void, args: readonly string[]): Promise<Ran> {
  const [out, err] = [captured(process.stdout), captured(process.stderr)];
  let code = 0;
  let error: Ran['error'] = null;
  try {
    const program = new Command().exitOverride();
    add(program, (given) => {
      code = given;
    });
    await program.parseAsync(args, { from: 'user' });
  } catch (caught) {
    error = caught as NonNullable<Ran['error']>;
  } finally {
    out.end();
    err.end();
  }
  return { out: out.parts.join(''), err: err.parts.join(''), code: error?.exitCode ?? code, error };
}

/** Keeps what is written to a stream, instead of showing it, until the end. */
function captured(stream: NodeJS.WriteStream): { readonly parts: readonly string[]; readonly end: () => void } {
  const { write } = stream;
  const parts: string[] = [];
  stream.write = (text: unknown, ...rest: readonly unknown[]) => {
    parts.push(String(text));
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  };
  return {
    parts,
    end: () => {
      stream.write = write;
    },
  };
}
