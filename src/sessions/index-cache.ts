import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { looseNumber } from '../platform/loose.ts';
import { readSmallJson, replacePassingFile } from '../platform/small-file.ts';
import { keyedHash } from './hash.ts';
import type { LiveSession } from './session.ts';
import { CLOCKS, isState, type SessionRules } from './states.ts';
import type { FolderRow } from './status-index.ts';

/*
 * What the last publisher saw in the folder and made of it. A hook that reads one file instead of fifty, and stats none instead of a thousand, stays within
 * its budget (LS-39). Never the truth: a row counts only while its file has the same inode, time and size, and until the moment at which time alone would
 * change it; the list of files counts only while neither the folder nor the count of publishers moved.
 */

/** A file of the folder, and what was made of it. */
export interface KnownFile {
  readonly name: string;
  readonly ino: number;
  readonly mtimeMs: number;
  readonly size: number;
  /** Not written by us: it may change in place, without a trace in the folder's time. */
  readonly foreign: boolean;
  /** Null: to be read each time. */
  readonly row: FolderRow | null;
  /** Epoch ms between which the row is what it would be made again. */
  readonly from: number;
  readonly until: number;
}

export interface FolderCache {
  /** The files that were not out of date. */
  readonly files: readonly KnownFile[];
  /** The folder's time and its number of names when the files were seen; the publishers' count (`announce`) at that moment, -1 = not settled. */
  readonly mtimeMs: number;
  readonly names: number;
  readonly count: number;
  /** When every file was last looked at, epoch ms. */
  readonly wholeAt: number;
  /** Processors of this machine. */
  readonly processors: number;
}

const VERSION = 2;
/** A thousand sessions. */
const MAX_BYTES = 2 * 1024 * 1024;

/** The private files of a Claude directory and setting of the clocks and names. */
export interface CachePlace {
  readonly key: string;
  readonly file: string;
  readonly count: string;
}

export function cachePlace(stateDir: string, claudeDir: string, rules: SessionRules, hides: boolean): CachePlace {
  const key = `${claudeDir} ${rules.idleAfter} ${rules.staleAfter} ${hides ? 'hide' : 'show'}`;
  // Publishers with other settings write into the same folder: they are counted with all the others.
  return {
    key,
    file: `${stateDir}/index-${keyedHash(key, 'index')}.json`,
    count: `${stateDir}/index-${keyedHash(claudeDir, 'index')}.count`,
  };
}

export function readCache(place: CachePlace): FolderCache | null {
  const o = readSmallJson(place.file, MAX_BYTES);
  if (o === null || o.v !== VERSION || o.key !== place.key || !Array.isArray(o.files)) return null;
  const files = o.files as readonly KnownFile[];
  for (const file of files) if (!isFile(file)) return null;
  const [mtimeMs, names, count] = [looseNumber(o.mtimeMs), looseNumber(o.names), looseNumber(o.count, -1)];
  if (mtimeMs === null || names === null || count === null) return null;
  return { files, mtimeMs, names, count, wholeAt: looseNumber(o.wholeAt) ?? 0, processors: looseNumber(o.processors, 1) ?? 1 };
}

export function writeCache(place: CachePlace, cache: FolderCache): void {
  replacePassingFile(place.file, `${JSON.stringify({ v: VERSION, key: place.key, ...cache })}\n`);
}

/** Only we write this file, private: a look at the types that would break a reader is enough, fifty times in a hook. */
function isFile(file: KnownFile | null): boolean {
  if (typeof file?.name !== 'string' || typeof file.mtimeMs !== 'number' || typeof file.until !== 'number') return false;
  const { row } = file;
  return row === null || (typeof row?.at === 'number' && typeof row.entry === 'object' && isState(row.state));
}

/** Above this the count begins anew. Bytes, one for each publisher. */
const MAX_COUNT = 64 * 1024;
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/**
 * Tells other publishers that a status file was written, before the index is: whoever comes to the end of its own work with the count unchanged has missed
 * nobody (LS-40), for the other's index then follows its own. The count with this one; null where the disk refuses.
 */
export function announce(place: CachePlace): number | null {
  let fd: number | undefined;
  try {
    fd = openSync(place.count, APPEND, 0o600);
    writeSync(fd, '.');
    const { size } = fstatSync(fd);
    if (size < MAX_COUNT) return size;
    ftruncateSync(fd, 0);
    return null;
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

export function announced(place: CachePlace): number | null {
  try {
    return statSync(place.count, { throwIfNoEntry: false })?.size ?? null;
  } catch {
    return null;
  }
}

/** When time alone changes a session that has neither record nor process, epoch ms. */
export function unchangedUntil(session: LiveSession, rules: SessionRules, now: number): number {
  const ends = [session.at + CLOCKS.hideAfter, session.at + rules.staleAfter, session.since + rules.idleAfter];
  if (session.ended !== null) ends.push(session.ended.at + CLOCKS.endedFileAfter);
  if (session.error?.resetsAt) ends.push(session.error.resetsAt * 1000);
  if (session.agents.active > 0) ends.push(session.at + CLOCKS.agentSilent);
  return Math.min(...ends.filter((end) => end > now), Number.MAX_SAFE_INTEGER);
}
