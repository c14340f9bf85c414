import type { StoredRequest } from '../ledger/ledger-memory.ts';
import type { Ledger } from '../ledger/open.ts';
import type { NewRequest } from './transcript-tail.ts';

/** Epoch ms; until is excluded. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * These requests of a session (row number) and all others that this process has changed of it, those in the span, in the ledger's order: as they were
 * written, without a look at the ledger. Null: only the ledger tells, for not all are known, or one changed before `settledUntil` (epoch ms).
 */
export function writtenRequests(
  { appender: { memory } }: Ledger,
  session: number,
  named: readonly NewRequest[],
  span: Span,
  settledUntil: number,
): readonly StoredRequest[] | null {
  const changed = memory.changed.get(session);
  if (changed !== undefined && (changed.keys === null || changed.oldest < settledUntil)) return null;
  const found: StoredRequest[] = [];
  for (const key of new Set([...named.map((request) => request.key), ...(changed?.keys ?? [])])) {
    const request = memory.requestOf(key);
    if (request === undefined || request.session !== session) return null;
    if (request.state.at >= span.from && request.state.at < span.until) found.push(request);
  }
  return found.sort(({ state: a }, { state: b }) => a.at - b.at || (a.key < b.key ? -1 : 1));
}

/** Time (epoch ms) and session (row number) of a request that a line names, null when the ledger has none. The time is the earliest of its
 * lines, the session that with the best claim: a later line names neither. */
export function placeInLedger(ledger: Ledger, key: string): { readonly at: number; readonly session: number } | null {
  const known = ledger.appender.memory.requestOf(key);
  if (known !== undefined) return { at: known.state.at, session: known.session };
  const stored = ledger.db.sql('SELECT at, session FROM event WHERE key = ?').get(key);
  return stored === undefined ? null : { at: stored.at as number, session: stored.session as number };
}
