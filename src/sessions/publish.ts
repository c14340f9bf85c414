import { lstatSync, mkdirSync, readlinkSync, renameSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import type { Loose } from '../platform/loose.ts';
import { readSmallFile, readSmallJson, replaceSmallFile } from '../platform/small-file.ts';
import { readRows, writeRows } from './index-cache.ts';
import { isoSecond, type Load, mayReplace, type StatusFile, sameButTimes } from './status-file.ts';
import { type FolderOptions, type FolderView, isSameFolder, listFolder, statusDir, statusFile, viewFolder } from './status-folder.ts';
import { type FolderRow, indexOf } from './status-index.ts';

/* Publishing without a lock (LS-40): every writer builds from all sources, then looks whether they changed meanwhile. */

const ROUNDS = 8;
/** Equal but for times, and written so recently: not written again (LS-41). Ms. */
const QUIET = 1000;
const MAX_STATUS = 1024 * 1024;

export interface OwnStatus {
  readonly id: string;
  /** The file for what the folder holds now; null when the session must not be published. */
  build(previous: Loose | null): StatusFile | null;
  /** Changes whenever a source of `build` changed. */
  version(): string;
}

/** Writes a session's file until its sources stay the same. True when the folder changed, or another's index is older than the file. */
export function publishStatus(claudeDir: string, own: OwnStatus, now: number): boolean {
  if (!haveFolder(claudeDir)) return false;
  const path = statusFile(claudeDir, own.id);
  let changed = false;
  for (let round = 0; round < ROUNDS; round++) {
    const before = own.version();
    changed = writeStatus(path, own, now) || changed;
    if (own.version() === before) break;
  }
  return changed || isIndexBehind(claudeDir, path);
}

/** Our folder within the client's directory, 0700; the directory itself is made only where its parent is there. */
function haveFolder(claudeDir: string): boolean {
  const make = (path: string): string | undefined => {
    try {
      mkdirSync(path, { mode: 0o700 });
      return undefined;
    } catch (error) {
      return errnoOf(error);
    }
  };
  const dir = statusDir(claudeDir);
  const stat = statQuietly(dir);
  if (stat !== undefined) return stat.isDirectory();
  let code = make(dir);
  if (code === 'ENOENT' && make(claudeDir) === undefined) code = make(dir);
  return code === undefined || code === 'EEXIST';
}

function writeStatus(path: string, own: OwnStatus, now: number): boolean {
  const previous = readSmallJson(path, MAX_STATUS);
  if (!mayReplace(previous)) return false;
  const file = own.build(previous);
  if (file === null) return false;
  const stat = previous === null ? undefined : statQuietly(path);
  if (stat !== undefined && now - stat.mtimeMs < QUIET && stat.mtimeMs <= now + QUIET && sameButTimes(previous, file)) return false;
  return replaceSmallFile(path, `${JSON.stringify(file)}\n`);
}

function isIndexBehind(claudeDir: string, path: string): boolean {
  const index = statQuietly(join(statusDir(claudeDir), 'index.json'));
  const own = statQuietly(path);
  return index === undefined || (own !== undefined && own.mtimeMs > index.mtimeMs);
}

export interface IndexOptions extends FolderOptions {
  readonly stateDir: string;
  readonly load: Load;
  readonly clock: () => number;
}

/** Builds the index from the whole folder and the registry until the folder stays the same; re-points the legacy link. Returns the last look. */
export function publishIndex(options: IndexOptions): FolderView {
  const { claudeDir, stateDir, rules } = options;
  const path = join(statusDir(claudeDir), 'index.json');
  const key = `${claudeDir} ${rules.idleAfter} ${rules.staleAfter} ${options.hide ? 'hide' : 'show'}`;
  const stored = readRows(stateDir, key);
  let cache = stored;
  let stamp = indexStamp(path);
  let entries = listFolder(claudeDir);
  for (let round = 1; ; round++) {
    const now = options.clock();
    const view = viewFolder(options, entries, now, cache);
    // Files that are long out of date change only with a publisher of their own: without another index meanwhile they are not looked at twice.
    const settled = indexStamp(path) === stamp ? new Map(view.expired.map((entry) => [entry.name, entry])) : undefined;
    replaceSmallFile(path, `${JSON.stringify(indexOf(view.rows, options.load, now))}\n`);
    pointLegacy(claudeDir, newestOf(view), now);
    stamp = indexStamp(path);
    const after = listFolder(claudeDir, settled);
    if (round >= ROUNDS || isSameFolder(entries, after)) {
      writeRows(stateDir, key, view.cache, stored);
      return view;
    }
    entries = after;
    cache = view.cache;
  }
}

function indexStamp(path: string): string {
  const stat = statQuietly(path);
  return stat === undefined ? '' : `${stat.ino}:${stat.mtimeMs}`;
}

/** The file with the newest evidence among sessions that have not ended; ties: the smaller id (session-state §2.3). */
function newestOf(view: FolderView): string | null {
  let best: FolderRow | null = null;
  for (const row of view.rows) {
    if (row.name === null || row.state === 'ended') continue;
    if (best === null || row.at > best.at || (row.at === best.at && row.id < best.id)) best = row;
  }
  return best?.name ?? null;
}

/** `C/status.json`, a relative link to the newest session's file; a copy where there are no links; gone when there is no session. Never dangles. */
export function pointLegacy(claudeDir: string, name: string | null, now: number): void {
  const path = join(claudeDir, 'status.json');
  const wanted = name === null ? null : `status/${name}`;
  const there = legacyTarget(path);
  if (there === wanted || (wanted === null && there === '')) return;
  try {
    if (wanted === null) {
      if (there !== null) unlinkSync(path);
      return;
    }
    // A file of the time before is kept aside once (MG-4).
    if (there === '' && !isOurCopy(path)) renameSync(path, `${path}.tidemark-backup-${isoSecond(now).replaceAll(':', '')}`);
    link(claudeDir, wanted, path);
  } catch {
    // A folder that cannot be written: the link stays as it is.
  }
}

/** Where the link points; '' for something that is no link; null for nothing. */
function legacyTarget(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  return stat.isSymbolicLink() ? readlinkSync(path) : '';
}

function isOurCopy(path: string): boolean {
  return process.platform === 'win32' && readSmallJson(path, MAX_STATUS)?.tidemark !== undefined;
}

function link(claudeDir: string, wanted: string, path: string): void {
  const temporary = join(claudeDir, `.status.json.${process.pid}.${Math.random().toString(36).slice(2, 12)}.tmp`);
  try {
    try {
      symlinkSync(wanted, temporary);
    } catch (error) {
      if (errnoOf(error) !== 'EPERM' && errnoOf(error) !== 'ENOSYS') throw error;
      writeFileSync(temporary, readSmallFile(join(claudeDir, wanted), MAX_STATUS) ?? '', { flag: 'wx', mode: 0o600 });
    }
    renameSync(temporary, path);
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {
      // Never made.
    }
    throw error;
  }
}

function statQuietly(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
