import { createInterface } from 'node:readline/promises';
import { usageError } from '../platform/errors.ts';

/** Asks on the terminal; without one the answer has to be a flag. Only a clear yes counts. */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw usageError(`${question} There is no terminal to answer on`, 'use --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
