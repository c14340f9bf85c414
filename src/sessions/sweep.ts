import { lstatSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { looseObject } from '../platform/loose.ts';
import { readSmallJson, replaceSmallFile, sweepTemporaries } from '../platform/small-file.ts';
import { CLOCKS } from './states.ts';
import { type FolderEntry, type FolderView, statusDir } from './status-folder.ts';
import { storedId } from './stored-session.ts';

/* What is over is removed by whoever comes by, at most once a minute (LS-34). Nothing trusts it to have run (LS-35). */

const EVERY = 60_000;
const JOURNALS_EVERY = 3_600_000;
/** One sweep must not hold a client up: the next goes on. */
const MAX_REMOVED = 200;
/** Between two sweeps a publisher removes what it just found expired, unless it is more than this. */
const MAX_BETWEEN = 8;

export interface Swept {
  readonly status: number;
  readonly journals: number;
}

const NOTHING: Swept = { status: 0, journals: 0 };

/** Removes status files whose clocks have run out, and now and then journals and captures of a week ago. `live` = ids that must stay. */
export function sweep(claudeDir: string, stateDir: string, view: FolderView, now: number): Swept {
  if (!view.isWhole) return NOTHING;
  const mark = `${stateDir}/swept.json`;
  const before = statTime(mark);
  const isDue = before === null || now - before >= EVERY || before > now + EVERY;
  if (!isDue && (view.expired.length === 0 || view.expired.length > MAX_BETWEEN)) return NOTHING;
  const status = removeExpired(claudeDir, view.expired, MAX_REMOVED);
  if (!isDue) return { status, journals: 0 };
  sweepTemporaries(statusDir(claudeDir));
  const last = Number(looseObject(readSmallJson(mark, 1024)).journals ?? 0);
  const journalsDue = !(now - last < JOURNALS_EVERY && last <= now);
  const journals = journalsDue
    ? sweepOld(join(stateDir, 'events'), '.jsonl', view, now) + sweepOld(join(stateDir, 'statusline'), '.json', view, now)
    : 0;
  // With work left over the mark stays old, so that the next goes on.
  if (status < MAX_REMOVED)
    replaceSmallFile(mark, `${JSON.stringify({ v: 1, at: Math.floor(now), journals: journalsDue ? Math.floor(now) : last })}\n`);
  return { status, journals };
}

function removeExpired(claudeDir: string, expired: readonly FolderEntry[], most: number): number {
  let removed = 0;
  for (const entry of expired) {
    if (removed >= most) break;
    const path = join(statusDir(claudeDir), entry.name);
    const stat = lstatQuietly(path);
    // Written again meanwhile, or no status file at all but another program's: it stays.
    if (stat?.ino !== entry.ino || stat.mtimeMs !== entry.mtimeMs || storedId(readSmallJson(path, 1024 * 1024)) === null) continue;
    if (unlinked(path)) removed++;
  }
  return removed;
}

function sweepOld(dir: string, ending: string, view: FolderView, now: number): number {
  let names: readonly string[];
  try {
    names = readdirSync(dir);
  } catch {
    return 0;
  }
  const live = new Set(view.rows.flatMap(({ alive, name }) => (alive === true && name !== null ? [name.slice(0, -'.json'.length)] : [])));
  let removed = 0;
  for (const name of names) {
    if (removed >= MAX_REMOVED) break;
    if (name.startsWith('.') || !name.endsWith(ending) || live.has(name.slice(0, -ending.length))) continue;
    const path = join(dir, name);
    const stat = lstatQuietly(path);
    if (stat?.isFile() && now - stat.mtimeMs >= CLOCKS.journalAfter && unlinked(path)) removed++;
  }
  return removed;
}

function unlinked(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function lstatQuietly(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function statTime(path: string): number | null {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
  } catch {
    return null;
  }
}
