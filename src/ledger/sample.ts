import { setImmediate as pause } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { TranscriptFile } from '../transcripts/discover.ts';
import { checkpointOf, isChanged } from './checkpoints.ts';
import { contentOf } from './content.ts';
import { isBusy } from './driver.ts';
import type { Checkpoint } from './file-part.ts';
import { codeOf } from './ingest-errors.ts';
import { isUnwritable, type Ledger } from './open.ts';
import { readFile } from './read-file.ts';
import { forgottenSessions } from './tombstones.ts';

/** Files that are looked at in one start, and bytes after which no further one is begun. */
export const SAMPLE_FILES = 16;
const SAMPLE_BYTES = 64 * 1024 * 1024;
/** Row of `meta`: where in the order of the files the last sample ended. */
const CURSOR = 'sampled';

export interface Sampled {
  readonly checked: number;
  /** Paths of the files whose content was not what had been read; they were read again. */
  readonly rewritten: readonly string[];
}

/**
 * Looks whether some transcripts that seem unchanged still hold what was read from them: a rewrite may keep size and time (REL-13). Each start takes the next
 * {@link SAMPLE_FILES} in a fixed order, so that every file has its turn within files ÷ 16 starts. A changed one is read again from its first byte, which
 * counts nothing twice (REL-12). A file read by an earlier version, or in a large first reading, gets its checksum here.
 */
export async function sampleFiles(ledger: Ledger, files: readonly TranscriptFile[], signal?: AbortSignal): Promise<Sampled> {
  const rewritten: string[] = [];
  const forgotten = forgottenSessions(ledger.db);
  let [checked, bytes] = [0, 0];
  let last: number | null = null;
  for (const { file, place } of inTurn(files, cursorOf(ledger))) {
    if (checked >= SAMPLE_FILES || bytes >= SAMPLE_BYTES || signal?.aborted) break;
    if (forgotten.has(file.sessionFromPath)) continue;
    const known = checkpointOf(ledger, file.path);
    if (known === null || isChanged(file, known)) continue;
    checked++;
    last = place;
    bytes += known.offset;
    try {
      if (!isStill(ledger, file, known)) rewritten.push(file.path);
    } catch (error) {
      if (isUnwritable(error) || isBusy(error)) break;
      // A file that cannot be read now is the next pass's matter.
      if (codeOf(error) === 'BUG') throw error;
    }
    // Others wait for this process: a person's keys, other files' lines.
    await pause();
  }
  if (last !== null) setCursor(ledger, last);
  return { checked, rewritten };
}

function isStill(ledger: Ledger, file: TranscriptFile, known: Checkpoint): boolean {
  const now = contentOf(file.path, known.offset);
  // It grew meanwhile: the next pass compares its head and tail and reads on.
  if (now.size !== known.size || now.mtimeMs !== known.mtime) return true;
  if (now.sum !== null && now.sum === known.content) return true;
  if (now.sum !== null && known.content === null) {
    ledger.db
      .sql('UPDATE file SET content = ? WHERE path = ? AND offset = ? AND mtime = ?')
      .run(now.sum, file.path, known.offset, known.mtime);
    return true;
  }
  for (const part of readFile(file, null)) ledger.appender.append([part]);
  ledger.db.sql('UPDATE file SET rewritten = rewritten + 1 WHERE path = ?').run(file.path);
  return false;
}

interface Turn {
  readonly file: TranscriptFile;
  readonly place: number;
}

/** Files in an order of their own, beginning behind the place of the last one: a number made of the path, since the path itself names a session (SEC-82). */
function inTurn(files: readonly TranscriptFile[], after: number): Turn[] {
  const turns = files.map((file) => ({ file, place: crc32(file.path) })).sort((a, b) => a.place - b.place);
  const first = turns.findIndex(({ place }) => place > after);
  return first <= 0 ? turns : [...turns.slice(first), ...turns.slice(0, first)];
}

const cursorOf = (ledger: Ledger): number => Number(ledger.db.sql('SELECT value FROM meta WHERE name = ?').get(CURSOR)?.value ?? -1);

function setCursor(ledger: Ledger, place: number): void {
  try {
    ledger.db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(CURSOR, String(place));
  } catch (error) {
    if (!isUnwritable(error) && !isBusy(error)) throw error;
  }
}
