import { type AccountBook, bookOf } from '../accounts/book.ts';
import type { Ledger } from '../ledger/open.ts';
import { CurrentSnapshot } from './current-snapshot.ts';
import type { LiveQueries } from './details.ts';
import { FollowedLedger } from './followed-ledger.ts';
import { KnownFiles } from './known-files.ts';
import { LedgerLooks } from './ledger-looks.ts';
import { LedgerState } from './ledger-state.ts';
import { liveQueries } from './live-queries.ts';
import { LiveSources } from './live-sources.ts';
import type { MonitorOptions } from './monitor-options.ts';
import { NewSessions } from './new-sessions.ts';
import { ProjectWatch } from './project-watch.ts';
import { ReadingReport } from './reading-report.ts';
import { TranscriptReading } from './transcript-reading.ts';
import type { TailNews } from './transcript-tail.ts';

/** What the parts of a monitor tell of; nothing before all of them are made. */
export interface PartsNews {
  /** Registry, journals, captures or profiles may say something new. */
  readonly sourcesChanged: () => void;
  /** It is time for a look at what other processes wrote to the ledger. */
  readonly lookDue: () => void;
  /** Something was read, or could not be. `all`: it may be of any session. */
  readonly read: (all: boolean) => void;
  /** Something new waits to be read. */
  readonly waiting: () => void;
  /** Some files were read and had grown by no more than this. */
  readonly grown: (news: readonly TailNews[]) => void;
  /** A person's words were written. */
  readonly named: () => void;
  /** A snapshot is asked for. */
  readonly asked: () => void;
}

/** What a monitor consists of, each part with those it stands on. */
export class MonitorParts {
  readonly book: AccountBook;
  readonly files: KnownFiles;
  /** What is known of sessions beside the ledger. */
  readonly sources: LiveSources;
  readonly ledger: FollowedLedger;
  readonly report = new ReadingReport();
  readonly looks: LedgerLooks;
  /** The watch over the transcripts; not begun. */
  readonly projects: ProjectWatch;
  readonly reading: TranscriptReading;
  readonly newSessions = new NewSessions();
  readonly current: CurrentSnapshot;
  readonly queries: LiveQueries;
  private readonly o: MonitorOptions;
  private readonly news: PartsNews;

  constructor(options: MonitorOptions, news: PartsNews) {
    this.o = options;
    this.news = news;
    this.book = options.accounts ?? bookOf(options.claudeDirs);
    this.files = new KnownFiles(options.claudeDirs);
    this.sources = this.openSources();
    this.ledger = new FollowedLedger(options.ledger, options.clock, (ledger) => this.stateOf(ledger));
    this.ledger.sound(() => this.ledger.state.refresh(options.clock.now(), true));
    this.looks = new LedgerLooks(this.ledger, this.report);
    this.projects = this.openProjects();
    this.reading = this.openReading();
    this.current = this.firstSnapshot();
    this.queries = this.openQueries();
  }

  close(): void {
    this.current.close();
    this.reading.close();
    this.projects.close();
    this.sources.close();
  }

  private openSources(): LiveSources {
    const { o, news, book, files } = this;
    const sources = new LiveSources({
      claudeDirs: o.claudeDirs,
      stateDir: o.stateDir ?? null,
      clock: o.clock,
      accounts: book,
      agentFiles: (id) => files.agentFilesOf(id),
      actions: o.snapshot.hide == null ? (o.actions ?? 'target') : 'tool',
      rules: o.sessions,
      processes: o.processes,
      watch: o.watch ?? {},
      onChange: news.sourcesChanged,
      onLook: news.lookDue,
    });
    sources.begin();
    return sources;
  }

  private stateOf(ledger: Ledger): LedgerState {
    const { o, sources } = this;
    const state = new LedgerState(ledger, { ...o.state, ...sources.attribution, zone: o.snapshot.zone });
    state.setSamples(o.clock.now(), sources.windowSamples());
    return state;
  }

  private openProjects(): ProjectWatch {
    return new ProjectWatch({
      claudeDirs: this.o.claudeDirs,
      watch: this.o.watch ?? {},
      onChange: (change) => this.reading.changed(change),
      onNotice: (text) => {
        this.report.watchNotice = text;
      },
    });
  }

  private openReading(): TranscriptReading {
    const { o, news, ledger, report, files, book, sources } = this;
    return new TranscriptReading({
      ...{ ledger, report, files, accounts: book, clock: o.clock },
      claudeDirs: o.claudeDirs,
      workers: o.workers,
      showsPaths: o.snapshot.hide == null,
      grown: (path, known, until, seen) => sources.ends.grown(path, known, until, seen),
      onRead: news.read,
      onNews: news.waiting,
      onGrown: news.grown,
    });
  }

  private firstSnapshot(): CurrentSnapshot {
    const { o, news, ledger, report, reading, sources, newSessions, projects } = this;
    return new CurrentSnapshot({
      ...{ ledger, report, reading, sources, newSessions, clock: o.clock },
      options: o.snapshot,
      retention: o.retention ?? [],
      catchUp: news.asked,
      isPolling: () => projects.isPolling,
    });
  }

  private openQueries(): LiveQueries {
    const { o, news, ledger, sources, current } = this;
    return liveQueries({
      ledger: () => ledger.current,
      directory: () => ledger.state.directory,
      snapshot: () => current.get(),
      openWindow: (account) => ledger.state.openWindow(account, o.clock.now()),
      windows: () => ledger.state.accountWindows,
      clock: o.clock,
      mode: o.state.mode,
      zone: o.snapshot.zone,
      hide: o.snapshot.hide ?? null,
      toolsOf: (id) => sources.ends.ofSession(id),
      changed: news.named,
    });
  }
}
