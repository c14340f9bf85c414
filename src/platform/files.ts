import * as fs from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { errnoOf, KnownError } from './errors.ts';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** Any right for group or others. */
const LAX = 0o077;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;
const hasModes = process.platform !== 'win32';

export interface PrivateDir {
  readonly created: boolean;
  /** An existing directory of ours was laxer than 0700 and has been tightened: to be said once (SEC-50). */
  readonly tightened: boolean;
}

/** A directory that only we make; a folder the user chose (`TIDEMARK_DB=~/Documents/x.db`) is never re-moded. */
const isOurs = (path: string) => path.split(sep).includes('tidemark');

/**
 * Makes a directory 0700, whatever the umask (SEC-50), and refuses one that another user could write into (SEC-51).
 * `ours` says that an existing laxer directory may be tightened.
 */
export function ensurePrivateDir(path: string, options: { readonly ours?: boolean } = {}): PrivateDir {
  const first = make(path);
  if (first !== undefined) {
    tightenCreated(first, path);
    return { created: true, tightened: false };
  }
  if (!hasModes) return { created: false, tightened: false };
  const stat = fs.statSync(path);
  if (!stat.isDirectory()) throw refused('make directory', path, 'is in the way: not a directory');
  const uid = process.getuid?.() ?? stat.uid;
  if (stat.uid !== uid && uid !== 0 && stat.uid !== 0) throw refused('use directory', path, 'belongs to another user');
  if ((stat.mode & LAX) !== 0 && stat.uid === uid && (options.ours ?? isOurs(path))) {
    fs.chmodSync(path, DIRECTORY_MODE);
    return { created: false, tightened: true };
  }
  if ((stat.mode & OTHERS_WRITE) !== 0 && (stat.mode & STICKY) === 0) throw refused('use directory', path, 'can be written by other users');
  return { created: false, tightened: false };
}

/** The first directory that had to be made, or undefined when `path` was there. */
function make(path: string): string | undefined {
  try {
    return fs.mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw refused('make directory', path, 'is in the way: not a directory');
    throw new KnownError(`Cannot make directory ${path}`, { operation: 'make directory', path, cause: error, retryable: isPassing(error) });
  }
}

/** A umask can only take rights away, so 0700 may have become less: set it on each level that was made. */
function tightenCreated(first: string, last: string): void {
  if (!hasModes) return;
  for (let path = last; path.length >= first.length; path = dirname(path)) fs.chmodSync(path, DIRECTORY_MODE);
}

const refused = (operation: string, path: string, why: string) =>
  new KnownError(`${path} ${why}`, { operation, path, hint: 'move it away, or choose another place in the configuration' });

/** Failures that may pass by themselves. */
export function isPassing(error: unknown): boolean {
  const code = errnoOf(error);
  return code !== undefined && PASSING.has(code);
}
const PASSING = new Set(['EBUSY', 'EAGAIN', 'EIO', 'ESTALE', 'EMFILE', 'ENFILE', 'ENOSPC', 'EDQUOT', 'EROFS', 'EINTR', 'ETXTBSY']);

/** pid + 64 random bits: two writers, or a leftover of a killed one, never meet on a name. */
function temporaryBeside(path: string): string {
  const random = crypto.getRandomValues(new Uint32Array(2));
  return join(dirname(path), `.${basename(path)}.${process.pid}.${[...random].map((n) => n.toString(16).padStart(8, '0')).join('')}.tmp`);
}

export interface WriteOptions {
  /** Default 0600. */
  readonly mode?: number;
  /** Wait for the disk (default). A file that is rebuilt within seconds may do without; the rename stays atomic. */
  readonly durable?: boolean;
  /** A user's own file that is a symbolic link (dotfile repositories) is written through; in our directories a link is refused. */
  readonly throughLink?: boolean;
}

/**
 * Replaces a file whole: temporary beside it (`wx`) → write → fsync → rename → fsync of the directory (SEC-51).
 * A reader sees the old bytes or the new ones; a kill at any point leaves one of the two.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, options: WriteOptions = {}): void {
  const target = resolveTarget(path, options.throughLink ?? false);
  const temporary = temporaryBeside(target);
  const durable = options.durable ?? true;
  try {
    writeNew(temporary, data, options.mode ?? FILE_MODE, durable);
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw new KnownError(`Cannot write ${target}`, { operation: 'write', path: target, cause: error, retryable: isPassing(error) });
  }
  if (durable) syncDirectory(dirname(target));
}

function resolveTarget(path: string, throughLink: boolean): string {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() !== true) return path;
  if (throughLink) return fs.realpathSync(path);
  throw refused('write', path, 'is a symbolic link');
}

function writeNew(path: string, data: string | Uint8Array, mode: number, durable: boolean): void {
  const fd = fs.openSync(path, 'wx', mode);
  try {
    if (hasModes) fs.fchmodSync(fd, mode);
    fs.writeFileSync(fd, data);
    if (durable) fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Makes the rename itself survive a power cut; not every file system can, and that is no failure. */
function syncDirectory(path: string): void {
  if (!hasModes) return;
  let fd: number | undefined;
  try {
    fd = fs.openSync(path, 'r');
    fs.fsyncSync(fd);
  } catch {
    // Some network file systems refuse fsync on a directory: the file itself is already safe.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Tightens a file of ours to 0600; true when it was laxer (to be said once, SEC-50). Missing files are fine. */
export function tightenFile(path: string): boolean {
  if (!hasModes) return false;
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || (stat.mode & LAX) === 0) return false;
  fs.chmodSync(path, FILE_MODE);
  return true;
}

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

export const sameStamp = (a: Stamp | null, b: Stamp | null): boolean =>
  a === null || b === null ? a === b : a.inode === b.inode && a.size === b.size && a.mtimeMs === b.mtimeMs;

/** What was read: the stamp was taken before the text. */
export interface Seen {
  readonly stamp: Stamp;
  readonly text: string;
}

/** The text decides where two writes fall into one tick of the file system's clock, which is milliseconds long. */
const isStill = (path: string, seen: Seen): boolean => {
  try {
    return sameStamp(stampOf(path), seen.stamp) && fs.readFileSync(path, 'utf8') === seen.text;
  } catch {
    return false;
  }
};

/**
 * Replaces a file whole, but only if it is still the one that was read (`seen`; null = there was none). False, with the file as it was, when somebody wrote
 * meanwhile. A person's linked file is written through its link. Written, fsynced and renamed like every file of ours (ST-5, SEC-51).
 */
export function swapFile(path: string, data: string, seen: Seen | null): boolean {
  const target = resolveTarget(path, true);
  const temporary = temporaryBeside(target);
  const old = temporary.replace(/\.tmp$/, '.old.tmp');
  try {
    writeNew(temporary, data, FILE_MODE, true);
    return seen === null ? placeNew(temporary, target) : replaceSeen(temporary, target, old, seen);
  } catch (error) {
    throw new KnownError(`Cannot write ${target}`, { operation: 'write', path: target, cause: error, retryable: isPassing(error) });
  } finally {
    fs.rmSync(temporary, { force: true });
    fs.rmSync(old, { force: true });
  }
}

/** A link fails where a rename would silently replace a file that appeared just now. */
function placeNew(temporary: string, target: string): boolean {
  const linked = tryLink(temporary, target);
  if (linked === 'taken' || (linked === 'impossible' && fs.existsSync(target))) return false;
  if (linked === 'impossible') fs.renameSync(temporary, target);
  syncDirectory(dirname(target));
  return true;
}

/** How long after the rename the former file is watched for a write that was under way, ms each. */
const AFTER_MS = [0, 1, 3];

/**
 * The check stands right before the rename. A second name, taken in the system call before it, keeps the former file: it shows whether somebody put
 * another file there since the check, and what somebody who had it open wrote into it. Only a rename by another program between these two calls, some
 * microseconds, is lost.
 */
function replaceSeen(temporary: string, target: string, old: string, seen: Seen): boolean {
  const ours = fs.statSync(temporary).ino;
  if (!isStill(target, seen)) return false;
  const kept = tryLink(target, old) === 'linked';
  fs.renameSync(temporary, target);
  for (const pause of kept ? AFTER_MS : []) {
    if (pause > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    if (isStill(old, seen)) continue;
    // Put back what somebody saved, unless a newer file stands in the place of ours.
    if (fs.statSync(target, { throwIfNoEntry: false })?.ino === ours) fs.renameSync(old, target);
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
