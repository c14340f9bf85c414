import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestState } from '../usage/merge.ts';
import { archiveDir, BLOCK_ROWS, isArchiveName, readWhole } from './archive-file.ts';
import { neededElsewhere } from './archive-owners.ts';
import type { Database } from './driver.ts';
import { fromRow } from './event-row.ts';

/** The archive files of this ledger, by name. */
function archiveFiles(ledgerPath: string): string[] {
  const dir = archiveDir(ledgerPath);
  return existsSync(dir)
    ? readdirSync(dir)
        .filter((name) => isArchiveName(name, ledgerPath))
        .sort()
    : [];
}

/** Names of files that some archived request lies in. */
const referred = (db: Database): Set<string> =>
  new Set(
    db
      .sql('SELECT DISTINCT file FROM archive_block WHERE id IN (SELECT block FROM archived)')
      .all()
      .map((row) => String(row.file)),
  );

/** Of a ledger, what takes requests in. */
export interface Absorbing {
  readonly db: Database;
  readonly mode: 'disk' | 'memory';
  readonly appender: { absorb(requests: readonly RequestState[]): number; readonly heldBack: number };
}

export interface Orphans {
  /** Requests that no other place had. */
  readonly back: number;
  /** Files of which a part could not be read or merged; they stay. */
  readonly lost: readonly string[];
}

/**
 * Archive files that the ledger does not refer to: left by a kill, or by a ledger that was lost or went back to a backup. Their requests are merged into the
 * ledger like lines that are read again, forgotten sessions left out; then the file goes. An archiver whose file is taken away here notices it in the
 * transaction that would refer to it.
 */
export function adoptOrphans(ledger: Absorbing): Orphans {
  const { db } = ledger;
  const lost: string[] = [];
  let back = 0;
  if (ledger.mode !== 'disk') return { back, lost };
  const files = archiveFiles(db.path);
  if (files.length === 0) return { back, lost };
  const used = referred(db);
  const orphans = files.filter((file) => !used.has(file));
  const needed = neededElsewhere(db.path, orphans);
  for (const file of orphans) {
    if (needed.has(file)) continue;
    const path = join(archiveDir(db.path), file);
    const whole = readWhole(path);
    const heldBack = ledger.appender.heldBack;
    for (let at = 0; at < whole.rows.length; at += BLOCK_ROWS) {
      const states = whole.rows.slice(at, at + BLOCK_ROWS).map((row) => fromRow(row, String(row.sid), row.name as string | null));
      back += ledger.appender.absorb(states);
    }
    // What could not be compared with an archive that is away may be known from here alone.
    if (whole.lost || ledger.appender.heldBack > heldBack) lost.push(path);
    else
      db.write(() => {
        if (referred(db).has(file)) return;
        dropEmptyBlocks(db);
        rmSync(path, { force: true });
      });
  }
  return { back, lost };
}

/** Where blocks are referred to no more, after requests came back or were forgotten. In a transaction of the caller's. */
export const dropEmptyBlocks = (db: Database): void => db.exec('DELETE FROM archive_block WHERE id NOT IN (SELECT block FROM archived)');
