import { writeSync } from 'node:fs';
import { errnoOf, KnownError } from './errors.ts';

/** The reader went away (`| head -1`, `q` in less): the work is done as far as anyone cares (UR-8, HZ-34). */
const isClosedPipe = (error: unknown) => {
  const code = errnoOf(error);
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ECONNRESET';
};

/** Where what was asked for goes has no room or is broken: no fault of ours, and nothing that another try would mend. */
const UNWRITABLE: Readonly<Record<string, string>> = {
  ENOSPC: 'disk full',
  EDQUOT: 'disk quota used up',
  EIO: 'input/output error',
};
const isUnwritable = (error: unknown) => Object.hasOwn(UNWRITABLE, errnoOf(error) ?? '');

/** Ends the process quietly when the reader of stdout or stderr has gone. Call once, first thing in `main`. */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) endQuietly(stream);
}

const quiet = new WeakSet<NodeJS.WriteStream>();
/** Failures that whoever wrote was told of. */
const told = new WeakSet<object>();

function endQuietly(stream: NodeJS.WriteStream): void {
  if (quiet.has(stream)) return;
  quiet.add(stream);
  stream.on('error', (error: Error) => {
    if (isClosedPipe(error)) process.exit(0);
    if (told.has(error)) return;
    // The full screen knows an end of its terminal by the error itself (LV-117).
    if (!isUnwritable(error) || process.listenerCount('uncaughtException') > 0) throw error;
    // On stderr there is nobody left to tell.
    if (stream !== process.stderr) endWith(unwritable(error));
  });
}

/** ms a command has to close what it opened, once its output cannot be written. */
const LAST_MS = 1000;

/** Writes and waits until the bytes are out, so that an exit right after it cuts nothing off. Rejects with a KnownError where they cannot be written. */
export function writeStdout(text: string): Promise<void> {
  return writeTo(process.stdout, text);
}

/** The same for what is said beside the result: where it cannot be written the result still counts. */
export function writeStderr(text: string): Promise<void> {
  return writeTo(process.stderr, text);
}

function writeTo(stream: NodeJS.WriteStream, text: string): Promise<void> {
  endQuietly(stream);
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined) return resolve();
      if (isClosedPipe(error)) process.exit(0);
      if (!isUnwritable(error)) return reject(error);
      told.add(error);
      if (stream === process.stderr) return resolve();
      const known = unwritable(error);
      // A view that follows has timers, which would keep the process for ever.
      setTimeout(() => process.exit(known.exitCode), LAST_MS).unref();
      reject(known);
    });
  });
}

const failures = new WeakSet<object>();

/** One sentence for a person. Where nobody waits for a write the failure reaches the process itself, and ends it with the same sentence. */
function unwritable(cause: unknown): KnownError {
  const known = new KnownError(`The output cannot be written (${UNWRITABLE[errnoOf(cause)!]})`, {
    operation: 'write',
    hint: 'Make room, or send it elsewhere.',
    cause,
  });
  failures.add(known);
  if (!process.listeners('unhandledRejection').includes(onUnhandled)) process.on('unhandledRejection', onUnhandled);
  return known;
}

function onUnhandled(reason: unknown): void {
  if (!(reason instanceof KnownError) || !failures.has(reason)) throw reason;
  endWith(reason);
}

function endWith({ message, hint, exitCode }: KnownError): never {
  try {
    writeSync(2, `tidemark: ${message}. ${hint}\n`);
  } catch {
    // Nobody is left to tell.
  }
  return process.exit(exitCode);
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
      if (isUnwritable(error)) throw unwritable(error);
      if (errnoOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_PAUSE_MS);
    }
  }
}
