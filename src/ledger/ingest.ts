import { constants } from 'node:os';
import { type Discovery, discover, type TranscriptFile } from '../transcripts/discover.ts';
import { checkpointOf, isChanged, markGone, seenFiles } from './checkpoints.ts';
import { isUnwritable, type Ledger } from './open.ts';
import { type Checkpoint, type FilePart, readFile } from './read-file.ts';
import { forgottenSessions } from './tombstones.ts';
import type { DecodeJob } from './workers.ts';

/** How far reading is. Bytes and files of this pass only. */
export interface Progress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  readonly bytesDone: number;
  readonly lines: number;
}

export interface IngestOptions {
  readonly claudeDirs: readonly string[];
  /** Decoding threads for a large first reading; 0 reads in this thread. */
  readonly workers: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Epoch ms. */
  readonly now: number;
  readonly signal?: AbortSignal;
}

export interface Skipped {
  readonly path: string;
  readonly code: string;
}

export interface IngestResult {
  readonly discovery: Discovery;
  readonly filesRead: number;
  /** Events that were new or changed. */
  readonly changed: number;
  readonly skipped: readonly Skipped[];
  /** Set when the ledger could not be written: SQLite's or the system's reason. */
  readonly stopped: unknown;
}

/** A transaction takes about so many events (REL-20). */
const BATCH_EVENTS = 2000;
/** Below this many new bytes, starting threads costs more than it saves. */
const WORKER_BYTES = 24 * 1024 * 1024;
const RETRY_MS = [50, 100, 200, 400, 800];
const PASSING = new Set(['EBUSY', 'EAGAIN', 'EIO', 'ESTALE', 'EMFILE', 'ENFILE', 'EINTR']);

/** Finds what is new in the transcripts and appends it, newest files first (UR-81). Every transaction leaves the ledger exact for what it has read. */
export async function ingest(ledger: Ledger, options: IngestOptions): Promise<IngestResult> {
  const discovery = discover(options.claudeDirs);
  const known = seenFiles(ledger);
  const forgotten = forgottenSessions(ledger.db);
  const todo = discovery.files
    // Not even its path is kept of a session that was forgotten (SEC-82).
    .filter((file) => isChanged(file, known.get(file.path)) && !forgotten.has(file.sessionFromPath))
    .sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
  markGone(ledger, discovery, known, options.now);
  const skipped: Skipped[] = discovery.unreadable.map(({ path, code }) => ({ path, code }));
  const jobs = todo.map((file) => ({ file, known: known.has(file.path) ? checkpointOf(ledger, file.path) : null }));
  const pass = new Pass(ledger, jobs, known.size === 0, skipped, options);
  if (todo.length > 0) await pass.run();
  return { discovery, filesRead: pass.filesDone, changed: pass.changed, skipped, stopped: pass.stopped };
}

/** Reads one file that is known to have changed, for the monitor: no walk of the tree. */
export function ingestFile(ledger: Ledger, file: TranscriptFile): number {
  let changed = 0;
  const known = checkpointOf(ledger, file.path);
  if (!isChanged(file, known ?? undefined) || forgottenSessions(ledger.db).has(file.sessionFromPath)) return 0;
  for (const part of readFile(file, known)) changed += ledger.appender.append([part]);
  return changed;
}

class Pass {
  filesDone = 0;
  changed = 0;
  stopped: unknown = null;
  private bytesDone = 0;
  private lines = 0;
  private batch: FilePart[] = [];
  private batchEvents = 0;
  private readonly bytes: number;
  private readonly ledger: Ledger;
  private readonly jobs: readonly DecodeJob[];
  private readonly isFirst: boolean;
  private readonly skipped: Skipped[];
  private readonly options: IngestOptions;

  constructor(ledger: Ledger, jobs: readonly DecodeJob[], isFirst: boolean, skipped: Skipped[], options: IngestOptions) {
    this.ledger = ledger;
    this.jobs = jobs;
    this.isFirst = isFirst;
    this.skipped = skipped;
    this.options = options;
    this.bytes = jobs.reduce((sum, { file, known }) => sum + Math.max(0, file.size - (known?.offset ?? 0)), 0);
  }

  async run(): Promise<void> {
    if (this.options.workers > 0 && this.bytes > WORKER_BYTES) {
      await this.readInThreads();
    } else {
      for (const job of this.jobs) {
        if (this.stopped !== null || this.options.signal?.aborted) break;
        await this.readHere(job.file, job.known);
      }
    }
    this.flush();
  }

  private async readInThreads(): Promise<void> {
    if (this.isFirst) this.writing(() => this.ledger.appender.beginFirst());
    const { decodeInWorkers } = await import('./workers.ts');
    await decodeInWorkers(this.jobs, this.options.workers, (done) => this.take(done));
    this.flush();
    this.writing(() => this.ledger.appender.endFirst());
  }

  private async readHere(file: TranscriptFile, known: Checkpoint | null): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        for (const part of readFile(file, known)) this.add(part);
        this.fileDone();
        return;
      } catch (error) {
        const code = codeOf(error);
        const pause = RETRY_MS[attempt];
        if (code === 'ENOENT') return;
        if (!PASSING.has(code) || pause === undefined) {
          if (code === 'BUG') throw error;
          this.skipped.push({ path: file.path, code });
          return;
        }
        const ms = pause * (0.75 + 0.5 * Math.random());
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
    }
  }

  /** A message of a worker. Returns false to make the workers stop. */
  private take(done: { part: FilePart } | { fileDone: string } | { failed: Skipped }): boolean {
    if ('part' in done) this.add(done.part);
    else if ('failed' in done) {
      if (done.failed.code !== 'ENOENT') this.skipped.push(done.failed);
    } else this.fileDone();
    return this.stopped === null && !this.options.signal?.aborted;
  }

  private add(part: FilePart): void {
    this.batch.push(part);
    this.batchEvents += part.requests.length + 1;
    this.bytesDone += part.bytes;
    this.lines += part.checkpoint.lines;
    if (this.batchEvents >= BATCH_EVENTS) this.flush();
    this.report();
  }

  private fileDone(): void {
    this.filesDone++;
    this.report();
  }

  private report(): void {
    this.options.onProgress?.({
      files: this.jobs.length,
      filesDone: this.filesDone,
      bytes: this.bytes,
      bytesDone: this.bytesDone,
      lines: this.lines,
    });
  }

  private flush(): void {
    if (this.batch.length === 0 || this.stopped !== null) return;
    this.writing(() => {
      this.changed += this.ledger.appender.append(this.batch);
    });
    this.batch = [];
    this.batchEvents = 0;
  }

  /** Notes that the ledger cannot be written; any other error is thrown. */
  private writing(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      this.stopped = error;
    }
  }
}

/** The system's code of a failed call, or BUG for an error that is no system error. */
export function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' && (code in constants.errno || code === 'EINVAL' || code === 'ELOOP') ? code : 'BUG';
}
