// As a whole: its names are looked up when they are used, and a report that meets no error does without the module.
import os from 'node:os';

/** The system's code of a failed call, or BUG for an error that is no system error. */
export function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' && (code in os.constants.errno || code === 'EINVAL' || code === 'ELOOP') ? code : 'BUG';
}
