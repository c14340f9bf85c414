import { writeSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/** The reader went away (`| head -1`, `q` in less): the work is done as far as anyone cares (UR-8, HZ-34). */
const isClosedPipe = (error: unknown) => {
  const code = errnoOf(error);
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ECONNRESET';
};

/** Ends the process quietly when the reader of stdout or stderr has gone. Call once, first thing in `main`. */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) endQuietly(stream);
}

const quiet = new WeakSet<NodeJS.WriteStream>();

function endQuietly(stream: NodeJS.WriteStream): void {
  if (quiet.has(stream)) return;
  quiet.add(stream);
  stream.on('error', (error: unknown) => {
    if (isClosedPipe(error)) process.exit(0);
    throw error;
  });
}

/** Writes and waits until the bytes are out, so that an exit right after it cuts nothing off. */
export function writeStdout(text: string): Promise<void> {
  return writeTo(process.stdout, text);
}

export function writeStderr(text: string): Promise<void> {
  return writeTo(process.stderr, text);
}

function writeTo(stream: NodeJS.WriteStream, text: string): Promise<void> {
  endQuietly(stream);
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      else if (isClosedPipe(error)) process.exit(0);
      else reject(error);
    });
  });
}

/** How long a full pipe is waited for before each new try. */
const FULL_PIPE_PAUSE_MS = 2;

/** For who waits for no stream to be loaded (the hot paths, the reports): all bytes to stdout at once; a closed pipe ends with exit 0. */
export function writeStdoutSync(text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      if (isClosedPipe(error)) process.exit(0);
      if (errnoOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_PAUSE_MS);
    }
  }
}
