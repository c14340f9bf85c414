import { basename } from 'node:path';
import type { Ledger } from '../open.ts';

/** Files of a session that are there now: its transcript's path, and how many subagents have one. */
export function forSession(ledger: Ledger, sid: string): { readonly transcript: string | null; readonly subagents: number } {
  const rows = ledger.db
    .sql('SELECT path FROM file WHERE gone_at IS NULL AND (session = ? OR instr(path, ?) > 0) ORDER BY path')
    .all(sid, `/${sid}/`);
  const paths = rows.map((row) => String(row.path));
  return {
    transcript: paths.find((path) => basename(path) === `${sid}.jsonl`) ?? null,
    subagents: paths.filter((path) => basename(path).startsWith('agent-')).length,
  };
}
