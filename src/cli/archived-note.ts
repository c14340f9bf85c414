import type { Ledger } from '../ledger/open.ts';
import { archivedPart } from '../ledger/queries/archived-session.ts';
import type { SessionInfo } from '../ledger/queries/directory.ts';
import { notes } from './notes.ts';

/** Says when requests of a session lie in the archive (REL-24): all sums are known, single requests as long as the archive can be read. */
export async function sayArchived(ledger: Ledger, info: SessionInfo): Promise<void> {
  const { requests, unreadable } = archivedPart(ledger, info.id);
  if (requests === 0) return;
  const are = requests === 1 ? 'request of this session is' : 'requests of this session are';
  const lost = unreadable === 0 ? '' : `; ${unreadable} of them cannot be read: they are in every sum, but not listed one by one`;
  await notes([`${requests} ${are} archived${lost}`]);
}
