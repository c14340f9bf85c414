import { statSync } from 'node:fs';
import { join } from 'node:path';
import { archiveDirOf, sha256 } from './archive-file.ts';
import type { Database } from './driver.ts';
import { storedJson } from './stored-json.ts';

/*
 * What waits for an archive file that cannot be read (REL-24): sums that a new price table could not price anew, and lines of archived requests that could not
 * be compared with what is archived. The row of the prices then also says how the files looked, so that the first opening that finds them otherwise tries again.
 */

/** Row of `meta`: fingerprint of the prices of all sums, or that with {@link UNTIL} and how the archive files looked. */
const PRICES = 'prices';
/** Row of `meta`: there while some sums may be at former prices. */
const FORMER = 'prices-former';
/** Row of `meta`: JSON list of the folders (below `projects/`) whose transcripts are read again. */
const FOLDERS = 'archive-folders';
export const HOLD_ROWS = [PRICES, FORMER, FOLDERS] as const;
const UNTIL = ' until ';

const read = (db: Database, name: string): string | null => {
  const value = db.sql('SELECT value FROM meta WHERE name = ?').get(name)?.value;
  return value === undefined ? null : String(value);
};
const write = (db: Database, name: string, value: string): void =>
  void db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(name, value);
const drop = (db: Database, name: string): void => void db.sql('DELETE FROM meta WHERE name = ?').run(name);

export type Priced = 'yes' | 'waits' | 'no';

/** Whether all sums are at the prices of this fingerprint; `waits` when some cannot be, as long as the archive is as it is. */
export function pricedBy(db: Database, fingerprint: string): Priced {
  const value = read(db, PRICES);
  if (value === fingerprint) return 'yes';
  return value === waiting(db, fingerprint) ? 'waits' : 'no';
}

/** After all sums were made again. `lost`: some archived requests could not be read. In the transaction of the sums. */
export function settlePrices(db: Database, fingerprint: string, lost: boolean): void {
  const before = read(db, PRICES)?.split(UNTIL)[0];
  write(db, PRICES, lost ? waiting(db, fingerprint) : fingerprint);
  if (lost) {
    if (before !== fingerprint) write(db, FORMER, '1');
    return;
  }
  drop(db, FORMER);
  const folders = heldFolders(db);
  // Reading twice is a merge: what the lines add to archived requests comes in now.
  for (const folder of folders) db.sql('DELETE FROM file WHERE gone_at IS NULL AND folder = ?').run(folder);
  if (folders.length > 0) drop(db, FOLDERS);
}

/** Remembers folders with lines of archived requests that could not be compared. In the transaction that passed over the lines. */
export function holdFolders(db: Database, folders: ReadonlySet<string>): void {
  const value = read(db, PRICES) ?? '';
  write(db, PRICES, waiting(db, value.split(UNTIL)[0]!));
  write(db, FOLDERS, JSON.stringify([...new Set([...heldFolders(db), ...folders])].sort()));
}

/** The next opening makes all sums again. */
export const distrustPrices = (db: Database): void => write(db, PRICES, `${read(db, PRICES)?.split(UNTIL)[0] ?? ''}${UNTIL}`);

/** Some archived requests may be at former prices. */
export const mayBeAtFormerPrices = (db: Database): boolean => read(db, FORMER) !== null;

function heldFolders(db: Database): readonly string[] {
  const folders = storedJson<unknown>(read(db, FOLDERS), []);
  return Array.isArray(folders) ? folders.filter((folder) => typeof folder === 'string') : [];
}

const waiting = (db: Database, fingerprint: string): string => `${fingerprint}${UNTIL}${lookOf(db)}`;

/** Sizes and times of the archive files as one short text. A file whose rights changed counts as another: it may be readable now. */
function lookOf(db: Database): string {
  const rows = db.sql('SELECT DISTINCT file FROM archive_block ORDER BY file').all();
  const looks = rows.map(({ file }) => {
    try {
      const { size, mtimeMs, ctimeMs } = statSync(join(archiveDirOf(db), String(file)));
      return `${file} ${size} ${mtimeMs} ${ctimeMs}`;
    } catch {
      return `${file} gone`;
    }
  });
  return sha256(Buffer.from(looks.join('\n'))).slice(0, 16);
}

/** Some request lies in an archive. */
export const hasArchived = (db: Database): boolean => db.sql('SELECT 1 FROM archived LIMIT 1').get() !== undefined;
