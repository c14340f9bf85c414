import { archivedRows } from '../archived.ts';
import type { Ledger } from '../open.ts';

/** What of a session lies in the archive (REL-24). */
export interface ArchivedPart {
  readonly requests: number;
  /** Of these, how many cannot be read: they count in every sum, and are not listed one by one. */
  readonly unreadable: number;
}

export function archivedPart({ db }: Ledger, session: number): ArchivedPart {
  const requests = Number(db.sql('SELECT count(*) AS n FROM archived WHERE session = ?').get(session)?.n);
  return requests === 0
    ? { requests, unreadable: 0 }
    : { requests, unreadable: archivedRows(db, 'archived.session = ?', session).lost.length };
}
