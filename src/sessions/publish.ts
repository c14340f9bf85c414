import { mkdirSync, statSync } from 'node:fs';
import { errnoOf } from '../platform/errors.ts';
import type { Loose } from '../platform/loose.ts';
import { processors } from '../platform/machine.ts';
import { readSmallJson, replaceSmallFile } from '../platform/small-file.ts';
import {
  announce,
  announced,
  type CachePlace,
  cachePlace,
  type FolderCache,
  type KnownFile,
  readCache,
  writeCache,
} from './index-cache.ts';
import { pointLegacy } from './legacy-link.ts';
import { type Load, mayReplace, type StatusFile, sameButTimes } from './status-file.ts';
import {
  countNames,
  type FolderOptions,
  type FolderView,
  isSameFolder,
  type Listing,
  listFolder,
  lookAt,
  statusDir,
  statusFile,
  viewFolder,
} from './status-folder.ts';
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
  const index = statQuietly(`${statusDir(claudeDir)}/index.json`);
  const own = statQuietly(path);
  return index === undefined || (own !== undefined && own.mtimeMs > index.mtimeMs);
}

export interface IndexOptions extends FolderOptions {
  readonly stateDir: string;
  readonly load: Load;
  readonly clock: () => number;
  /** What was seen last, where the caller has read it already. */
  readonly cache?: FolderCache | null;
  /** The one file that the caller wrote, and the folder's time before that: if nobody else was there, no other file need be looked at. */
  readonly own?: { readonly name: string; readonly folderTime: number } | null;
}

/** Builds the index from the whole folder and the registry until the folder stays the same; re-points the legacy link. Returns the last look. */
export function publishIndex(options: IndexOptions): FolderView {
  const { claudeDir, stateDir, rules, hide, clock } = options;
  const place = cachePlace(stateDir, claudeDir, rules, hide != null);
  const cache = options.cache === undefined ? readCache(place) : options.cache;
  let count = announce(place);
  let known = cache?.files ?? [];
  let listing = knownFolder(options, cache, count, clock()) ?? listFolder(claudeDir, known);
  for (let round = 1; ; round++) {
    const now = clock();
    let view = viewFolder(options, listing, now);
    if (view === null) {
      listing = listFolder(claudeDir, known);
      view = viewFolder(options, listing, now)!;
    }
    replaceSmallFile(`${statusDir(claudeDir)}/index.json`, `${JSON.stringify(indexOf(view.rows, options.load, now))}\n`);
    pointLegacy(claudeDir, newestOf(view), now);
    const names = listing.isWhole
      ? sameNames(claudeDir, listing, view, announced(place) === count)
      : unmoved(claudeDir, place, listing, count);
    if (names !== -1 || round >= ROUNDS) {
      const { wholeAt, processors } = cache !== null && !listing.isWhole ? cache : { wholeAt: now, processors: null };
      remember(place, claudeDir, view, { names, count, wholeAt, processors });
      return view;
    }
    known = view.files;
    count = announced(place);
    listing = listFolder(claudeDir, known);
  }
}

/** Every file is looked at at least so often, ms: what other programs do to files of ours leaves no trace between two looks of us (LS-34's minute). */
const WHOLE_EVERY = 60_000;

/** The folder as it was seen last, with the caller's own file, where nobody has moved it or published since; null = to be listed. */
function knownFolder({ claudeDir, own }: IndexOptions, cache: FolderCache | null, count: number | null, now: number): Listing | null {
  if (own == null || cache === null || count === null || cache.count + 1 !== count || cache.mtimeMs !== own.folderTime) return null;
  if (!(now >= cache.wholeAt && now - cache.wholeAt < WHOLE_EVERY)) return null;
  const dir = statusDir(claudeDir);
  const files: KnownFile[] = [];
  let hasOwn = false;
  for (const file of cache.files) {
    const isOwn = file.name === own.name;
    const current = isOwn || file.foreign ? lookAt(dir, file.name, file) : file;
    if (current === null) return null;
    if (isOwn) hasOwn = true;
    files.push(current);
  }
  const added = hasOwn ? null : lookAt(dir, own.name, undefined);
  if (added !== null) files.push(added);
  return { files, names: cache.names + (added === null ? 0 : 1), isWhole: false };
}

/** Whether a folder that was not listed stayed as it was while the index was built: its number of names, or -1. */
function unmoved(claudeDir: string, place: CachePlace, { files, names }: Listing, count: number | null): number {
  if (announced(place) !== count || countNames(claudeDir) !== names) return -1;
  const dir = statusDir(claudeDir);
  for (const file of files) if (file.foreign && lookAt(dir, file.name, file) !== file) return -1;
  return names;
}

/** The same for one that was listed. Files out of date change only with a publisher of their own: with none about they are not looked at twice. */
function sameNames(claudeDir: string, listing: Listing, view: FolderView, isAlone: boolean): number {
  const settled = isAlone ? new Set<string>() : null;
  if (settled !== null) for (const { name } of view.expired) settled.add(name);
  const after = listFolder(claudeDir, listing.files, settled);
  return isSameFolder(listing.files, after.files, settled) ? after.names : -1;
}

/** Keeps what was seen. The folder's time is taken before the count is asked again: whoever moved it meanwhile is then seen by the next. */
function remember(
  place: CachePlace,
  claudeDir: string,
  view: FolderView,
  seen: { readonly names: number; readonly count: number | null; readonly wholeAt: number; readonly processors: number | null },
): void {
  const mtimeMs = statQuietly(statusDir(claudeDir))?.mtimeMs ?? 0;
  const isSettled = seen.names !== -1 && seen.count !== null && announced(place) === seen.count;
  writeCache(place, {
    mtimeMs,
    names: Math.max(0, seen.names),
    count: isSettled ? seen.count! : -1,
    wholeAt: seen.wholeAt,
    processors: seen.processors ?? processors(),
    files: view.files,
  });
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

function statQuietly(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
