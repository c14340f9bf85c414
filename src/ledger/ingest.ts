import { type Discovery, discover, type TranscriptFile } from '../transcripts/discover.ts';
import { archiveDaily } from './archive-daily.ts';
import { checkpointOf, isChangedSince, markGone, seenFiles } from './checkpoints.ts';
import { failures, isLeftAlone, noteFailures } from './failures.ts';
import type { Checkpoint, FilePart, RejectedLine } from './file-part.ts';
import { codeOf } from './ingest-errors.ts';
import { isUnwritable, type Ledger } from './open.ts';
import { readFile } from './read-file.ts';
import { sampleFiles } from './sample.ts';
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
  /** Lines of a file that could not be read, for the log. */
  readonly onRejected?: (path: string, lines: readonly RejectedLine[]) => void;
  /** Epoch ms. */
  readonly now: number;
  readonly signal?: AbortSignal;
}

export interface Skipped {
  readonly path: string;
  readonly code: string;
  /** Not even tried: it failed five times in a row within the last minutes (UR-103). */
  readonly isLeftAlone?: boolean;
}

export interface IngestResult {
  readonly discovery: Discovery;
  readonly filesRead: number;
  /** Events that were new or changed. */
  readonly changed: number;
  readonly skipped: readonly Skipped[];
  /** Transcripts whose content was changed under an equal size and time; they were read again (REL-13). */
  readonly rewritten: readonly string[];
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
  const failing = failures(ledger);
  const changed = discovery.files
    // Not even its path is kept of a session that was forgotten (SEC-82).
    .filter((file) => isChangedSince(file, known.get(file.path)) && !forgotten.has(file.sessionFromPath));
  const todo = changed
    .filter(({ path }) => !isLeftAlone(failing.get(path), options.now))
    .sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
  markGone(ledger, discovery, known, options.now);
  const skipped: Skipped[] = discovery.unreadable.map(({ path, code }) => ({ path, code }));
  for (const { path } of todo.length === changed.length ? [] : changed) {
    const failure = failing.get(path);
    if (isLeftAlone(failure, options.now)) skipped.push({ path, code: failure.code, isLeftAlone: true });
  }
  const jobs = todo.map((file) => ({ file, known: known.has(file.path) ? checkpointOf(ledger, file.path) : null }));
  const pass = new Pass(ledger, jobs, known.size === 0, skipped, options);
  if (todo.length > 0) await pass.run();
  noteFailures(ledger, options.now, pass.failed, healed(failing, pass.done, discovery));
  const rewritten = pass.stopped === null ? await chores(ledger, discovery, options) : [];
  return { discovery, filesRead: pass.filesDone, changed: pass.changed, skipped, rewritten, stopped: pass.stopped };
}

/** Files that failed before and were read now, or are gone. */
function healed(failing: ReadonlyMap<string, unknown>, done: ReadonlySet<string>, { files }: Discovery): string[] {
  if (failing.size === 0) return [];
  const here = new Set(files.map(({ path }) => path));
  return [...failing.keys()].filter((path) => done.has(path) || !here.has(path));
}

/** What is due besides, once for each opening of the ledger. */
async function chores(ledger: Ledger, { files }: Discovery, { signal, now }: IngestOptions): Promise<readonly string[]> {
  const due = ledger.chores;
  delete ledger.chores;
  if (due === undefined || signal?.aborted) return [];
  if (due.keepMs !== null) archiveDaily(ledger, due.keepMs, now);
  return due.sample ? (await sampleFiles(ledger, files, signal)).rewritten : [];
}

class Pass {
  filesDone = 0;
  readonly done = new Set<string>();
  readonly failed: Skipped[] = [];
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
        this.fileDone(file.path);
        return;
      } catch (error) {
        const code = codeOf(error);
        const pause = RETRY_MS[attempt];
        if (code === 'ENOENT') return;
        if (!PASSING.has(code) || pause === undefined) {
          if (code === 'BUG') throw error;
          this.fail({ path: file.path, code });
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
      if (done.failed.code !== 'ENOENT') this.fail(done.failed);
    } else this.fileDone(done.fileDone);
    return this.stopped === null && !this.options.signal?.aborted;
  }

  private add(part: FilePart): void {
    this.batch.push(part);
    this.batchEvents += part.requests.length + 1;
    this.bytesDone += part.bytes;
    this.lines += part.checkpoint.lines;
    if (part.rejected !== undefined) this.options.onRejected?.(part.checkpoint.path, part.rejected);
    if (this.batchEvents >= BATCH_EVENTS) this.flush();
    this.report();
  }

  private fail(failed: Skipped): void {
    this.skipped.push(failed);
    this.failed.push(failed);
  }

  private fileDone(path: string): void {
    this.filesDone++;
    this.done.add(path);
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
