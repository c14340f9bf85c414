import { realpathSync } from 'node:fs';
import { errnoOf, KnownError } from '../platform/errors.ts';
import { discover, type TranscriptFile } from '../transcripts/discover.ts';
import type { Row } from './driver.ts';
import { ingest, ingestFile, type Progress, type Skipped } from './ingest.ts';
import type { Ledger } from './open.ts';
import { freshLedger } from './reread.ts';
import { contradicts } from './verify.ts';

export interface RebuildOptions {
  readonly claudeDirs: readonly string[];
  readonly workers: number;
  /** Epoch ms. */
  readonly now: number;
  /** Only this transcript. */
  readonly file?: string;
  readonly onProgress?: (progress: Progress) => void;
}

export interface RebuildResult {
  readonly filesRead: number;
  /** Requests before and after; never fewer after. */
  readonly before: number;
  readonly after: number;
  /** Requests that were new or changed. */
  readonly changed: number;
  /** Rows that contradicted themselves and were made again from a transcript. */
  readonly mended: number;
  readonly skipped: readonly Skipped[];
  /** The reason when the ledger could not be written, else null. */
  readonly stopped: unknown;
}

/**
 * Reads the present transcripts again from their first byte and makes all sums again (REL-2, REL-15). Each step is a transaction of its own and a
 * merge, so that a kill between two of them costs only another reading. Requests, prompts, labels and tombstones are never deleted: what has no
 * transcript any more stays byte for byte.
 */
export async function rebuild(ledger: Ledger, options: RebuildOptions): Promise<RebuildResult> {
  const { claudeDirs } = options;
  const before = eventCount(ledger);
  const only = options.file === undefined ? null : transcriptOf(options.file, claudeDirs);
  const mended = mendContradictions(ledger, claudeDirs);
  const paths = only === null ? discover(claudeDirs).files.map((file) => file.path) : [only.path];
  ledger.db.write(() => {
    // Checkpoints of vanished files stay: they are needed when a file comes back (REL-14).
    for (const path of paths) ledger.db.sql('DELETE FROM file WHERE path = ?').run(path);
  });
  const read =
    only === null ? await ingest(ledger, options) : { filesRead: 1, changed: ingestFile(ledger, only), skipped: [], stopped: null };
  ledger.appender.recountAll();
  return {
    filesRead: read.filesRead,
    before,
    after: eventCount(ledger),
    changed: read.changed,
    mended,
    skipped: read.skipped,
    stopped: read.stopped,
  };
}

const eventCount = (ledger: Ledger): number => Number(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n);

function transcriptOf(path: string, claudeDirs: readonly string[]): TranscriptFile {
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    throw new KnownError(`${path} cannot be read (${errnoOf(error)})`, {
      path,
      operation: 'read',
      hint: 'Name a transcript that is there; what the ledger knows of a deleted one is kept',
    });
  }
  const file = discover(claudeDirs).files.find((candidate) => candidate.path === real);
  if (file === undefined)
    throw new KnownError(`${path} is not a transcript of a Claude directory`, {
      path,
      hint: 'tidemark ledger stats lists the directories',
    });
  return file;
}

const COLUMNS = ['input', 'output', 'write5m', 'write1h', 'read', 'ord_sum', 'ord_output', 'ord_at', 'ord_pos'] as const;

/** A merge takes the larger counter, so one that grew wrongly would stay: rows that contradict themselves start again from what their transcript says. */
function mendContradictions(ledger: Ledger, claudeDirs: readonly string[]): number {
  const wrong = ledger.db
    .sql('SELECT * FROM event WHERE output <> ord_output OR input + output + write5m + write1h + read < ord_sum')
    .all()
    .filter(contradicts);
  if (wrong.length === 0) return 0;
  const { fresh } = freshLedger(ledger.table, claudeDirs);
  try {
    const said = wrong
      .map((row) => fresh.db.sql('SELECT * FROM event WHERE key = ?').get(row.key!))
      .filter((row): row is Row => row !== undefined);
    const update = ledger.db.sql(`UPDATE event SET ${COLUMNS.map((name) => `${name} = ?`).join(', ')} WHERE key = ?`);
    ledger.db.write(() => {
      for (const row of said) update.run(...COLUMNS.map((name) => row[name] ?? null), row.key!);
    });
    return said.length;
  } finally {
    fresh[Symbol.dispose]();
  }
}
