import { systemClock } from '../platform/clock.ts';
import type { TranscriptFile } from '../transcripts/discover.ts';
import { checkpointOf, isChanged } from './checkpoints.ts';
import { failureOf, isLeftAlone, leftAloneError, noteFailures } from './failures.ts';
import { codeOf } from './ingest-errors.ts';
import type { Ledger } from './open.ts';
import { type FilePart, readFile } from './read-file.ts';
import { forgottenSessions } from './tombstones.ts';

/* Reading what is known to have changed, for who follows the transcripts: no walk of the tree. */

/** A file with more new bytes is read on its own, in stretches. */
const TOGETHER_BYTES = 1024 * 1024;

/**
 * Reads files that are known to have changed in one transaction, for the monitor: while many sessions work, some grow between two pictures. Returns those
 * that are done; what is large, failed before or cannot be read is left to {@link ingestFile}, which says why. Throws when the ledger cannot be written.
 */
export function ingestTogether(ledger: Ledger, files: readonly TranscriptFile[]): ReadonlySet<TranscriptFile> {
  const done = new Set<TranscriptFile>();
  const parts: FilePart[] = [];
  const forgotten = forgottenSessions(ledger.db);
  for (const file of files) {
    const known = checkpointOf(ledger, file.path);
    const isDone = !isChanged(file, known ?? undefined) || forgotten.has(file.sessionFromPath);
    if (!isDone && (file.size - (known?.offset ?? 0) > TOGETHER_BYTES || failureOf(ledger, file.path) !== undefined)) continue;
    try {
      if (!isDone) parts.push(...[...readFile(file, known)]);
      done.add(file);
    } catch {
      // Read alone, it says why.
    }
  }
  if (parts.length > 0) ledger.appender.append(parts);
  return done;
}

/** Reads one file that is known to have changed, for the monitor: no walk of the tree. Throws what keeps it from being read. `now` in epoch ms. */
export function ingestFile(ledger: Ledger, file: TranscriptFile, now = systemClock.now()): number {
  let changed = 0;
  const known = checkpointOf(ledger, file.path);
  if (!isChanged(file, known ?? undefined) || forgottenSessions(ledger.db).has(file.sessionFromPath)) return 0;
  const failure = failureOf(ledger, file.path);
  if (isLeftAlone(failure, now)) throw leftAloneError(failure);
  try {
    for (const part of readFile(file, known)) changed += ledger.appender.append([part]);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'BUG' && code !== 'ENOENT') noteFailures(ledger, now, [{ path: file.path, code }], []);
    throw error;
  }
  if (failure !== undefined) noteFailures(ledger, now, [], [file.path]);
  return changed;
}
