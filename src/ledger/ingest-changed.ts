import { systemClock } from '../platform/clock.ts';
import type { TranscriptFile } from '../transcripts/discover.ts';
import type { SeenLines } from '../transcripts/seen-lines.ts';
import { isChanged } from './checkpoints.ts';
import { type Failure, failureOf, isLeftAlone, leftAloneError, noteFailures } from './failures.ts';
import type { FilePart } from './file-part.ts';
import { codeOf } from './ingest-errors.ts';
import type { Ledger } from './open.ts';
import { type ReadOptions, readFile } from './read-file.ts';

/* Reading what is known to have changed, for who follows the transcripts: no walk of the tree. */

/** Is told the lines that were read of a file, where they are few. Whether they are in the ledger shows when the reading is done. */
export type OnSeen = (path: string, seen: SeenLines) => void;

const seenBy = ({ path }: TranscriptFile, onSeen: OnSeen | undefined): ReadOptions =>
  onSeen === undefined ? {} : { onSeen: (seen) => onSeen(path, seen) };

const failed = (ledger: Ledger, { path }: TranscriptFile): Failure | undefined =>
  ledger.appender.memory.hasFailures ? failureOf(ledger, path) : undefined;

/** A file with more new bytes is read on its own, in stretches. */
const TOGETHER_BYTES = 1024 * 1024;

/**
 * Reads files that are known to have changed in one transaction, for the monitor: while many sessions work, some grow between two pictures. Returns those
 * that are done; what is large, failed before or cannot be read is left to {@link ingestFile}, which says why. Throws when the ledger cannot be written.
 */
export function ingestTogether(ledger: Ledger, files: readonly TranscriptFile[], onSeen?: OnSeen): ReadonlySet<TranscriptFile> {
  const { appender } = ledger;
  const { memory } = appender;
  if (memory.isQuiet) {
    // Where files were read to is checked once, inside the transaction; mostly it is so.
    const { generation } = memory;
    const { done, parts } = readTogether(ledger, files, onSeen);
    if (parts.length > 0 && appender.appendAsKnown(parts, generation)) return done;
  }
  memory.check();
  const { done, parts } = readTogether(ledger, files, onSeen);
  if (parts.length > 0) appender.append(parts);
  return done;
}

interface ReadTogether {
  readonly done: Set<TranscriptFile>;
  readonly parts: FilePart[];
}

function readTogether(ledger: Ledger, files: readonly TranscriptFile[], onSeen: OnSeen | undefined): ReadTogether {
  const done = new Set<TranscriptFile>();
  const parts: FilePart[] = [];
  const { memory } = ledger.appender;
  for (const file of files) {
    const known = memory.checkpointOf(file.path);
    const isDone = !isChanged(file, known ?? undefined) || memory.forgotten.has(file.sessionFromPath);
    if (!isDone && (file.size - (known?.offset ?? 0) > TOGETHER_BYTES || failed(ledger, file) !== undefined)) continue;
    try {
      // All of a file or nothing: it may fail on the way.
      if (!isDone) parts.push(...[...readFile(file, known, seenBy(file, onSeen))]);
      done.add(file);
    } catch {
      // Read alone, it says why.
    }
  }
  return { done, parts };
}

/** Reads one file that is known to have changed, for the monitor: no walk of the tree. Throws what keeps it from being read. `now` in epoch ms. */
export function ingestFile(ledger: Ledger, file: TranscriptFile, now = systemClock.now(), onSeen?: OnSeen): number {
  let changed = 0;
  const { memory } = ledger.appender;
  memory.check();
  const known = memory.checkpointOf(file.path);
  if (!isChanged(file, known ?? undefined) || memory.forgotten.has(file.sessionFromPath)) return 0;
  const failure = failed(ledger, file);
  if (isLeftAlone(failure, now)) throw leftAloneError(failure);
  try {
    for (const part of readFile(file, known, seenBy(file, onSeen))) changed += ledger.appender.append([part]);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'BUG' && code !== 'ENOENT') noteFailures(ledger, now, [{ path: file.path, code }], []);
    throw error;
  }
  if (failure !== undefined) noteFailures(ledger, now, [], [file.path]);
  return changed;
}
