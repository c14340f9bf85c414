import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type Discovery, discover, type TranscriptFile } from '../transcripts/discover.ts';
import { isUnwritable, type Ledger } from './open.ts';
import { type Checkpoint, type FilePart, readFile } from './read-file.ts';
import { decodeInWorkers } from './workers.ts';

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

/** A transaction takes at most so many events (REL-20); while a large history is read the first time, more: each commit rewrites pages all over the key's index. */
const BATCH_EVENTS = 2000;
const BULK_EVENTS = 16_000;
/** Below this many new bytes, starting threads costs more than it saves. */
const WORKER_BYTES = 24 * 1024 * 1024;
const RETRY_MS = [50, 100, 200, 400, 800];
const PASSING = new Set(['EBUSY', 'EAGAIN', 'EIO', 'ESTALE', 'EMFILE', 'ENFILE', 'EINTR']);

/** Finds what is new in the transcripts and appends it, newest files first (UR-81). Every transaction leaves the ledger exact for what it has read. */
export async function ingest(ledger: Ledger, options: IngestOptions): Promise<IngestResult> {
  const discovery = discover(options.claudeDirs);
  const known = checkpoints(ledger);
  const todo = discovery.files
    .filter((file) => isNew(file, known.get(file.path)))
    .sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
  markGone(ledger, discovery, known, options.now);
  const skipped: Skipped[] = discovery.unreadable.map(({ path, code }) => ({ path, code }));
  const pass = new Pass(ledger, todo, known, skipped, options);
  if (todo.length > 0) await pass.run();
  return { discovery, filesRead: pass.filesDone, changed: pass.changed, skipped, stopped: pass.stopped };
}

/** Reads one file that is known to have changed, for the monitor: no walk of the tree. */
export function ingestFile(ledger: Ledger, file: TranscriptFile): number {
  let changed = 0;
  const known = checkpointOf(ledger, file.path);
  if (!isNew(file, known ?? undefined)) return 0;
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
  private readonly todo: readonly TranscriptFile[];
  private readonly known: ReadonlyMap<string, Checkpoint>;
  private readonly skipped: Skipped[];
  private readonly options: IngestOptions;

  constructor(
    ledger: Ledger,
    todo: readonly TranscriptFile[],
    known: ReadonlyMap<string, Checkpoint>,
    skipped: Skipped[],
    options: IngestOptions,
  ) {
    this.ledger = ledger;
    this.todo = todo;
    this.known = known;
    this.skipped = skipped;
    this.options = options;
    this.bytes = todo.reduce((sum, file) => sum + Math.max(0, file.size - (known.get(file.path)?.offset ?? 0)), 0);
  }

  async run(): Promise<void> {
    const jobs = this.todo.map((file) => ({ file, known: this.known.get(file.path) ?? null }));
    if (this.options.workers > 0 && this.bytes > WORKER_BYTES) {
      await decodeInWorkers(jobs, this.options.workers, (done) => this.take(done));
    } else {
      for (const job of jobs) {
        if (this.stopped !== null || this.options.signal?.aborted) break;
        await this.readHere(job.file, job.known);
      }
    }
    this.flush();
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
        await wait(pause * (0.75 + 0.5 * Math.random()));
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
    if (this.batchEvents >= (this.bytes > WORKER_BYTES ? BULK_EVENTS : BATCH_EVENTS)) this.flush();
    this.report();
  }

  private fileDone(): void {
    this.filesDone++;
    this.report();
  }

  private report(): void {
    this.options.onProgress?.({
      files: this.todo.length,
      filesDone: this.filesDone,
      bytes: this.bytes,
      bytesDone: this.bytesDone,
      lines: this.lines,
    });
  }

  private flush(): void {
    if (this.batch.length === 0 || this.stopped !== null) return;
    try {
      this.changed += this.ledger.appender.append(this.batch);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      this.stopped = error;
    }
    this.batch = [];
    this.batchEvents = 0;
  }
}

/** Same size and time as when it was read to the end: nothing to do (REL-12). */
function isNew(file: TranscriptFile, known: Checkpoint | undefined): boolean {
  return (
    known === undefined || known.size !== file.size || known.mtime !== file.mtimeMs || known.ino !== file.ino || known.dev !== file.dev
  );
}

export function checkpoints(ledger: Ledger): Map<string, Checkpoint> {
  const rows = ledger.db.sql('SELECT * FROM file').all();
  return new Map(rows.map((row) => [String(row.path), checkpointFrom(row)]));
}

function checkpointOf(ledger: Ledger, path: string): Checkpoint | null {
  const row = ledger.db.sql('SELECT * FROM file WHERE path = ?').get(path);
  return row ? checkpointFrom(row) : null;
}

function checkpointFrom(row: Record<string, unknown>): Checkpoint {
  return {
    path: row.path as string,
    folder: row.folder as string,
    dev: row.dev as number,
    ino: row.ino as number,
    size: row.size as number,
    mtime: row.mtime as number,
    birth: row.birth as number,
    headHash: row.head_hash as string,
    headLength: row.head_len as number,
    tailHash: row.tail_hash as string,
    tailLength: row.tail_len as number,
    offset: row.offset as number,
    lines: row.lines as number,
    malformed: row.malformed as number,
    tooLong: row.too_long as number,
    flagged: row.flagged as number,
    firstAt: row.first_at as number | null,
    lastAt: row.last_at as number,
    session: row.session as string | null,
  };
}

/** Checkpoints of files that are no longer there are kept as gone (a file may come back, REL-14) and pruned after 400 days. Their events stay. */
function markGone(ledger: Ledger, discovery: Discovery, known: ReadonlyMap<string, Checkpoint>, now: number): void {
  const here = new Set(discovery.files.map((file) => file.path));
  const blind = new Set(discovery.unreadable.map(({ path }) => path));
  const gone = [...known.keys()].filter((path) => !here.has(path) && ![...blind].some((dir) => path.startsWith(dir)));
  const flags = ledger.db.sql('SELECT path FROM file WHERE gone_at IS NOT NULL').all();
  const marked = new Set(flags.map((row) => String(row.path)));
  const fresh = gone.filter((path) => !marked.has(path));
  const back = [...marked].filter((path) => here.has(path));
  if (fresh.length + back.length === 0) return;
  try {
    ledger.db.write(() => {
      for (const path of fresh) ledger.db.sql('UPDATE file SET gone_at = ? WHERE path = ?').run(now, path);
      for (const path of back) ledger.db.sql('UPDATE file SET gone_at = NULL WHERE path = ?').run(path);
      ledger.db.sql('DELETE FROM file WHERE gone_at < ?').run(now - 400 * 86_400_000);
    });
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
}

/** The system's code of a failed call, or BUG for an error that is no system error. */
export function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' && (code in constants.errno || code === 'EINVAL' || code === 'ELOOP') ? code : 'BUG';
}
