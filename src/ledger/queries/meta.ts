import type { ReportMeta } from '../../usage/report.ts';
import type { Ledger } from '../open.ts';

/** What reading left to say: files, lines, and lines that could not be read, over the transcripts that are still there (UR-4). */
export function ingestMeta(ledger: Ledger, unreadable: Readonly<Record<string, number>> = {}): ReportMeta['ingest'] {
  const row = ledger.db
    .sql(
      'SELECT count(*) AS files, sum(lines) AS lines, sum(malformed) AS malformed, sum(too_long) AS too_long, sum(flagged) AS flagged FROM file WHERE gone_at IS NULL',
    )
    .get();
  const n = (name: string): number => (row?.[name] as number | null) ?? 0;
  const rejectedByReason: Record<string, number> = {};
  if (n('malformed') > 0) rejectedByReason.malformed = n('malformed');
  if (n('too_long') > 0) rejectedByReason['too-long'] = n('too_long');
  for (const [code, count] of Object.entries(unreadable)) rejectedByReason[`unreadable-${code}`] = count;
  return {
    files: n('files'),
    lines: n('lines'),
    rejectedLines: n('malformed') + n('too_long'),
    rejectedByReason,
    flaggedFields: n('flagged'),
  };
}

/** Epoch ms of the oldest and newest request in the ledger; null in an empty one. Two queries, since only a lone min or max is read off the index. */
export function recordSpan(ledger: Ledger): { first: number | null; last: number | null } {
  const row = ledger.db.sql('SELECT (SELECT min(at) FROM event) AS first, (SELECT max(at) FROM event) AS last').get();
  const first = (row?.first as number | null) ?? null;
  const last = (row?.last as number | null) ?? null;
  // Archived ones by their sums: the first and the last cell are found by the key.
  const old = ledger.db
    .sql(`SELECT (SELECT min(first_at) FROM archived_sum WHERE cell = (SELECT min(cell) FROM archived_sum)) AS first,
      (SELECT max(last_at) FROM archived_sum WHERE cell = (SELECT max(cell) FROM archived_sum)) AS last`)
    .get();
  if (typeof old?.first !== 'number' || typeof old.last !== 'number') return { first, last };
  return { first: Math.min(first ?? old.first, old.first), last: Math.max(last ?? old.last, old.last) };
}
