import { archiveEvents } from './archive.ts';
import { isBusy } from './driver.ts';
import { isUnwritable, type Ledger } from './open.ts';

const DAY_MS = 86_400_000;
/** Row of `meta`: epoch ms of the last time. */
const LAST = 'archived-at';

/** Blocks: some tenths of a second, which a person who asked for a report waits. The passes after it go on. */
const AT_ONCE = 5;

/** `ledger.keep`: moves what is older to the archive, at most once a day (UR-113). A disk that has no room for it is no reason to stop. `now` in epoch ms. */
export function archiveDaily(ledger: Ledger, keepMs: number, now: number): void {
  const { db } = ledger;
  const last = Number(db.sql('SELECT value FROM meta WHERE name = ?').get(LAST)?.value ?? Number.NEGATIVE_INFINITY);
  if (ledger.mode !== 'disk' || Math.abs(now - last) < DAY_MS) return;
  try {
    db.sql('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(LAST, String(now));
    const { isDone } = archiveEvents(ledger, now - keepMs, now, AT_ONCE);
    if (!isDone) db.sql('DELETE FROM meta WHERE name = ?').run(LAST);
  } catch (error) {
    if (!isUnwritable(error) && !isBusy(error)) throw error;
  }
}
