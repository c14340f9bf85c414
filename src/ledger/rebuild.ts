import { realpathSync } from 'node:fs';
import { errnoOf, KnownError } from '../platform/errors.ts';
import { discover, type TranscriptFile } from '../transcripts/discover.ts';
import { adoptOrphans } from './archive-orphans.ts';
import { reviveArchived } from './archive-revive.ts';
import { mainCost } from './billing.ts';
import { checkpointOf } from './checkpoints.ts';
import type { Row } from './driver.ts';
import { fromRow } from './event-row.ts';
import { noteFailures } from './failures.ts';
import { fileSumKey } from './file-sums.ts';
import { ingest, type Progress, type Skipped } from './ingest.ts';
import { ingestFile } from './ingest-changed.ts';
import { mendFileSums, settleFileSums } from './mend-file-sums.ts';
import type { Ledger } from './open.ts';
import { readFile } from './read-file.ts';
import { freshLedger } from './reread.ts';
import { isSound, restoreTables } from './salvage.ts';
import { KEY_INDEX } from './schema.ts';
import { adopt, EVENTS, isNear, lineOf, PROMPTS, settleSalvage } from './settle.ts';
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
  /** Rows that contradicted themselves, or whose archive cannot be read, and were made again from a transcript. */
  readonly mended: number;
  /** Files whose sums differed from their rows and some of whose rows no transcript proves any more: these were left as they are (REL-15). */
  readonly unproven: number;
  readonly skipped: readonly Skipped[];
  /** The reason when the ledger could not be written, else null. */
  readonly stopped: unknown;
}

/**
 * Reads the present transcripts again from their first byte and makes all sums again (REL-2, REL-15). Each step is a transaction of its own and a
 * merge, so that a kill between two of them costs only another reading. Requests, prompts, labels and tombstones are never deleted: what has no
 * transcript any more stays byte for byte. A row whose key a damage changed is no request: it goes when a transcript gave the row its key back.
 */
export async function rebuild(ledger: Ledger, options: RebuildOptions): Promise<RebuildResult> {
  const { claudeDirs } = options;
  const before = eventCount(ledger);
  const only = options.file === undefined ? null : transcriptOf(options.file, claudeDirs);
  if (!isSound(ledger.db)) {
    restoreTables(ledger.db);
    adoptOrphans(ledger);
    settleSalvage(ledger, claudeDirs);
  }
  // Also what a kill left of an archiving, or a ledger that is lost.
  if (only === null) adoptOrphans(ledger);
  const evidence = only === null ? null : evidenceOf(ledger, only);
  const sums = mendFileSums(ledger, claudeDirs, evidence);
  const contradictions = mendContradictions(ledger, claudeDirs);
  const paths = only === null ? discover(claudeDirs).files.map((file) => file.path) : [only.path];
  ledger.db.write(() => {
    // Checkpoints of vanished files stay: they are needed when a file comes back (REL-14).
    for (const path of paths) ledger.db.sql('DELETE FROM file WHERE path = ?').run(path);
  });
  // Whoever asks for it by hand has perhaps mended what kept a file from being read.
  noteFailures(ledger, options.now, [], paths);
  const read =
    only === null ? await ingest(ledger, options) : { filesRead: 1, changed: ingestFile(ledger, only), skipped: [], stopped: null };
  const revived = only === null ? reviveArchived(ledger, claudeDirs) : 0;
  const mended = sums.mended + contradictions + revived + mendNames(ledger, claudeDirs);
  ledger.appender.recountAll();
  settleFileSums(ledger, evidence);
  return {
    filesRead: read.filesRead,
    before,
    after: eventCount(ledger),
    changed: read.changed,
    mended,
    unproven: sums.unproven,
    skipped: read.skipped,
    stopped: read.stopped,
  };
}

const eventCount = (ledger: Ledger): number =>
  Number(ledger.db.sql('SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM archived) AS n').get()?.n);

/** The key of a file's sums: by its checkpoint, or by what its lines say where the ledger has none. */
function evidenceOf(ledger: Ledger, file: TranscriptFile): string {
  let first = checkpointOf(ledger, file.path)?.firstAt ?? null;
  if (first === null) for (const part of readFile(file, null)) first ??= part.checkpoint.firstAt;
  return fileSumKey(first, Math.round(file.birthtimeMs));
}

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

/** Counters that do not fit their line, or a price that does not fit the counters. */
function isWrong(row: Row, ledger: Ledger): boolean {
  return contradicts(row) || mainCost(fromRow(row, '', row.name as string | null), ledger.table) !== row.calc;
}

/** A merge takes the larger counter, so one that grew wrongly would stay: rows that contradict themselves start again from what their transcript says. */
function mendContradictions(ledger: Ledger, claudeDirs: readonly string[]): number {
  const wrong = ledger.db
    .sql(EVENTS)
    .all()
    .filter((row) => isWrong(row, ledger));
  if (wrong.length === 0) return 0;
  const { fresh } = freshLedger(ledger.table, claudeDirs);
  try {
    const one = fresh.db.sql(`SELECT * FROM (${EVENTS}) WHERE key = ?`);
    const said = wrong.flatMap((row) => {
      const other = one.get(row.key!);
      // A price that fits neither is itself what is wrong: it is made again, and counters beyond the transcript's are kept (REL-2).
      return other !== undefined && (contradicts(row) || other.calc === row.calc) ? [other] : [];
    });
    ledger.db.write(() => {
      ledger.db.exec(KEY_INDEX);
      for (const row of said) adopt(ledger.db, row);
    });
    return said.length;
  } finally {
    fresh[Symbol.dispose]();
  }
}

/** Drops rows that stand beside their like under a near name when only that one's name is in the transcripts: one line is one request or prompt. */
function mendNames({ db, table }: Ledger, claudeDirs: readonly string[]): number {
  const suspects = [
    ...likes(db.sql(EVENTS).all(), 'key').map((pair) => ['event', 'key', pair] as const),
    ...likes(db.sql(PROMPTS).all(), 'uuid').map((pair) => ['prompt', 'uuid', pair] as const),
  ];
  if (suspects.length === 0) return 0;
  const { fresh } = freshLedger(table, claudeDirs);
  try {
    let dropped = 0;
    db.write(() => {
      for (const [from, column, pair] of suspects) {
        const named = pair.map((name) => fresh.db.sql(`SELECT 1 FROM ${from} WHERE ${column} = ?`).get(name) !== undefined);
        if (named[0] !== named[1]) dropped += db.sql(`DELETE FROM ${from} WHERE ${column} = ?`).run(pair[named[0] ? 1 : 0]);
      }
    });
    return dropped;
  } finally {
    fresh[Symbol.dispose]();
  }
}

/** Pairs of near names of one line. */
function likes(rows: readonly Row[], name: 'key' | 'uuid'): (readonly [string, string])[] {
  const lines = Map.groupBy(rows, lineOf);
  return [...lines.values()].flatMap((group) =>
    group.flatMap((a, i) =>
      group.slice(i + 1).flatMap((b) => {
        const pair = [String(a[name]), String(b[name])] as const;
        return isNear(...pair) ? [pair] : [];
      }),
    ),
  );
}
