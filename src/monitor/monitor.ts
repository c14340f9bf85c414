import { ingest, ingestFile, type Progress } from '../ledger/ingest.ts';
import { isUnwritable, type Ledger } from '../ledger/open.ts';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import { type Change, type WatchOptions, watchTree } from '../watch/watch.ts';
import { buildSnapshot, type SnapshotOptions } from './build.ts';
import { KnownFiles, projectRoots } from './known-files.ts';
import { LedgerState, type LedgerStateOptions } from './ledger-state.ts';
import type { Snapshot } from './snapshot.ts';

export interface MonitorOptions {
  readonly ledger: Ledger;
  readonly claudeDirs: readonly string[];
  readonly clock: Clock;
  readonly snapshot: SnapshotOptions;
  readonly state: Omit<LedgerStateOptions, 'zone'>;
  /** How often a snapshot is made when only time has passed, ms. */
  readonly refreshInterval: number;
  /** Decoding threads of a large first reading. */
  readonly workers: number;
  readonly watch?: WatchOptions;
}

export interface Monitor {
  get(): Snapshot;
  /** Called at every new snapshot. Returns what ends it. */
  subscribe(listener: () => void): () => void;
  /** Settles when all transcripts were read once. */
  readonly ready: Promise<void>;
  close(): void;
}

const PROGRESS_MS = 200;

/** Follows the transcripts: what the ledger has at once, then what is new in the files, then every change. Opens nothing; closes what it starts. */
export function startMonitor(options: MonitorOptions): Monitor {
  return new Following(options);
}

class Following implements Monitor {
  readonly ready: Promise<void>;
  private snapshot: Snapshot;
  private readonly o: MonitorOptions;
  private readonly state: LedgerState;
  private readonly files: KnownFiles;
  private readonly listeners = new Set<() => void>();
  private readonly newSessions = new Map<string, number>();
  private seen: Set<string> | null = null;
  private readonly timer: NodeJS.Timeout;
  private readonly watch: { close(): void };
  private readonly abort = new AbortController();
  private pending = new Set<string>();
  private rescan = false;
  private reading = false;
  private progress: Progress | null = null;
  private progressAt = Number.NEGATIVE_INFINITY;
  private writeNotice: string | null = null;
  private readNotice: string | null = null;
  private watchNotice: string | null = null;
  private version: unknown = null;
  private closed = false;

  constructor(options: MonitorOptions) {
    this.o = options;
    this.state = new LedgerState(options.ledger, { ...options.state, zone: options.snapshot.zone });
    this.files = new KnownFiles(options.claudeDirs);
    this.reading = true;
    this.state.refresh(options.clock.now(), true);
    this.snapshot = this.build();
    // Watching starts before reading, so that no change falls between the two.
    this.watch = watchTree(projectRoots(options.claudeDirs), (change) => this.changed(change), {
      accept: (path) => path.endsWith('.jsonl'),
      onNotice: (text) => {
        this.watchNotice = text;
      },
      ...options.watch,
    });
    this.timer = setInterval(() => this.tick(), options.refreshInterval);
    this.ready = Promise.resolve().then(() => this.pass());
  }

  get(): Snapshot {
    return this.snapshot;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.closed = true;
    this.abort.abort();
    clearInterval(this.timer);
    this.watch.close();
    this.listeners.clear();
  }

  private changed(change: Change): void {
    if (change === 'rescan') this.rescan = true;
    else for (const path of change) this.pending.add(path);
    this.work();
  }

  private work(): void {
    if (this.closed || this.reading) return;
    if (this.rescan) void this.pass();
    else if (this.pending.size > 0) this.readPending();
  }

  private tick(): void {
    if (this.closed) return;
    // A held-back write is tried again; another process may have written.
    if (!this.reading && (this.rescan || this.pending.size > 0)) {
      this.work();
      return;
    }
    const version = this.dataVersion();
    if (version !== this.version) this.state.refresh(this.o.clock.now(), false);
    this.version = version;
    this.publish();
  }

  /** Changes when another connection has written. */
  private dataVersion(): unknown {
    return this.o.ledger.db.sql('PRAGMA data_version').get()?.data_version;
  }

  /** Reads all that is new in any file. */
  private async pass(): Promise<void> {
    if (this.closed) return;
    const { ledger, claudeDirs, workers, clock } = this.o;
    this.reading = true;
    this.rescan = false;
    this.pending.clear();
    const first = this.seen === null;
    try {
      const result = await ingest(ledger, {
        claudeDirs,
        workers,
        now: clock.now(),
        signal: this.abort.signal,
        onProgress: (progress) => this.progressed(progress, first),
      });
      if (this.closed) return;
      this.files.learn(result.discovery.files);
      const skipped = result.skipped[0];
      this.readNotice = skipped === undefined ? null : `${skipped.path} cannot be read (${skipped.code})`;
      this.heldBack(result.stopped, null);
      if (result.stopped !== null) this.rescan = true;
    } catch (error) {
      if (this.closed) return;
      this.heldBack(error, null);
      this.rescan = true;
    } finally {
      this.reading = false;
      this.progress = null;
    }
    this.update(true);
    if (!this.rescan) this.work();
  }

  private progressed(progress: Progress, first: boolean): void {
    const at = this.o.clock.monotonic();
    if (this.closed || at - this.progressAt < PROGRESS_MS) return;
    this.progressAt = at;
    this.progress = progress;
    // Later passes read little: their progress tells nothing.
    if (first) this.update(false);
  }

  private readPending(): void {
    const paths = [...this.pending];
    this.pending.clear();
    for (const file of this.files.at(paths)) {
      try {
        ingestFile(this.o.ledger, file);
        this.heldBack(null, null);
      } catch (error) {
        const code = errnoOf(error);
        if (code === 'ENOENT') continue;
        this.heldBack(error, file.path);
        this.pending.add(file.path);
      }
    }
    this.update(false);
  }

  /** What could not be written or read is said, kept for the next pass, and following goes on. */
  private heldBack(error: unknown, path: string | null): void {
    if (error === null) this.writeNotice = null;
    else if (path !== null && !isUnwritable(error))
      this.readNotice = `${path} cannot be read (${errnoOf(error) ?? (error as Error).message}); trying again`;
    else this.writeNotice = `The ledger cannot be written (${(error as Error).message}); trying again`;
  }

  private update(all: boolean): void {
    if (this.closed) return;
    this.state.refresh(this.o.clock.now(), all);
    this.version = this.dataVersion();
    if (!this.reading) this.noticeSessions();
    this.publish();
  }

  private noticeSessions(): void {
    const ids = [...this.state.directory.sessions.values()].map((info) => info.sessionId);
    if (this.seen === null) this.seen = new Set(ids);
    const now = this.o.clock.now();
    for (const id of ids) {
      if (this.seen.has(id)) continue;
      this.seen.add(id);
      this.newSessions.set(id, now);
    }
  }

  private publish(): void {
    this.snapshot = this.build();
    for (const listener of [...this.listeners]) listener();
  }

  private build(): Snapshot {
    const { clock, snapshot } = this.o;
    return buildSnapshot({
      ...this.state.input(),
      now: clock.now(),
      options: snapshot,
      newSessions: this.newSessions,
      ingest: this.ingestState(),
    });
  }

  private ingestState(): Snapshot['ingest'] {
    const { ledger } = this.o;
    const sums = ledger.db.sql('SELECT count(*) AS files, sum(lines) AS lines, sum(malformed + too_long) AS rejected FROM file').get();
    const { progress, reading } = this;
    return {
      reading,
      percent: !reading || progress === null || progress.bytes === 0 ? null : Math.min(100, (progress.bytesDone / progress.bytes) * 100),
      files: (sums?.files as number | null) ?? 0,
      lines: (sums?.lines as number | null) ?? 0,
      rejectedLines: (sums?.rejected as number | null) ?? 0,
      notice: this.writeNotice ?? this.readNotice ?? this.watchNotice ?? ledger.notice,
    };
  }
}
