import { sqliteCode } from '../ledger/driver.ts';
import { isDamaged, isUnwritable } from '../ledger/open.ts';
import { errnoOf, KnownError } from '../platform/errors.ts';

/** SQLite: another connection holds the write lock longer than the time to wait. */
const LOCKED = new Set([5, 6]);

const FAULT = /^The ledger (?:is damaged|was damaged|cannot be (?:written|used))/;

/** Whether such a sentence, or a ledger's own, tells of a full disk or of damage (rule `ledger`); being held by another process is neither. */
export const isLedgerFault = (text: string): boolean => FAULT.test(text);

/** What could not be read or written, as what it is, in one sentence; following goes on. `path`: the transcript that was being read, where one was. */
export function heldBackText(error: unknown, path: string | null): string {
  const cause = error instanceof KnownError ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = sqliteCode(cause);
  if (code === null && errnoOf(cause) !== undefined && !(error instanceof KnownError)) {
    const at = path ?? (cause as NodeJS.ErrnoException).path ?? 'A transcript';
    return `${at} cannot be read (${errnoOf(cause)}); trying again`;
  }
  if (isDamaged(cause)) return `The ledger is damaged (${message}); start Tidemark again to have it repaired`;
  if (code !== null && LOCKED.has(code)) return 'The ledger is held by another process; trying again';
  if (isUnwritable(error)) return `The ledger cannot be written (${code === 13 ? 'disk full' : message}); trying again`;
  if (code !== null) return `The ledger cannot be used (${message}); trying again`;
  return `Reading stopped (${message}); trying again`;
}
