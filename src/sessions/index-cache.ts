import { join } from 'node:path';
import { looseObject } from '../platform/loose.ts';
import { readSmallJson, replaceSmallFile } from '../platform/small-file.ts';
import { keyedHash } from './hash.ts';
import type { LiveSession } from './session.ts';
import { CLOCKS, isState, type SessionRules } from './states.ts';
import type { FolderRow } from './status-index.ts';

/*
 * What the last publisher made of each status file. A hook that reads one file instead of fifty stays within its budget (LS-39). Never the truth: an entry
 * counts only while its file has the same inode, time and size, and until the moment at which time alone would change it.
 */

export interface CachedRow {
  readonly stamp: string;
  /** Epoch ms between which the row is what it would be made again. */
  readonly from: number;
  readonly until: number;
  readonly row: FolderRow;
}
export type RowCache = ReadonlyMap<string, CachedRow>;

const VERSION = 1;
const MAX_BYTES = 1024 * 1024;

/** One per Claude directory and setting of the clocks and names. */
const cacheFile = (stateDir: string, key: string): string => join(stateDir, `index-${keyedHash(key, 'index')}.json`);

export function readRows(stateDir: string, key: string): RowCache {
  const o = readSmallJson(cacheFile(stateDir, key), MAX_BYTES);
  if (o === null || o.v !== VERSION || o.key !== key) return new Map();
  const rows = looseObject(o.rows) as Readonly<Record<string, CachedRow>>;
  const cache = new Map<string, CachedRow>();
  for (const name in rows) if (isRow(rows[name])) cache.set(name, rows[name]!);
  return cache;
}

/** Written only when something in it changed: most rows stay for minutes. */
export function writeRows(stateDir: string, key: string, rows: RowCache, before: RowCache): void {
  if (rows.size === before.size && [...rows].every(([name, row]) => before.get(name) === row)) return;
  replaceSmallFile(cacheFile(stateDir, key), `${JSON.stringify({ v: VERSION, key, rows: Object.fromEntries(rows) })}\n`);
}

/** Only we write this file, private: a look at the types that would break a reader is enough, fifty times in a hook. */
function isRow(value: unknown): boolean {
  const cached = value as Partial<CachedRow> | null;
  const row = cached?.row;
  return (
    typeof cached?.until === 'number' &&
    typeof cached.from === 'number' &&
    typeof row?.at === 'number' &&
    typeof row.entry === 'object' &&
    isState(row.state)
  );
}

/** When time alone changes a session that has neither record nor process, epoch ms. */
export function unchangedUntil(session: LiveSession, rules: SessionRules, now: number): number {
  const ends = [session.at + CLOCKS.hideAfter, session.at + rules.staleAfter, session.since + rules.idleAfter];
  if (session.ended !== null) ends.push(session.ended.at + CLOCKS.endedFileAfter);
  if (session.error?.resetsAt) ends.push(session.error.resetsAt * 1000);
  if (session.agents.active > 0) ends.push(session.at + CLOCKS.agentSilent);
  return Math.min(...ends.filter((end) => end > now), Number.MAX_SAFE_INTEGER);
}
