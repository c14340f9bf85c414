import { basename } from 'node:path';
import type { CostMode } from '../../pricing/types.ts';
import type { UsageEvent } from '../../usage/types.ts';
import type { Ledger } from '../open.ts';
import { CELL_MS } from '../schema.ts';
import { EVERYTHING, groupCells, RowBuilder } from './cells.ts';
import type { Directory, SessionInfo } from './directory.ts';
import { usageEvents } from './events.ts';

/** What the queries of one session need. */
export interface SessionContext {
  readonly ledger: Ledger;
  readonly directory: Directory;
  readonly mode: CostMode;
}

/** A transcript file of a session as last read. Sizes in bytes. */
export interface SessionFile {
  readonly path: string;
  readonly isAgent: boolean;
  readonly isMain: boolean;
  readonly size: number;
  readonly lines: number;
  readonly rejected: number;
  readonly isGone: boolean;
}

/** All files of a session: its own transcripts and its subagents'. The main one first, then by path. */
export function sessionFiles(ledger: Ledger, sid: string): SessionFile[] {
  const rows = ledger.db
    .sql(
      'SELECT path, size, lines, malformed + too_long AS rejected, gone_at FROM file WHERE session = ? OR instr(path, ?) > 0 ORDER BY path',
    )
    .all(sid, `/${sid}/`);
  const files = rows.map((row): SessionFile => {
    const path = String(row.path);
    return {
      path,
      isAgent: basename(path).startsWith('agent-') || path.includes('/subagents/'),
      isMain: basename(path) === `${sid}.jsonl`,
      size: row.size as number,
      lines: row.lines as number,
      rejected: row.rejected as number,
      isGone: row.gone_at !== null,
    };
  });
  return files.sort((a, b) => Number(b.isMain) - Number(a.isMain) || (a.path < b.path ? -1 : 1));
}

/** Stretches of time in which a session has requests, newest first, epoch ms, half-open: they keep a query from the requests of all others. */
function stretches(ledger: Ledger, id: number): { from: number; to: number }[] {
  const cells = ledger.db.sql('SELECT DISTINCT cell FROM rollup WHERE session = ? ORDER BY cell DESC').all(id);
  const found: { from: number; to: number }[] = [];
  for (const row of cells) {
    const from = (row.cell as number) * CELL_MS;
    const last = found.at(-1);
    if (last !== undefined && last.from === from + CELL_MS) last.from = from;
    else found.push({ from, to: from + CELL_MS });
  }
  return found;
}

/** The newest requests of a session with their iterations, oldest first; at least `limit` of them where there are so many. */
export function newestEvents({ ledger, directory, mode }: SessionContext, info: SessionInfo, limit: number): UsageEvent[] {
  const parts: UsageEvent[][] = [];
  let count = 0;
  for (const { from, to } of stretches(ledger, info.id)) {
    if (count >= limit) break;
    const events = usageEvents(ledger, directory, mode, from, to, info.id);
    count += events.length;
    parts.push(events);
  }
  return parts.reverse().flat();
}

/** Sums of a session over all its time, subagents apart. */
export function sessionSums({ ledger, mode }: SessionContext, info: SessionInfo): RowBuilder {
  const builder = new RowBuilder();
  for (const group of groupCells(ledger, [], { ...EVERYTHING, sessions: [info.id] }, mode)) builder.add(group, '');
  return builder;
}
