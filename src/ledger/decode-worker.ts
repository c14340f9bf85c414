import { setTimeout as wait } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { codeOf } from './ingest.ts';
import { readFile } from './read-file.ts';
import type { DecodeJob, DecodeMessage } from './workers.ts';

/** A decoding thread: one job per message, its stretches and its end posted back in groups, since each post costs more than a small file. */
const port = parentPort;
let outbox: DecodeMessage[] = [];
let events = 0;
const queue: DecodeJob[] = [];
let busy = false;

port?.on('message', (job: DecodeJob) => {
  queue.push(job);
  if (!busy) void drain();
});

async function drain(): Promise<void> {
  busy = true;
  // Let the messages that arrived together be queued first.
  await wait(0);
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    read(job);
    if (queue.length === 0) await wait(0);
  }
  post();
  busy = false;
}

function read({ file, known }: DecodeJob): void {
  try {
    for (const part of readFile(file, known)) {
      outbox.push({ part });
      events += part.requests.length;
      if (events > 500) post();
    }
    outbox.push({ fileDone: file.path });
  } catch (error) {
    const code = codeOf(error);
    outbox.push(code === 'BUG' ? { bug: String((error as Error).stack) } : { failed: { path: file.path, code } });
  }
  if (outbox.length > 8) post();
}

function post(): void {
  if (outbox.length > 0) port?.postMessage(outbox);
  outbox = [];
  events = 0;
}
