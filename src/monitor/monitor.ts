import { ingest, ingestFile, type Progress } from '../ledger/ingest.ts';
import type { Ledger } from '../ledger/open.ts';
import { errnoOf } from '../platform/errors.ts';
import { type Change, type TreeWatch, watchTree } from '../watch/watch.ts';
import { buildSnapshot } from './build.ts';
import { CountedFiles } from './counted-files.ts';
import type { LiveQueries } from './details.ts';
import { heldBackText } from './held-back.ts';
import { HeldLedger, type RecoverableLedger } from './held-ledger.ts';
import { KnownFiles, projectRoots } from './known-files.ts';
import { LedgerState } from './ledger-state.ts';
import { liveQueries } from './live-queries.ts';
import { type Followed, LiveSources } from './live-sources.ts';
import type { Monitor, MonitorOptions } from './monitor-options.ts';
import { ReadingHealth } from './reading-health.ts';
import type { Snapshot } from './snapshot.ts';
import { SummaryWriter } from './summary.ts';
import type { TailNews } from './transcript-tail.ts';
import { Episodes } from './warning-episodes.ts';

export type { Monitor, MonitorOptions, RecoverableLedger };

const PROGRESS_MS = 200;
/** What other processes write is looked at no more often, ms: each of them reads every line, and so do we. */
const OTHERS_MS = 900;

/** Follows the transcripts: what the ledger has at once, then what is new in the files, then every change. Opens nothing; closes what it starts. */
export function startMonitor(options: MonitorOptions): Monitor {
  return new Following(options);
}

class Following implements Monitor {
  readonly ready: Promise<void>;
  readonly queries: LiveQueries;
  private snapshot: Snapshot;
  /** Something changed since the snapshot was made: the next one who asks has it made. */
  private changedSince = false;
  private readonly o: MonitorOptions;
  private readonly held: HeldLedger;
  private state: LedgerState;
  private readonly files: KnownFiles;
  private readonly sources: LiveSources;
  private readonly summary: SummaryWriter | null;
  private readonly episodes = new Episodes();
  private readonly health = new ReadingHealth();
  private readonly counted = new CountedFiles();
  private readonly listeners = new Set<() => void>();
  private readonly newSessions = new Map<string, number>();
  private seen: Set<string> | null = null;
  private readonly timer: NodeJS.Timeout;
  private readonly watch: Pick<TreeWatch, 'close' | 'mode'>;
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
  private readAt = Number.NEGATIVE_INFINITY;
  private closed = false;

  constructor(options: MonitorOptions) {
    this.o = options;
    this.held = new HeldLedger(options.ledger);
    this.files = new KnownFiles(options.claudeDirs);
    this.reading = true;
    this.sources = new LiveSources({
      claudeDirs: options.claudeDirs,
      stateDir: options.stateDir ?? null,
      clock: options.clock,
      actions: options.actions ?? 'target',
      rules: options.sessions,
      processes: options.processes,
      watch: options.watch ?? {},
      onChange: () => this.sourcesChanged(),
    });
    this.summary = options.stateDir == null ? null : new SummaryWriter(options.stateDir);
    this.sources.readCaptures();
    this.state = this.sound(() => this.openState());
    this.sound(() => this.state.refresh(options.clock.now(), true));
    this.sources.readStates(options.clock.now(), true);
    this.snapshot = this.build();
    this.queries = liveQueries({
      ledger: () => this.ledger,
      directory: () => this.state.directory,
      snapshot: () => this.get(),
      openWindow: (account) => this.state.openWindow(account, options.clock.now()),
      windows: () => this.state.accountWindows,
      clock: options.clock,
      mode: options.state.mode,
      zone: options.snapshot.zone,
      toolsOf: (id) => this.sources.tailOfSession(id),
      changed: () => this.update(false),
    });
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
    if (this.changedSince && !this.closed) this.snapshot = this.build();
    return this.snapshot;
  }

  lookAgain(): void {
    this.rescan = true;
    this.work();
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
    this.sources.close();
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
    if (!this.reading && this.held.backToDisk(this.o.clock.monotonic())) this.startOver();
    // A held-back write is tried again; another process may have written.
    if (!this.reading && (this.rescan || this.pending.size > 0)) {
      this.work();
      return;
    }
    if (this.dataVersion() === this.version) this.publish();
    else this.update(false);
    if (this.rescan) this.work();
  }

  private get ledger(): Ledger {
    return this.held.current;
  }

  /** Changes when another connection has written. */
  private dataVersion(): unknown {
    return this.ledger.db.sql('PRAGMA data_version').get()?.data_version;
  }

  private openState(): LedgerState {
    const { accountOf, isLive } = this.sources;
    const state = new LedgerState(this.ledger, { ...this.o.state, zone: this.o.snapshot.zone, accountOf, isLive });
    state.setSamples(this.o.clock.now(), this.sources.windowSamples());
    return state;
  }

  /** Does `work`; where it meets a damaged page, once more with a sound ledger. */
  private sound<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!this.recovered(error)) throw error;
      return work();
    }
  }

  /** Goes on with another ledger in the place of a damaged one or one that cannot be written, as the reports do; all transcripts are then read again. */
  private recovered(error: unknown): boolean {
    return this.held.replace(error, this.o.clock.monotonic()) && this.startOver();
  }

  private startOver(): true {
    this.state = this.openState();
    this.rescan = true;
    return true;
  }

  /** Reads all that is new in any file. */
  private async pass(): Promise<void> {
    if (this.closed) return;
    const { claudeDirs, workers, clock } = this.o;
    const { ledger } = this;
    this.reading = true;
    this.rescan = false;
    this.pending.clear();
    const first = this.seen === null;
    let again = false;
    let isRead = true;
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
      isRead = result.filesRead > 0 || first;
      const skipped = result.skipped[0];
      this.readNotice = skipped === undefined ? null : `${skipped.path} cannot be read (${skipped.code})`;
      again = result.stopped !== null && this.recovered(result.stopped);
      this.writeNotice = result.stopped === null || again ? null : heldBackText(result.stopped, null);
      if (result.stopped !== null) this.rescan = true;
    } catch (error) {
      if (this.closed) return;
      // Another part may have met the damage first, and this reading's ledger was closed under it.
      again = ledger !== this.ledger || this.recovered(error);
      if (!again) this.writeNotice = heldBackText(error, null);
      this.rescan = true;
    } finally {
      this.reading = false;
      this.progress = null;
    }
    if (again) return this.pass();
    const { replaced } = this.held;
    // The regular look over all files mostly finds nothing.
    this.update(isRead);
    if (!this.rescan || this.held.replaced > replaced) this.work();
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
    const { replaced } = this.held;
    this.pending.clear();
    const news: TailNews[] = [];
    for (const file of this.files.at(paths)) {
      try {
        ingestFile(this.ledger, file);
        news.push(this.sources.grown(file.path, this.files.readUpTo(file.path)));
        this.files.wasRead(file);
        this.writeNotice = null;
      } catch (error) {
        if (errnoOf(error) === 'ENOENT' || this.recovered(error)) continue;
        // Said, kept for the next pass, and following goes on.
        if (errnoOf(error) === 'ERR_SQLITE_ERROR') this.writeNotice = heldBackText(error, null);
        else this.readNotice = heldBackText(error, file.path);
        this.pending.add(file.path);
      }
    }
    if (this.held.replaced > replaced) {
      this.update(false);
      this.work();
    } else this.followed(news);
  }

  /** Takes in what some files have grown by; reads everything anew where that alone tells it. */
  private followed(news: readonly TailNews[]): void {
    if (this.closed) return;
    const now = this.o.clock.now();
    let isDone = false;
    try {
      // What another process wrote beside it shows at the next regular look.
      isDone = this.state.follow(now, news);
    } catch (error) {
      if (!this.recovered(error)) this.writeNotice = heldBackText(error, null);
    }
    if (!isDone) {
      this.update(false);
      return;
    }
    this.counted.changed(now);
    this.sources.readStates(now, false);
    this.publish();
  }

  private update(all: boolean): void {
    if (this.closed) return;
    const now = this.o.clock.now();
    try {
      this.sound(() => this.state.refresh(now, all));
      this.version = this.dataVersion();
      this.readAt = now;
    } catch (error) {
      // The last figures stand, with the reason.
      this.writeNotice = heldBackText(error, null);
    }
    this.counted.forget();
    if (!this.reading) {
      this.noticeSessions();
      this.sources.follow(this.followable(), (path) => this.files.readUpTo(path));
    }
    this.sources.readStates(now, true);
    this.publish();
  }

  /** Sessions that are or may be listed, with their transcripts, newest first. */
  private followable(): Followed[] {
    const ids = [...this.state.input().sessions].sort((a, b) => (b.lastRequestAt ?? 0) - (a.lastRequestAt ?? 0)).map((s) => s.sessionId);
    return ids.flatMap((sessionId) => {
      const path = this.files.mainOf(sessionId);
      return path === null ? [] : [{ sessionId, path }];
    });
  }

  /** Registry, journals or captures may say something new: an event, or the regular look (LS-14). */
  private sourcesChanged(): void {
    if (this.closed) return;
    const now = this.o.clock.now();
    const { accounts, quota, any } = this.sources.readCaptures();
    const states = this.sources.readStates(now, true);
    const isOther = this.dataVersion() !== this.version && Math.abs(now - this.readAt) >= OTHERS_MS;
    if (accounts || (!this.reading && (isOther || (states && this.state.lacks(this.sources.sessionIds))))) {
      this.update(accounts);
      return;
    }
    if (quota) this.sound(() => this.state.setSamples(now, this.sources.windowSamples()));
    if (any || states) this.publish();
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
    this.changedSince = true;
    for (const listener of [...this.listeners]) listener();
    if (this.summary?.isDue(this.o.clock.now())) this.summary.write(this.get());
  }

  private build(): Snapshot {
    const { clock, snapshot } = this.o;
    const now = clock.now();
    this.changedSince = false;
    const ingest = this.sound(() => this.ingestState());
    this.health.note(now, ingest, this.pending.size > 0 && !this.reading);
    return buildSnapshot({
      ...this.state.input(),
      ...this.sources.input((account) => this.state.openWindow(account, now)),
      now,
      options: snapshot,
      newSessions: this.newSessions,
      ingest,
      health: this.health.state(ingest),
      episodes: this.episodes,
    });
  }

  private ingestState(): Snapshot['ingest'] {
    const { ledger, progress, reading } = this;
    return {
      reading,
      percent: !reading || progress === null || progress.bytes === 0 ? null : Math.min(100, (progress.bytesDone / progress.bytes) * 100),
      ...this.counted.of(ledger, this.o.clock.now()),
      notice: this.writeNotice ?? this.readNotice ?? this.watchNotice ?? ledger.notice,
      // Where nothing is watched yet, no folder says that it cannot be.
      polling: this.watch?.mode === 'polling' && this.files.count > 0,
    };
  }
}
