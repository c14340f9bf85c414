import { statSync } from 'node:fs';
import { type ArchiveStats, archiveStats } from './archive.ts';
import { sqliteVersion } from './driver.ts';
import { failures, isLeftAlone } from './failures.ts';
import type { Ledger, LedgerMode } from './open.ts';
import { recordSpan } from './queries/meta.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** Rejected lines of one transcript that is still there. */
export interface RejectedIn {
  readonly path: string;
  readonly lines: number;
}

export interface LedgerStats {
  readonly path: string;
  readonly mode: LedgerMode;
  /** Bytes on disk, the journal included; 0 in memory. */
  readonly bytes: number;
  readonly schema: number;
  readonly sqlite: string;
  readonly files: { readonly present: number; readonly gone: number };
  /** Complete lines of all known transcripts. */
  readonly lines: number;
  /** Reason → how many lines, and in which files, most first. */
  readonly rejected: Readonly<Record<'malformed' | 'too-long', { readonly lines: number; readonly files: readonly RejectedIn[] }>>;
  /** Present transcripts whose content changed under an equal size and time, and how often (REL-13). */
  readonly rewritten: readonly { readonly path: string; readonly times: number }[];
  /** Transcripts that could not be read the last times, and those among them that are left alone for now (UR-103). */
  readonly failing: readonly { readonly path: string; readonly code: string; readonly times: number; readonly isLeftAlone: boolean }[];
  /** Requests. */
  readonly events: number;
  /** Requests among them that lie in archive files, these files, and those that are missing (REL-24). */
  readonly archive: ArchiveStats;
  readonly sessions: number;
  readonly prompts: number;
  readonly labels: number;
  readonly forgotten: number;
  /** Epoch ms of the oldest and the newest request, null in an empty ledger. */
  readonly firstRecord: number | null;
  readonly lastRecord: number | null;
  readonly priceTable: string;
}

/** What the ledger holds, in figures. `path` is where it would be on disk, `now` in epoch ms. */
export function ledgerStats(ledger: Ledger, path: string, now = 0): LedgerStats {
  const count = (sql: string): number => Number(ledger.db.sql(sql).get()?.n ?? 0);
  const span = recordSpan(ledger);
  return {
    path,
    mode: ledger.mode,
    bytes: ledger.mode === 'disk' ? ['', '-wal', '-shm'].reduce((sum, suffix) => sum + sizeOf(path + suffix), 0) : 0,
    schema: SCHEMA_VERSION,
    sqlite: sqliteVersion(ledger.db).join('.'),
    files: {
      present: count('SELECT count(*) AS n FROM file WHERE gone_at IS NULL'),
      gone: count('SELECT count(*) AS n FROM file WHERE gone_at IS NOT NULL'),
    },
    lines: count('SELECT sum(lines) AS n FROM file'),
    rejected: { malformed: rejected(ledger, 'malformed'), 'too-long': rejected(ledger, 'too_long') },
    rewritten: ledger.db
      .sql('SELECT path, rewritten AS times FROM file WHERE rewritten > 0 AND gone_at IS NULL ORDER BY path')
      .all()
      .map((row) => ({ path: String(row.path), times: row.times as number })),
    failing: [...failures(ledger)].map(([file, failure]) => ({
      path: file,
      code: failure.code,
      times: failure.times,
      isLeftAlone: isLeftAlone(failure, now),
    })),
    events: count('SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM archived) AS n'),
    archive: archiveStats(ledger.db),
    sessions: count('SELECT count(*) AS n FROM (SELECT session FROM event UNION SELECT session FROM archived)'),
    prompts: count('SELECT count(*) AS n FROM prompt'),
    labels: count('SELECT count(*) AS n FROM label'),
    forgotten: count('SELECT count(*) AS n FROM tombstone'),
    firstRecord: span.first,
    lastRecord: span.last,
    priceTable: ledger.table.date,
  };
}

function rejected(ledger: Ledger, column: 'malformed' | 'too_long'): { lines: number; files: RejectedIn[] } {
  const rows = ledger.db.sql(`SELECT path, ${column} AS n FROM file WHERE ${column} > 0 ORDER BY ${column} DESC, path`).all();
  const files = rows.map((row) => ({ path: String(row.path), lines: row.n as number }));
  return { lines: files.reduce((sum, file) => sum + file.lines, 0), files };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
