import { type AccountBook, bookOf } from '../accounts/book.ts';
import type { Ledger } from '../ledger/open.ts';
import { type TreeWatch, watchTree } from '../watch/watch.ts';
import { CurrentSnapshot } from './current-snapshot.ts';
import type { LiveQueries } from './details.ts';
import { FollowedLedger } from './followed-ledger.ts';
import { type MaterialSources, materialSources } from './health-material.ts';
import { heldBackText } from './held-back.ts';
import { KnownFiles, projectRoots } from './known-files.ts';
import { LedgerLooks } from './ledger-looks.ts';
import { LedgerState } from './ledger-state.ts';
import { liveQueries } from './live-queries.ts';
import { LiveSources } from './live-sources.ts';
import type { MonitorOptions, RunningMonitor } from './monitor-options.ts';
import { NewSessions } from './new-sessions.ts';
import { ReadingReport } from './reading-report.ts';
import type { Snapshot } from './snapshot.ts';
import { summaryFacts } from './summary-facts.ts';
import { followedOf } from './transcript-ends.ts';
import { TranscriptReading } from './transcript-reading.ts';
import type { TailNews } from './transcript-tail.ts';
import { WrittenFiles } from './written-files.ts';

export type { RecoverableLedger } from './held-ledger.ts';
export type { Monitor, MonitorOptions, RunningMonitor } from './monitor-options.ts';

/** Follows the transcripts: what the ledger has at once, then what is new in the files, then every change. Opens nothing; closes what it starts. */
export function startMonitor(options: MonitorOptions): RunningMonitor {
  return new Following(options);
}

class Following implements RunningMonitor {
  readonly ready: Promise<void>;
  readonly queries: LiveQueries;
  private readonly current: CurrentSnapshot;
  private readonly o: MonitorOptions;
  private readonly ledger: FollowedLedger;
  private readonly looks: LedgerLooks;
  private readonly reading: TranscriptReading;
  private readonly report = new ReadingReport();
  private readonly files: KnownFiles;
  private readonly sources: LiveSources;
  private readonly written: WrittenFiles | null;
  private readonly book: AccountBook;
  private readonly listeners = new Set<() => void>();
  private readonly newSessions = new NewSessions();
  private readonly timer: NodeJS.Timeout;
  private watch: Pick<TreeWatch, 'close' | 'mode' | 'flush'> | null = null;
  private closed = false;
  /** A snapshot is being asked for, and what is new is read for it. */
  private isAsked = false;

  constructor(options: MonitorOptions) {
    this.o = options;
    this.files = new KnownFiles(options.claudeDirs);
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
      onLook: () => this.othersWrote(options.clock.now()) && this.update(false),
    });
    this.written = options.stateDir == null ? null : new WrittenFiles(options.stateDir, options.isWriter);
    this.sources.readStates(options.clock.now(), true);
    this.sources.readCaptures();
    this.sources.learnAccounts(options.clock.now());
    this.sources.learnQuota();
    this.ledger = new FollowedLedger(options.ledger, options.clock, (ledger) => this.stateOf(ledger));
    this.ledger.sound(() => this.ledger.state.refresh(options.clock.now(), true));
    this.looks = new LedgerLooks(this.ledger, this.report);
    const followed = { ledger: this.ledger, report: this.report, clock: options.clock };
    this.reading = new TranscriptReading({
      ...followed,
      files: this.files,
      accounts: this.book,
      claudeDirs: options.claudeDirs,
      workers: options.workers,
      showsPaths: options.snapshot.hide == null,
      grown: (path, known, until, seen) => this.sources.ends.grown(path, known, until, seen),
      onRead: (all) => this.update(all),
      onNews: () => !this.isAsked && this.tell(),
      onGrown: (news) => this.followed(news),
    });
    this.current = new CurrentSnapshot({
      ...followed,
      options: options.snapshot,
      reading: this.reading,
      sources: this.sources,
      newSessions: this.newSessions,
      retention: options.retention ?? [],
      catchUp: () => this.catchUp(),
      // The first snapshot is made before anything is watched.
      isPolling: () => this.watch?.mode === 'polling',
    });
    this.queries = liveQueries({
      ledger: () => this.ledger.current,
      directory: () => this.ledger.state.directory,
      snapshot: () => this.current.get(),
      openWindow: (account) => this.ledger.state.openWindow(account, options.clock.now()),
      windows: () => this.ledger.state.accountWindows,
      clock: options.clock,
      mode: options.state.mode,
      zone: options.snapshot.zone,
      hide: options.snapshot.hide ?? null,
      toolsOf: (id) => this.sources.ends.ofSession(id),
      changed: () => this.update(false),
    });
    this.timer = setInterval(() => this.tick(), options.refreshInterval);
    if (options.begins === undefined) this.watchProjects();
    this.ready = Promise.resolve(options.begins).then(() => {
      // Watching starts before reading, so that no change falls between the two.
      this.watchProjects();
      return this.reading.pass();
    });
  }

  private watchProjects(): void {
    if (this.closed) return;
    this.watch ??= watchTree(projectRoots(this.o.claudeDirs), (change) => this.reading.changed(change), {
      accept: (path) => path.endsWith('.jsonl'),
      onNotice: (text) => {
        this.report.watchNotice = text;
      },
      ...this.o.watch,
    });
  }

  get(): Snapshot {
    return this.current.get();
  }

  lookAgain(): void {
    this.reading.changed('rescan');
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.closed = true;
    this.current.close();
    this.reading.close();
    clearInterval(this.timer);
    this.watch?.close();
    this.sources.close();
    this.listeners.clear();
  }

  private tick(): void {
    if (this.closed) return;
    const { ledger, looks, reading } = this;
    if (!reading.isPassing) ledger.backToDisk();
    // A held-back write is tried again; another process may have written.
    if (!reading.isPassing && (ledger.isBehind || reading.hasPending)) {
      reading.work();
      return;
    }
    if (looks.isOld) this.update(false);
    else this.publish();
    if (ledger.isBehind) reading.work();
  }

  private stateOf(ledger: Ledger): LedgerState {
    const { o, sources } = this;
    const state = new LedgerState(ledger, { ...o.state, ...sources.attribution, zone: o.snapshot.zone });
    state.setSamples(o.clock.now(), sources.windowSamples());
    return state;
  }

  /** Takes in what some files have grown by; reads everything anew where that alone tells it. */
  private followed(news: readonly TailNews[]): void {
    if (this.closed) return;
    const now = this.o.clock.now();
    let isDone = false;
    try {
      // What another process wrote beside it shows at the next regular look.
      isDone = this.ledger.state.follow(now, news);
    } catch (error) {
      if (!this.ledger.recovered(error)) this.report.askNotice = heldBackText(error, null);
    }
    if (isDone) {
      this.report.counted.changed(now);
      this.sources.readStates(now, false);
      this.publish();
    } else this.update(false);
  }

  private update(all: boolean): void {
    if (this.closed) return;
    const now = this.o.clock.now();
    this.looks.refresh(now, all);
    this.report.counted.forget();
    if (!this.reading.isPassing) {
      this.newSessions.notice(this.ledger.state.directory, now);
      this.sources.ends.follow(followedOf([...this.ledger.state.input().sessions.values()], this.files), (path) =>
        this.files.readUpTo(path),
      );
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
    const isNew = states && !this.reading.isPassing && this.ledger.state.lacks(this.sources.sessionIds);
    if (accounts || isNew || this.othersWrote(now)) {
      this.update(accounts);
      return;
    }
    if (quota) this.looks.ask(() => this.ledger.state.setSamples(now, this.sources.windowSamples()));
    if (any || states) this.publish();
  }

  /** Another process has written to the ledger, and it is time to look. */
  private othersWrote(now: number): boolean {
    return !this.closed && !this.reading.isPassing && this.looks.isDue(now);
  }

  /** Whoever asks has what is new read first: many files that grow between two pictures are read together. */
  private catchUp(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    try {
      this.watch?.flush();
      this.reading.catchUp();
    } finally {
      this.isAsked = false;
    }
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private publish(): void {
    this.current.changed();
    // Whoever asks at this moment gets it as the answer.
    if (!this.isAsked) this.tell();
    if (this.written?.isDue(this.o.clock.now())) {
      const hidesGiven = this.ledger.current.labelKeys.on;
      const facts = { ...summaryFacts(this.book, this.ledger.state.usage, this.sources.live, this.o.gitOf), hidesGiven };
      this.written.write(this.current.get(), facts, this.sources.remembered);
    }
  }

  material(): MaterialSources {
    const { book, files, o, sources } = this;
    const { state } = this.ledger;
    const snapshot = () => this.current.named();
    return materialSources({ now: o.clock.now(), snapshot, state, sources, book, files });
  }
}
