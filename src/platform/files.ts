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
