import type { Discovery, TranscriptFile } from '../transcripts/discover.ts';
import { checkpointFrom } from './checkpoint-row.ts';
import type { Checkpoint } from './file-part.ts';
import { isUnwritable, type Ledger } from './open.ts';

/**
 * What tells whether a file changed since it was read: its path, size, time (epoch ms), inode, device, and 1 when it was missing at the last look. As the
 * database gives it, for a report looks at a thousand of them and mostly finds them unchanged.
 */
export type SeenFile = readonly [path: string, size: number, mtime: number, ino: number, dev: number, gone: 0 | 1];

/** Checkpoints of files that are gone are kept for so long: a file may come back (REL-14). */
const KEEP_GONE_MS = 400 * 86_400_000;

/** Same size and time as when it was read to the end: nothing to do (REL-12). */
export function isChanged(file: TranscriptFile, seen: Pick<Checkpoint, 'size' | 'mtime' | 'ino' | 'dev'> | undefined): boolean {
  return seen === undefined || seen.size !== file.size || seen.mtime !== file.mtimeMs || seen.ino !== file.ino || seen.dev !== file.dev;
}

/** {@link isChanged} for a file as {@link seenFiles} knows it. */
export const isChangedSince = (file: TranscriptFile, seen: SeenFile | undefined): boolean =>
  seen === undefined || seen[1] !== file.size || seen[2] !== file.mtimeMs || seen[3] !== file.ino || seen[4] !== file.dev;

/** Every file the ledger has read, by path. */
export function seenFiles(ledger: Ledger): Map<string, SeenFile> {
  const rows = ledger.db.sql('SELECT path, size, mtime, ino, dev, gone_at IS NOT NULL AS gone FROM file').arrays() as unknown as SeenFile[];
  const seen = new Map<string, SeenFile>();
  for (const row of rows) seen.set(row[0], row);
  return seen;
}

export function checkpoints(ledger: Ledger): Map<string, Checkpoint> {
  const rows = ledger.db.sql('SELECT * FROM file').all();
  return new Map(rows.map((row) => [String(row.path), checkpointFrom(row)]));
}

export function checkpointOf(ledger: Ledger, path: string): Checkpoint | null {
  const row = ledger.db.sql('SELECT * FROM file WHERE path = ?').get(path);
  return row ? checkpointFrom(row) : null;
}

/** Marks the files that are no longer there as gone, and those that came back as present. Their events stay either way. `now` in epoch ms. */
export function markGone(ledger: Ledger, discovery: Discovery, seen: ReadonlyMap<string, SeenFile>, now: number): void {
  // The usual case: each file was seen before and is here.
  if (discovery.files.length === seen.size && discovery.files.every(({ path }) => seen.get(path)?.[5] === 0)) return;
  const here = new Set(discovery.files.map((file) => file.path));
  const blind = discovery.unreadable.map(({ path }) => path);
  const fresh: string[] = [];
  const back: string[] = [];
  for (const [path, , , , , gone] of seen.values()) {
    if (here.has(path)) {
      if (gone === 1) back.push(path);
    } else if (gone === 0 && !blind.some((dir) => path.startsWith(dir))) fresh.push(path);
  }
  if (fresh.length + back.length === 0) return;
  try {
    ledger.db.write(() => {
      for (const path of fresh) ledger.db.sql('UPDATE file SET gone_at = ? WHERE path = ?').run(now, path);
      for (const path of back) ledger.db.sql('UPDATE file SET gone_at = NULL WHERE path = ?').run(path);
      ledger.db.sql('DELETE FROM file WHERE gone_at < ?').run(now - KEEP_GONE_MS);
    });
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
}
