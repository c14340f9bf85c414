import { Worker } from 'node:worker_threads';
import type { TranscriptFile } from '../transcripts/discover.ts';
import type { Checkpoint, FilePart } from './file-part.ts';
import { type PackedPart, unpack } from './pack.ts';

export interface DecodeJob {
  readonly file: TranscriptFile;
  readonly known: Checkpoint | null;
}

export type DecodeMessage = { packed: PackedPart } | { fileDone: string } | { failed: { path: string; code: string } } | { bug: string };

/** What a decoding thread is started with. */
export interface DecodeTask {
  readonly jobs: readonly DecodeJob[];
  readonly shared: Int32Array;
}

/** Places in the shared array: the next job to take, events posted and not yet taken in, 1 = stop. */
export const SHARED = { nextJob: 0, waiting: 1, stop: 2 } as const;

/** Events the threads may be ahead of the writer: bounds memory when the disk is slower than the decoder. */
export const AHEAD_EVENTS = 24_000;

/**
 * Reads files in threads while this one writes. `take` gets every message and says whether to go on. Each thread takes the next file from one list, newest
 * first, so that none waits for another's large file, nor for this thread while it commits.
 */
export async function decodeInWorkers(
  jobs: readonly DecodeJob[],
  count: number,
  take: (message: { part: FilePart } | { fileDone: string } | { failed: { path: string; code: string } }) => boolean,
): Promise<void> {
  const shared = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  const stop = (): void => {
    Atomics.store(shared, SHARED.stop, 1);
    Atomics.notify(shared, SHARED.waiting);
  };
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const task: DecodeTask = { jobs, shared };
      const worker = new Worker(workerUrl(), { workerData: task });
      worker.on('message', (messages: readonly DecodeMessage[]) => {
        for (const message of messages) {
          if ('bug' in message) {
            stop();
            reject(new Error(message.bug));
            return;
          }
          if (Atomics.load(shared, SHARED.stop) === 0 && !take('packed' in message ? { part: unpack(message.packed) } : message)) stop();
          if ('packed' in message) Atomics.sub(shared, SHARED.waiting, message.packed.keys.length);
        }
        Atomics.notify(shared, SHARED.waiting);
      });
      worker.on('error', (error) => {
        stop();
        reject(error);
      });
      worker.on('exit', () => resolve());
    });
  await Promise.all(Array.from({ length: Math.min(count, jobs.length) }, one));
}

/** Beside this file when it runs as source, beside the bundle when built. */
const workerUrl = (): URL => new URL(import.meta.url.endsWith('.ts') ? './decode-worker.ts' : './decode-worker.js', import.meta.url);
