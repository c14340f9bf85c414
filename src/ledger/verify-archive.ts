import { join } from 'node:path';
import { archiveDir, readBlock } from './archive-file.ts';
import { archivedRows, wholeCost } from './archived.ts';
import { mainCost } from './billing.ts';
import { fromRow } from './event-row.ts';
import type { Ledger } from './open.ts';

const NAMED = 20;

/** The archive against what the ledger says of it (REL-24): every block by its checksum, every request in its block and nowhere else, its cost. */
export function checkArchive({ db, table }: Ledger, differs: (what: string, message: string) => void): void {
  for (const { file, offset, length, sha256 } of db
    .sql('SELECT * FROM archive_block WHERE id IN (SELECT block FROM archived) ORDER BY file, offset')
    .all()) {
    const path = join(archiveDir(db.path), String(file));
    if (readBlock(path, offset as number, length as number, String(sha256)) === null)
      differs(path, `its requests from byte ${offset} on cannot be read: the file is gone, cut or changed. Their sums still count`);
  }
  for (const { key } of db.sql('SELECT key FROM archived WHERE key IN (SELECT key FROM event)').all())
    differs(String(key), 'a request is both in the ledger and in its archive');
  const { rows, lost } = archivedRows(db);
  const inRead = db.sql('SELECT block FROM archived WHERE key = ?');
  const unread = new Set(lost.map((key) => inRead.get(key)?.block));
  if (lost.length > 0)
    differs('archive', `${lost.length} archived requests in ${unread.size} blocks cannot be listed: ${lost.slice(0, NAMED).join(', ')}`);
  for (const row of rows) {
    const cost = wholeCost(row, table, mainCost(fromRow(row, '', row.name as string | null), table));
    if (cost !== row.cost) differs(String(row.key), `an archived request costs ${row.cost} nano-USD, the price table says ${cost}`);
    if (row.sid === null) differs(String(row.key), 'the session of an archived request is not in the ledger');
  }
}
