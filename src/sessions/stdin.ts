import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from '../platform/errors.ts';

/* A hook's stdin, read without streams: they cost milliseconds, and an event loop that waits cannot be left in time (LS-38). */

export interface StdinLimits {
  /** Give up after so long without a byte, ms. */
  readonly silence: number;
  /** Give up after so long at all, ms: a drip must not hold the client up. */
  readonly total: number;
  readonly bytes: number;
}
export const STDIN_LIMITS: StdinLimits = { silence: 1000, total: 5000, bytes: 64 * 1024 * 1024 };

const CHUNK = 64 * 1024;
const PAUSE_MS = 1;

/** Everything up to the end, a limit, or a whole JSON object followed by silence. `clock` is monotonic, ms. */
export function readStdin(clock: () => number, onWait: () => void = () => {}, limits: StdinLimits = STDIN_LIMITS): Buffer {
  const fd = openQuietly();
  if (fd === null) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let length = 0;
  let chunk = Buffer.allocUnsafe(CHUNK);
  let waited = false;
  let triedAt = 0;
  const started = clock();
  let heardAt = started;
  while (length < limits.bytes) {
    const read = readSome(fd, chunk);
    if (read === 0) break;
    if (read > 0) {
      chunks.push(chunk.subarray(0, read));
      length += read;
      heardAt = clock();
      if (heardAt - started > limits.total) break;
      chunk = Buffer.allocUnsafe(read === chunk.length ? 1024 * 1024 : CHUNK);
      continue;
    }
    // Nothing there yet: perhaps the writer only forgot to close.
    if (length > triedAt && isWholeObject(chunks)) break;
    triedAt = length;
    if (!waited) onWait();
    waited = true;
    const now = clock();
    if (now - heardAt >= limits.silence || now - started >= limits.total) break;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  if (fd !== 0) closeSync(fd);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** Bytes read; 0 at the end or when it fails; -1 when nothing is there yet. */
function readSome(fd: number, into: Buffer): number {
  try {
    return readSync(fd, into, 0, into.length, null);
  } catch (error) {
    const code = errnoOf(error);
    return code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EINTR' ? -1 : 0;
  }
}

function isWholeObject(chunks: readonly Buffer[]): boolean {
  const last = chunks.at(-1);
  if (last === undefined || !last.subarray(-16).toString('latin1').trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** A descriptor of stdin that does not block; null when there is nothing to read. */
function openQuietly(): number | null {
  try {
    const stat = fstatSync(0);
    if (stat.isFile()) return 0;
    // A terminal or /dev/null: no client is there.
    if (stat.isCharacterDevice()) return null;
    if (madeNonBlocking()) return 0;
    if (stat.isFIFO() && process.platform !== 'win32') return openSync('/dev/stdin', NON_BLOCKING);
    return 0;
  } catch {
    return null;
  }
}
const NON_BLOCKING = process.getBuiltinModule('node:fs').constants.O_NONBLOCK ?? 0;

interface PipeModule {
  readonly Pipe: new (type: number) => { open(fd: number): number; unref(): void };
  readonly constants: { readonly SOCKET: number };
}

/**
 * Node offers no way to make a descriptor non-blocking but a stream, which loads the network modules. The handle beneath a stream does it alone; where a
 * later Node has no such handle, the caller falls back.
 */
function madeNonBlocking(): boolean {
  const silent = process.noDeprecation;
  try {
    process.noDeprecation = true;
    const { Pipe, constants } = (process as unknown as { binding(name: string): PipeModule }).binding('pipe_wrap');
    const pipe = new Pipe(constants.SOCKET);
    if (pipe.open(0) !== 0) return false;
    pipe.unref();
    return true;
  } catch {
    return false;
  } finally {
    process.noDeprecation = silent ?? false;
  }
}
