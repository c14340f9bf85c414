import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

/** How much of a file's beginning, and of the bytes before the checkpoint, identifies it (REL §2). Bytes. */
export const HEAD_BYTES = 1024;
export const TAIL_BYTES = 64;

const CHUNK = 4 * 1024 * 1024;

/** Opens a regular file without following a link at its end and without waiting for a pipe's writer (SEC-42). Throws the system's error. */
export const openRegular = (path: string): number => openFile(path).fd;

/** {@link openRegular}, with what the open file is. */
export function openFile(path: string): { readonly fd: number; readonly stats: Stats } {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  const stats = fstatSync(fd);
  if (stats.isFile()) return { fd, stats };
  closeSync(fd);
  throw Object.assign(new Error('not a regular file'), { code: 'EINVAL' });
}

/** What a file is recognized by is read many times a second: always into the same memory. */
const scratch = Buffer.allocUnsafeSlow(HEAD_BYTES);

/** Hash of `length` bytes at `position`, 16 hex digits; shorter when the file is. */
export function hashAt(fd: number, position: number, length: number): string {
  const buffer = length <= HEAD_BYTES ? scratch.subarray(0, length) : Buffer.allocUnsafe(length);
  const done = readFully(fd, buffer, position);
  return hashOf(done === length ? buffer : buffer.subarray(0, done));
}

export const hashOf = (bytes: Uint8Array): string => hash('sha1', bytes, 'hex').slice(0, 16);

function readFully(fd: number, buffer: Buffer, position: number): number {
  let done = 0;
  while (done < buffer.length) {
    const n = readSync(fd, buffer, done, buffer.length - done, position + done);
    if (n === 0) break;
    done += n;
  }
  return done;
}

let shared: Buffer | null = null;

/** Reads a file from `offset` to `end` in chunks that are valid only until the next one. Stops early when the file got shorter. */
export function* chunks(fd: number, offset: number, end: number): Generator<Buffer> {
  shared ??= Buffer.allocUnsafe(CHUNK);
  const buffer = shared;
  let position = offset;
  while (position < end) {
    const n = readSync(fd, buffer, 0, Math.min(CHUNK, end - position), position);
    if (n === 0) return;
    position += n;
    yield buffer.subarray(0, n);
  }
}
