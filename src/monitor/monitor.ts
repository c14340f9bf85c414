import { Audience } from './audience.ts';
import type { LiveQueries } from './details.ts';
import { type MaterialSources, materialSources } from './health-material.ts';
import { heldBackText } from './held-back.ts';
import type { MonitorOptions, RunningMonitor } from './monitor-options.ts';
import { MonitorParts } from './monitor-parts.ts';
import type { Snapshot } from './snapshot.ts';
import { summaryFacts } from './summary-facts.ts';
import { followedOf } from './transcript-ends.ts';
import type { TailNews } from './transcript-tail.ts';
import { WrittenFiles } from './written-files.ts';

export type { RecoverableLedger } from './held-ledger.ts';
export type { Monitor, MonitorOptions, RunningMonitor } from './monitor-options.ts';

/** Follows the transcripts: what the ledger has at once, then what is new in the files, then every change. Opens nothing; closes what it starts. */
export function startMonitor(options: MonitorOptions): RunningMonitor {
  return new Following(options);
}

/** What happens when: each change makes a snapshot due and is told. */
class Following implements RunningMonitor {
  readonly ready: Promise<void>;
  readonly queries: LiveQueries;
  private readonly o: MonitorOptions;
  private readonly parts: MonitorParts;
  private readonly audience = new Audience();
  private readonly written: WrittenFiles | null;
  private readonly timer: NodeJS.Timeout;
  private closed = false;

  constructor(options: MonitorOptions) {
    this.o = options;
    this.parts = new MonitorParts(options, {
      sourcesChanged: () => this.sourcesChanged(),
      lookDue: () => this.othersWrote(options.clock.now()) && this.update(false),
      read: (all) => this.update(all),
      waiting: () => this.audience.tell(),
      grown: (news) => this.followed(news),
      named: () => this.update(false),
      asked: () => this.catchUp(),
    });
    this.queries = this.parts.queries;
    this.written = options.stateDir == null ? null : new WrittenFiles(options.stateDir, options.isWriter);
    this.timer = setInterval(() => this.tick(), options.refreshInterval);
    this.ready = this.begin();
  }

  private async begin(): Promise<void> {
    const { projects, reading } = this.parts;
    if (this.o.begins === undefined) projects.begin();
    await this.o.begins;
    // Watching starts before reading, so that no change falls between the two.
    projects.begin();
    await reading.pass();
  }

  get(): Snapshot {
    return this.parts.current.get();
  }

  lookAgain(): void {
    this.parts.reading.changed('rescan');
  }

  subscribe(listener: () => void): () => void {
    return this.audience.subscribe(listener);
  }

  material(): MaterialSources {
    const { book, files, sources, current, ledger } = this.parts;
    const snapshot = () => current.named();
    return materialSources({ now: this.o.clock.now(), snapshot, state: ledger.state, sources, book, files });
  }

  close(): void {
    this.closed = true;
    clearInterval(this.timer);
    this.parts.close();
    this.audience.dismiss();
  }

  private tick(): void {
    if (this.closed) return;
    const { ledger, looks, reading } = this.parts;
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

  /** Takes in what some files have grown by; looks at the whole ledger where that does not tell all. */
  private followed(news: readonly TailNews[]): void {
    if (this.closed) return;
    const { ledger, report, sources } = this.parts;
    const now = this.o.clock.now();
    let isDone = false;
    try {
      // What another process wrote beside it shows at the next regular look.
      isDone = ledger.state.follow(now, news);
    } catch (error) {
      if (!ledger.recovered(error)) report.askNotice = heldBackText(error, null);
    }
    if (isDone) {
      report.counted.changed(now);
      sources.readStates(now, false);
      this.publish();
    } else this.update(false);
  }

  private update(all: boolean): void {
    if (this.closed) return;
    const { ledger, looks, report, reading, newSessions, sources, files } = this.parts;
    const now = this.o.clock.now();
    looks.refresh(now, all);
    report.counted.forget();
    if (!reading.isPassing) {
      newSessions.notice(ledger.state.directory, now);
      sources.ends.follow(followedOf([...ledger.state.input().sessions.values()], files), (path) => files.readUpTo(path));
    }
    sources.readStates(now, true);
    this.publish();
  }

  /** Registry, journals or captures may say something new: an event, or the regular look (LS-14). */
  private sourcesChanged(): void {
    if (this.closed) return;
    const { ledger, looks, reading, sources } = this.parts;
    const now = this.o.clock.now();
    const any = sources.readCaptures();
    const states = sources.readStates(now, true);
    const accounts = sources.learnAccounts(now);
    const quota = any && sources.learnQuota();
    const isNew = states && !reading.isPassing && ledger.state.lacks(sources.sessionIds);
    if (accounts || isNew || this.othersWrote(now)) {
      this.update(accounts);
      return;
    }
    if (quota) looks.ask(() => ledger.state.setSamples(now, sources.windowSamples()));
    if (any || states) this.publish();
  }

  /** Another process has written to the ledger, and it is time to look. */
  private othersWrote(now: number): boolean {
    const { looks, reading } = this.parts;
    return !this.closed && !reading.isPassing && looks.isDue(now);
  }

  /** Whoever asks has what is new read first: many files that grow between two pictures are read together. */
  private catchUp(): void {
    const { projects, reading } = this.parts;
    this.audience.prepare(() => {
      projects.flush();
      reading.catchUp();
    });
  }

  private publish(): void {
    const { book, current, ledger, sources } = this.parts;
    current.changed();
    this.audience.tell();
    if (this.written?.isDue(this.o.clock.now())) {
      const hidesGiven = ledger.current.labelKeys.on;
      const facts = { ...summaryFacts(book, ledger.state.usage, sources.live, this.o.gitOf), hidesGiven };
      this.written.write(current.get(), facts, sources.remembered);
    }
  }
}
