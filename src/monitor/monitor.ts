import { type AccountBook, bookOf } from '../accounts/book.ts';
import { directoriesOf } from '../accounts/locate.ts';
import { ingest, ingestFile } from '../ledger/ingest.ts';
import type { Ledger } from '../ledger/open.ts';
import { errnoOf } from '../platform/errors.ts';
import { type Change, type TreeWatch, watchTree } from '../watch/watch.ts';
import { buildSnapshot } from './build.ts';
import { CountedFiles } from './counted-files.ts';
import type { LiveQueries } from './details.ts';
import type { MaterialSources } from './health-material.ts';
import { heldBackText } from './held-back.ts';
import { HeldLedger, type RecoverableLedger } from './held-ledger.ts';
import { hiddenQueries } from './hidden-names.ts';
import { KnownFiles, projectRoots } from './known-files.ts';
import { LedgerState } from './ledger-state.ts';
import { liveQueries } from './live-queries.ts';
import { followedOf, LiveSources } from './live-sources.ts';
import type { MonitorOptions, RunningMonitor } from './monitor-options.ts';
import { NewSessions } from './new-sessions.ts';
import { ReadingHealth } from './reading-health.ts';
import { ReadingProgress } from './reading-progress.ts';
import type { Snapshot } from './snapshot.ts';
import { summaryFacts } from './summary-facts.ts';
import type { TailNews } from './transcript-tail.ts';
import { Episodes } from './warning-episodes.ts';
import { WrittenFiles } from './written-files.ts';

export type { Monitor, MonitorOptions, RunningMonitor } from './monitor-options.ts';
export type { RecoverableLedger };

/** What other processes write is looked at no more often, ms: each of them reads every line, and so do we. */
const OTHERS_MS = 900;

/** Follows the transcripts: what the ledger has at once, then what is new in the files, then every change. Opens nothing; closes what it starts. */
export function startMonitor(options: MonitorOptions): RunningMonitor {
  return new Following(options);
}

class Following implements RunningMonitor {
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
  private readonly written: WrittenFiles | null;
  private readonly book: AccountBook;
  private readonly episodes = new Episodes();
  private readonly readingHealth = new ReadingHealth();
  private readonly counted = new CountedFiles();
  private readonly listeners = new Set<() => void>();
  private readonly newSessions = new NewSessions();
  private readonly timer: NodeJS.Timeout;
  private readonly watch: Pick<TreeWatch, 'close' | 'mode'>;
  private readonly abort = new AbortController();
  private pending = new Set<string>();
  private rescan = false;
  private reading = false;
  private readonly progress = new ReadingProgress();
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
    this.book = options.accounts ?? bookOf(options.claudeDirs);
    this.sources = new LiveSources({
      claudeDirs: options.claudeDirs,
      stateDir: options.stateDir ?? null,
      clock: options.clock,
      accounts: this.book,
      agentFiles: (id) => this.files.agentFilesOf(id),
      actions: options.snapshot.hide == null ? (options.actions ?? 'target') : 'tool',
      rules: options.sessions,
      processes: options.processes,
      watch: options.watch ?? {},
      onChange: () => this.sourcesChanged(),
    });
    this.written = options.stateDir == null ? null : new WrittenFiles(options.stateDir, options.isWriter);
    this.sources.readStates(options.clock.now(), true);
    this.sources.readCaptures();
    this.sources.learnAccounts(options.clock.now());
    this.sources.learnQuota();
    this.state = this.sound(() => this.openState());
    this.sound(() => this.state.refresh(options.clock.now(), true));
    this.snapshot = this.build();
    const queries = liveQueries({
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
    const { hide } = options.snapshot;
    const rootOf = (id: string) => this.state.directory.find(id)?.root ?? null;
    this.queries = hide == null ? queries : hiddenQueries(queries, hide, rootOf);
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
    const { book } = this;
    const accounts = { accountOf, accountAt: (id: string, at: number) => book.at(id, at), switched: () => book.switchedSessions };
    const state = new LedgerState(this.ledger, { ...this.o.state, ...accounts, zone: this.o.snapshot.zone, isLive });
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
    const first = !this.newSessions.hasLooked;
    let again = false;
    let isRead = true;
    try {
      const result = await ingest(ledger, {
        claudeDirs,
        workers,
        now: clock.now(),
        signal: this.abort.signal,
        // Later passes read little: their progress tells nothing.
        onProgress: (progress) => !this.closed && this.progress.note(progress, clock.monotonic()) && first && this.update(false),
      });
      if (this.closed) return;
      this.files.learn(result.discovery.files);
      this.book.locate(directoriesOf(result.discovery.files, claudeDirs));
      isRead = result.filesRead > 0 || first;
      const skipped = result.skipped[0];
      this.readNotice = skipped === undefined ? null : `${this.shownPath(skipped.path)} cannot be read (${skipped.code})`;
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
      this.progress.end();
    }
    if (again) return this.pass();
    const { replaced } = this.held;
    // The regular look over all files mostly finds nothing.
    this.update(isRead);
    if (!this.rescan || this.held.replaced > replaced) this.work();
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
        else this.readNotice = heldBackText(error, this.shownPath(file.path));
        this.pending.add(file.path);
      }
    }
    if (this.held.replaced > replaced) {
      this.update(false);
      this.work();
    } else this.followed(news);
  }

  /** The folder of a transcript spells the project's path. */
  private shownPath(path: string): string {
    return this.o.snapshot.hide == null ? path : 'A transcript';
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
      this.newSessions.notice(this.state.directory, now);
      this.sources.follow(followedOf(this.state.input().sessions, this.files), (path) => this.files.readUpTo(path));
    }
    this.sources.readStates(now, true);
    this.publish();
  }

  /** Registry, journals or captures may say something new: an event, or the regular look (LS-14). */
  private sourcesChanged(): void {
    if (this.closed) return;
    const now = this.o.clock.now();
    const any = this.sources.readCaptures();
    const states = this.sources.readStates(now, true);
    const accounts = this.sources.learnAccounts(now);
    const quota = any && this.sources.learnQuota();
    const isOther = this.dataVersion() !== this.version && Math.abs(now - this.readAt) >= OTHERS_MS;
    if (accounts || (!this.reading && (isOther || (states && this.state.lacks(this.sources.sessionIds))))) {
      this.update(accounts);
      return;
    }
    if (quota) this.sound(() => this.state.setSamples(now, this.sources.windowSamples()));
    if (any || states) this.publish();
  }

  private publish(): void {
    this.changedSince = true;
    for (const listener of [...this.listeners]) listener();
    if (this.written?.isDue(this.o.clock.now())) {
      const facts = summaryFacts(this.book, this.state.usage, this.sources.live, this.o.gitOf);
      this.written.write(this.get(), facts, this.sources.remembered);
    }
  }

  material(): MaterialSources {
    const { contextWindow, sessions } = this.state.input();
    return {
      now: this.o.clock.now(),
      snapshot: () => (this.o.snapshot.hide == null ? this.get() : this.build({ ...this.o.snapshot, hide: null })),
      sessions,
      slots: this.state.usage.all(),
      live: this.sources.live,
      captures: this.sources.capturesBySession,
      quota: this.sources.remembered.samples(),
      book: this.book,
      transcriptOf: (id) => this.files.mainOf(id),
      contextWindow,
    };
  }

  private build(options = this.o.snapshot): Snapshot {
    const now = this.o.clock.now();
    if (options === this.o.snapshot) this.changedSince = false;
    const ingest = this.sound(() => this.ingestState());
    this.readingHealth.note(now, ingest, this.pending.size > 0 && !this.reading);
    return buildSnapshot({
      ...this.state.input(),
      ...this.sources.input((account) => this.state.openWindow(account, now)),
      now,
      options,
      retention: this.o.retention ?? [],
      newSessions: this.newSessions.since,
      ingest,
      health: this.readingHealth.state(ingest),
      episodes: this.episodes,
    });
  }

  private ingestState(): Snapshot['ingest'] {
    const { ledger, reading } = this;
    return {
      reading,
      percent: reading ? this.progress.percent : null,
      ...this.counted.of(ledger, this.o.clock.now()),
      notice: this.writeNotice ?? this.readNotice ?? this.watchNotice ?? ledger.notice,
      // The first snapshot is made before anything is watched.
      polling: this.watch?.mode === 'polling',
    };
  }
}
