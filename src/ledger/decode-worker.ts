import { parentPort, workerData } from 'node:worker_threads';
import { codeOf } from './ingest-errors.ts';
import { pack } from './pack.ts';
import { readFile } from './read-file.ts';
import { AHEAD_EVENTS, type DecodeJob, type DecodeMessage, type DecodeTask, SHARED } from './workers.ts';

/* A decoding thread: takes files from the common list until there are no more and posts what they say in groups, since each post costs more than a small file. */

const { jobs, shared } = workerData as DecodeTask;
let outbox: DecodeMessage[] = [];
let events = 0;

for (let job = nextJob(); job !== undefined; job = nextJob()) read(job);
post();

function nextJob(): DecodeJob | undefined {
  waitForWriter();
  return Atomics.load(shared, SHARED.stop) === 1 ? undefined : jobs[Atomics.add(shared, SHARED.nextJob, 1)];
}

/** Waits while the writer is too far behind. The time limit only guards against a missed call. */
function waitForWriter(): void {
  for (;;) {
    const waiting = Atomics.load(shared, SHARED.waiting);
    if (waiting < AHEAD_EVENTS || Atomics.load(shared, SHARED.stop) === 1) return;
    post();
    Atomics.wait(shared, SHARED.waiting, waiting, 100);
  }
}

function read({ file, known }: DecodeJob): void {
  try {
    // A large first reading does without the checksum, a twentieth of its time: later starts add it (sample.ts).
    for (const part of readFile(file, known, { sums: known !== null })) {
      outbox.push({ packed: pack(part) });
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
  if (outbox.length > 0) {
    Atomics.add(shared, SHARED.waiting, events);
    const buffers = outbox.flatMap((message) => ('packed' in message ? [message.packed.numbers.buffer] : []));
    parentPort?.postMessage(outbox, buffers);
  }
  outbox = [];
  events = 0;
}
