import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, KnownError } from './errors.ts';
import { isPassing } from './files.ts';

/** What tells one content of a file from another without reading it. */
export interface Stamp {
  readonly inode: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** The stamp of a file, through links; null when there is none. */
export function stampOf(path: string): Stamp | null {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : { inode: stat.ino, size: stat.size, mtimeMs: stat.mtimeMs };
}

const same = (a: Stamp | null, b: Stamp | null): boolean =>
  a === null || b === null ? a === b : a.inode === b.inode && a.size === b.size && a.mtimeMs === b.mtimeMs;

/** What was read: the stamp was taken before the text. */
export interface Seen {
  readonly stamp: Stamp;
  readonly text: string;
}

/** The text decides where two writes fall into one tick of the file system's clock, which is milliseconds long. */
const isStill = (path: string, seen: Seen): boolean => {
  try {
    return same(stampOf(path), seen.stamp) && fs.readFileSync(path, 'utf8') === seen.text;
  } catch {
    return false;
  }
};

/**
 * Replaces a file whole, but only if it is still the one that was read (`seen`; null = there was none). False, with the file as it was, when somebody wrote
 * meanwhile. A person's linked file is written through its link. Written, fsynced and renamed like every file of ours (ST-5, SEC-51).
 */
export function swapFile(path: string, data: string, seen: Seen | null): boolean {
  const target = fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? fs.realpathSync(path) : path;
  const random = [...crypto.getRandomValues(new Uint32Array(2))].map((n) => n.toString(16).padStart(8, '0')).join('');
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}.${random}`);
  try {
    writeNew(`${beside}.tmp`, data);
    return swap(target, beside, seen);
  } catch (error) {
    throw new KnownError(`Cannot write ${target}`, { operation: 'write', path: target, cause: error, retryable: isPassing(error) });
  } finally {
    fs.rmSync(`${beside}.tmp`, { force: true });
    fs.rmSync(`${beside}.old.tmp`, { force: true });
  }
}

/** The check stands right before the rename. A second name keeps the old file for the case that somebody writes into it in that very moment. */
function swap(target: string, beside: string, seen: Seen | null): boolean {
  if (seen === null) {
    // A link fails where a rename would silently replace a file that appeared just now.
    const linked = tryLink(`${beside}.tmp`, target);
    if (linked === 'taken' || (linked === 'impossible' && fs.existsSync(target))) return false;
    if (linked === 'impossible') fs.renameSync(`${beside}.tmp`, target);
    syncDirectory(dirname(target));
    return true;
  }
  const old = `${beside}.old.tmp`;
  const kept = tryLink(target, old) === 'linked';
  if (!isStill(target, seen)) return false;
  fs.renameSync(`${beside}.tmp`, target);
  if (kept && !isStill(old, seen)) {
    fs.renameSync(old, target);
    return false;
  }
  syncDirectory(dirname(target));
  return true;
}

function tryLink(from: string, to: string): 'linked' | 'taken' | 'impossible' {
  try {
    fs.linkSync(from, to);
    return 'linked';
  } catch (error) {
    return errnoOf(error) === 'EEXIST' ? 'taken' : 'impossible';
  }
}

function writeNew(path: string, data: string): void {
  const fd = fs.openSync(path, 'wx', 0o600);
  try {
    if (process.platform !== 'win32') fs.fchmodSync(fd, 0o600);
    fs.writeFileSync(fd, data);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Makes the rename itself survive a power cut; a file system that cannot do it is no failure. */
function syncDirectory(path: string): void {
  let fd: number | undefined;
  try {
    fd = fs.openSync(path, 'r');
    fs.fsyncSync(fd);
  } catch {
    // The file itself is already safe.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}
