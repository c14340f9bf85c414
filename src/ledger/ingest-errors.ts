import { constants } from 'node:os';

/** The system's code of a failed call, or BUG for an error that is no system error. */
export function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' && (code in constants.errno || code === 'EINVAL' || code === 'ELOOP') ? code : 'BUG';
}
