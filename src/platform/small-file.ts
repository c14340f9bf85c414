import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from './errors.ts';
import { ensurePrivateDir } from './files.ts';

/* Small files for the hot paths: few system calls, nothing that can block, nothing that throws. */

const hasModes = process.platform !== 'win32';
/** A FIFO in the place of a file must not hold anybody up (SL-6); a link is not followed where the file is ours. Zero where the system has no such flag. */
const NO_WAIT = fs.constants.O_NONBLOCK ?? 0;
const NO_LINK = fs.constants.O_NOFOLLOW ?? 0;

/** The text of a regular file of at most `maxBytes`; null when there is none, it is larger, or it cannot be read. `follow` allows a link. */
export function readSmallFile(path: string, maxBytes: number, follow = false): string | null {
  let fd: number | undefined;
  try {
    fd = fs.openSync(path, fs.constants.O_RDONLY | NO_WAIT | (follow ? 0 : NO_LINK));
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || stat.size > maxBytes) return null;
    const bytes = Buffer.allocUnsafe(stat.size);
    let length = 0;
    while (length < bytes.length) {
      const read = fs.readSync(fd, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.toString('utf8', 0, length);
  } catch {
    return null;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** A JSON object from such a file; null for anything else. */
export function readSmallJson(path: string, maxBytes: number): Readonly<Record<string, unknown>> | null {
  const text = readSmallFile(path, maxBytes);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/**
 * Replaces a file of ours whole, private, without waiting for the disk (ST-5): unique temporary beside it, exclusive, then rename. True when it was
 * written; a full disk or a read-only home is no failure of the caller. The random part needs no secrecy, and loading the cryptography for it would
 * cost the hot path milliseconds.
 */
export function replaceSmallFile(path: string, text: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    const temporary = temporaryBeside(path);
    try {
      writeNew(temporary, text);
      fs.renameSync(temporary, path);
      return true;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt > 0) {
        removeQuietly(temporary);
        return false;
      }
      if (!madeDirectory(dirname(path))) return false;
    }
  }
  return false;
}

/**
 * The same for a file that only we read and that nobody misses: for a moment there is none, or a part of it. Renaming over a file makes ext4 find blocks for
 * the new one at once, a quarter of a millisecond.
 */
export function replacePassingFile(path: string, text: string): boolean {
  removeQuietly(path);
  try {
    writeNew(path, text);
    return true;
  } catch (error) {
    // Another was quicker, or there is no directory yet.
    return errnoOf(error) === 'ENOENT' && replaceSmallFile(path, text);
  }
}

/** By the last slash where there is one: taking a path apart as Node does costs a process that runs once more than the write. */
export function temporaryBeside(path: string): string {
  const slash = path.lastIndexOf('/');
  const [directory, name] = hasModes && slash > 0 ? [path.slice(0, slash), path.slice(slash + 1)] : [dirname(path), basename(path)];
  return `${directory}/.${name}.${process.pid}.${Math.random().toString(36).slice(2, 12)}.tmp`;
}

function writeNew(path: string, text: string): void {
  const fd = fs.openSync(path, 'wx', 0o600);
  try {
    if (hasModes) fs.fchmodSync(fd, 0o600);
    fs.writeFileSync(fd, text);
  } finally {
    fs.closeSync(fd);
  }
}

function madeDirectory(path: string): boolean {
  try {
    ensurePrivateDir(path);
    return true;
  } catch {
    return false;
  }
}

function removeQuietly(path: string): void {
  try {
    fs.unlinkSync(path);
  } catch {
    // Never made, or already gone.
  }
}

/** Removes the temporaries of processes that have ended: what a kill between write and rename left behind (SL-7). */
export function sweepTemporaries(directory: string): void {
  let names: string[];
  try {
    names = fs.readdirSync(directory);
  } catch {
    return;
  }
  for (const name of names) {
    if (!name.startsWith('.') || !name.endsWith('.tmp')) continue;
    const pid = Number(/\.(\d+)\.[a-z0-9]+\.tmp$/.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isRunning(pid)) removeQuietly(join(directory, name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}
