import { Worker } from 'node:worker_threads';
import type { TranscriptFile } from '../transcripts/discover.ts';
import type { Checkpoint, FilePart } from './read-file.ts';

export interface DecodeJob {
  readonly file: TranscriptFile;
  readonly known: Checkpoint | null;
}

export type DecodeMessage = { part: FilePart } | { fileDone: string } | { failed: { path: string; code: string } } | { bug: string };

/** Stretches a worker may be ahead of the writer: bounds memory when the disk is slower than the decoder. */
const AHEAD = 16;

/**
 * Reads files in worker threads while this thread writes. `take` gets every message and says whether to go on. Files are handed out one by one, so that
 * the newest are in first and no thread waits for another's large file.
 */
export async function decodeInWorkers(
  jobs: readonly DecodeJob[],
  count: number,
  take: (message: Exclude<DecodeMessage, { bug: string }>) => boolean,
): Promise<void> {
  const queue = [...jobs];
  let running = true;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(workerUrl());
      let unanswered = 0;
      const feed = (): void => {
        while (running && unanswered < AHEAD && queue.length > 0) {
          worker.postMessage(queue.shift());
          unanswered++;
        }
        if (unanswered === 0 || !running) void worker.terminate().then(() => resolve());
      };
      worker.on('message', (messages: DecodeMessage[]) => {
        for (const message of messages) {
          if ('bug' in message) {
            running = false;
            reject(new Error(message.bug));
            void worker.terminate();
            return;
          }
          if (!('part' in message)) unanswered--;
          if (running) running = take(message);
        }
        feed();
      });
      worker.on('error', reject);
      feed();
    });
  await Promise.all(Array.from({ length: Math.min(count, jobs.length) }, one));
}

/** Beside this file when it runs as source, beside the bundle when built. */
const workerUrl = (): URL => new URL(import.meta.url.endsWith('.ts') ? './decode-worker.ts' : './decode-worker.js', import.meta.url);
