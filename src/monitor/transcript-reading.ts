import type { AccountBook } from '../accounts/book.ts';
import { directoriesOf } from '../accounts/locate.ts';
import { ingest } from '../ledger/ingest.ts';
import { ingestFile, ingestTogether, type OnSeen } from '../ledger/ingest-changed.ts';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { TranscriptFile } from '../transcripts/discover.ts';
import type { SeenLines } from '../transcripts/seen-lines.ts';
import type { Change } from '../watch/watch.ts';
import type { FollowedLedger } from './followed-ledger.ts';
import { heldBackText } from './held-back.ts';
import type { KnownFiles } from './known-files.ts';
import type { ReadingReport } from './reading-report.ts';
import type { TailNews } from './transcript-tail.ts';

export interface TranscriptReadingOptions {
  readonly ledger: FollowedLedger;
  readonly files: KnownFiles;
  readonly report: ReadingReport;
  readonly accounts: AccountBook;
  readonly claudeDirs: readonly string[];
  readonly clock: Clock;
  /** Decoding threads of a large first reading. */
  readonly workers: number;
  /** Whether a path may be said: the folder of a transcript spells the project's. */
  readonly showsPaths: boolean;
  /** What a transcript has grown by; `known` bytes of it were in the ledger before, `until` are now. `seen`: its new lines, where they were just read. */
  readonly grown: (path: string, known: number, until: number, seen: SeenLines | undefined) => TailNews;
  /** Something was read, or could not be. `all`: it may be of any session. */
  readonly onRead: (all: boolean) => void;
  /** Something new waits to be read: whoever asks for the state of now has it read first ({@link TranscriptReading.catchUp}). */
  readonly onNews: () => void;
  /** Some files were read and had grown by no more than this. */
  readonly onGrown: (news: readonly TailNews[]) => void;
}

/** What nobody asked for is read after so long: files that grow many times a second are read together. ms. */
const UNASKED_MS = 100;
const NONE: ReadonlySet<TranscriptFile> = new Set();

/** Brings what is written to the transcripts into the ledger: all files where anything may be new, else the changed ones. */
export class TranscriptReading {
  /** All files are being looked at, or that is about to begin. */
  isPassing = true;
  private readonly o: TranscriptReadingOptions;
  private readonly pending = new Set<string>();
  private readonly abort = new AbortController();
  private isFirst = true;
  private closed = false;
  /** A file has changed since the pending ones were read last: those that could not be read wait for the regular look. */
  private hasNews = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(options: TranscriptReadingOptions) {
    this.o = options;
  }

  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.abort.abort();
  }

  changed(change: Change): void {
    if (change === 'rescan') this.o.ledger.isBehind = true;
    else for (const path of change) this.pending.add(path);
    if (this.closed || this.isPassing) return;
    if (this.o.ledger.isBehind) {
      this.work();
      return;
    }
    this.hasNews = true;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.work();
    }, UNASKED_MS);
    this.o.onNews();
  }

  /** Reads what has changed since, so that the state of now is that of the files. */
  catchUp(): void {
    if (this.hasNews && !this.closed && !this.isPassing && !this.o.ledger.isBehind) this.readPending();
  }

  /** Something that was written waits to be counted. */
  get hasPending(): boolean {
    return this.pending.size > 0 && !this.isPassing;
  }

  /** Reads what is to be read, unless that is happening. */
  work(): void {
    if (this.closed || this.isPassing) return;
    if (this.o.ledger.isBehind) void this.pass();
    else if (this.pending.size > 0) this.readPending();
  }

  /** Reads all that is new in any file. */
  async pass(): Promise<void> {
    if (this.closed) return;
    const { ledger, report, claudeDirs, workers, clock } = this.o;
    const { current } = ledger;
    const first = this.isFirst;
    this.isPassing = true;
    ledger.isBehind = false;
    this.pending.clear();
    this.settled();
    let again = false;
    let isRead = true;
    try {
      const result = await ingest(current, {
        claudeDirs,
        workers,
        now: clock.now(),
        signal: this.abort.signal,
        // Later passes read little: their progress tells nothing.
        onProgress: (progress) => !this.closed && report.progress.note(progress, clock.monotonic()) && first && this.o.onRead(false),
      });
      if (this.closed) return;
      this.o.files.learn(result.discovery.files);
      this.o.accounts.locate(directoriesOf(result.discovery.files, claudeDirs));
      isRead = result.filesRead > 0 || first;
      const skipped = result.skipped[0];
      report.readNotice = skipped === undefined ? null : `${this.shownPath(skipped.path)} cannot be read (${skipped.code})`;
      again = result.stopped !== null && ledger.recovered(result.stopped);
      report.writeNotice = result.stopped === null || again ? null : heldBackText(result.stopped, null);
      if (result.stopped !== null) ledger.isBehind = true;
    } catch (error) {
      if (this.closed) return;
      // Another part may have met the damage first, and this reading's ledger was closed under it.
      again = current !== ledger.current || ledger.recovered(error);
      if (!again) report.writeNotice = heldBackText(error, null);
      ledger.isBehind = true;
    } finally {
      this.isPassing = false;
      report.progress.end();
    }
    if (again) return this.pass();
    this.isFirst = false;
    const { replaced } = ledger;
    // The regular look over all files mostly finds nothing.
    this.o.onRead(isRead);
    if (!ledger.isBehind || ledger.replaced > replaced) this.work();
  }

  private settled(): void {
    this.hasNews = false;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private readPending(): void {
    const { ledger, files, report } = this.o;
    const paths = [...this.pending];
    const { replaced } = ledger;
    this.pending.clear();
    this.settled();
    const news: TailNews[] = [];
    const changed = files.at(paths);
    const seen = new Map<string, SeenLines>();
    const note = (path: string, lines: SeenLines): unknown => seen.set(path, lines);
    const together = this.readTogether(changed, note);
    for (const file of together === null ? [] : changed) {
      try {
        if (together?.has(file) !== true) ingestFile(ledger.current, file, undefined, note);
        news.push(this.o.grown(file.path, files.readUpTo(file.path), file.size, seen.get(file.path)));
        files.wasRead(file);
        report.writeNotice = null;
      } catch (error) {
        if (errnoOf(error) === 'ENOENT' || ledger.recovered(error)) continue;
        // Said, kept for the next pass, and following goes on.
        if (errnoOf(error) === 'ERR_SQLITE_ERROR') report.writeNotice = heldBackText(error, null);
        else report.readNotice = heldBackText(error, this.shownPath(file.path));
        this.pending.add(file.path);
      }
    }
    if (ledger.replaced > replaced) {
      this.o.onRead(false);
      this.work();
    } else this.o.onGrown(news);
  }

  /** Reads files in one transaction: those that are done. Null when the ledger took nothing: they wait for the regular look. */
  private readTogether(files: readonly TranscriptFile[], onSeen: OnSeen): ReadonlySet<TranscriptFile> | null {
    const { ledger, report } = this.o;
    if (files.length === 0) return NONE;
    try {
      return ingestTogether(ledger.current, files, onSeen);
    } catch (error) {
      if (ledger.recovered(error)) return null;
      report.writeNotice = heldBackText(error, null);
      for (const { path } of files) this.pending.add(path);
      return null;
    }
  }

  private shownPath(path: string): string {
    return this.o.showsPaths ? path : 'A transcript';
  }
}
