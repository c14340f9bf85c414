import { accessSync, constants, existsSync, lstatSync, readdirSync, type Stats, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lockHolder } from '../../platform/locks.ts';
import { readSmallJson } from '../../platform/small-file.ts';
import type { DoctorFacts, StatusFolderFacts } from './facts.ts';

export function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function statOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

const DAY_MS = 86_400_000;
/** SEC-41. */
const MAX_STATUS_BYTES = 1024 * 1024;
const NOT_SESSIONS = new Set(['index.json', 'disabled.json', 'menubar-state.json']);
const MAX_FILES = 1000;

/** `C/status`: may we write there, and who else does? Files without our `tidemark` key are another program's (session-state §2.2). */
export function statusFolder(claudeDir: string, now: number): StatusFolderFacts {
  const path = join(claudeDir, 'status');
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { path, kind: existsSync(claudeDir) && !canWrite(claudeDir) ? 'not-writable' : 'absent', foreign: [] };
  if (!stat.isDirectory()) return { path, kind: 'no-directory', foreign: [] };
  const files = namesIn(path)
    .filter((name) => name.endsWith('.json') && !name.startsWith('.') && !NOT_SESSIONS.has(name))
    .slice(0, MAX_FILES)
    .map((name) => join(path, name));
  const foreign = files.filter((file) => {
    const found = statOf(file);
    if (found?.isFile() !== true || now - found.mtimeMs > DAY_MS) return false;
    const value = readSmallJson(file, MAX_STATUS_BYTES);
    return value !== null && typeof value.session_id === 'string' && value.tidemark === undefined;
  });
  return { path, kind: canWrite(path) ? 'writable' : 'not-writable', foreign };
}

/** The newest modification below a folder's own files, epoch ms; null without any. */
export function newestIn(folder: string, ending: string): number | null {
  const times = namesIn(folder)
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .slice(0, 10 * MAX_FILES)
    .flatMap((name) => statOf(join(folder, name))?.mtimeMs ?? []);
  return times.length === 0 ? null : Math.max(...times);
}

export function heldLocks(stateDir: string): DoctorFacts['locks'] {
  const folder = join(stateDir, 'locks');
  return namesIn(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const path = join(folder, name);
      const holder = lockHolder(path);
      return holder === null ? [] : [{ path, ...holder }];
    });
}

/** Free bytes for the user at the places we write to, each file system once. */
export function freeSpace(folders: readonly string[]): DoctorFacts['disks'] {
  const seen = new Set<number>();
  return folders.flatMap((path) => {
    try {
      const { dev } = statSync(path);
      if (seen.has(dev)) return [];
      seen.add(dev);
      const { bavail, bsize } = statfsSync(path);
      return [{ path, freeBytes: bavail * bsize }];
    } catch {
      return [];
    }
  });
}

/** Our own files and folders that other users may read or write (SEC-50); one level deep, for what is below a closed folder is closed. */
export function laxPaths(folders: readonly string[]): readonly string[] {
  if (process.platform === 'win32') return [];
  const isLax = (path: string): boolean => ((statOf(path)?.mode ?? 0) & 0o077) !== 0 && statOf(path)?.isSymbolicLink() === false;
  return folders.filter((folder) => existsSync(folder)).filter(isLax);
}
