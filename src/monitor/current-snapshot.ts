import type { Clock } from '../platform/clock.ts';
import { buildSnapshot } from './build.ts';
import type { FollowedLedger } from './followed-ledger.ts';
import { heldBackText } from './held-back.ts';
import { KeptViews } from './kept-views.ts';
import type { LiveSources } from './live-sources.ts';
import type { NewSessions } from './new-sessions.ts';
import type { ReadingReport } from './reading-report.ts';
import type { RetentionGap } from './retention.ts';
import type { Snapshot } from './snapshot.ts';
import type { SnapshotOptions } from './snapshot-input.ts';
import type { TranscriptReading } from './transcript-reading.ts';
import { Episodes } from './warning-episodes.ts';

/** What a snapshot is made of, each part as it is when asked. */
export interface SnapshotSources {
  readonly options: SnapshotOptions;
  readonly clock: Clock;
  readonly ledger: FollowedLedger;
  readonly reading: TranscriptReading;
  readonly report: ReadingReport;
  readonly sources: LiveSources;
  readonly newSessions: NewSessions;
  readonly retention: readonly RetentionGap[];
  /** Reads what has changed in the transcripts since. */
  readonly catchUp: () => void;
  /** Changes are found by looking again and again. */
  readonly isPolling: () => boolean;
}

/** The snapshot of now: made anew when something has changed and somebody asks. */
export class CurrentSnapshot {
  private snapshot: Snapshot;
  /** Something changed since the snapshot was made: the next one who asks has it made. */
  private changedSince = false;
  /** The snapshot is not of now, since the ledger could not be asked. */
  private isStanding = false;
  private closed = false;
  private readonly episodes = new Episodes();
  private readonly views = new KeptViews();
  private readonly s: SnapshotSources;

  constructor(sources: SnapshotSources) {
    this.s = sources;
    const now = sources.clock.now();
    this.snapshot = this.make(sources.options, now, this.asked(now));
  }

  get(): Snapshot {
    if (!this.closed) this.s.catchUp();
    if (this.changedSince && !this.closed) {
      this.changedSince = false;
      this.snapshot = this.attempt(this.s.options) ?? this.standing();
    }
    return this.snapshot;
  }

  /** The same before names are hidden. */
  named(): Snapshot {
    const { options } = this.s;
    return options.hide == null ? this.get() : (this.attempt({ ...options, hide: null }) ?? this.get());
  }

  changed(): void {
    this.changedSince = true;
  }

  /** The last one stays: what it is made of is closed. */
  close(): void {
    this.closed = true;
  }

  /** Null, with the reason in the report, while the ledger cannot be asked; the next look tries again. */
  private attempt(options: SnapshotOptions): Snapshot | null {
    const { clock, ledger, report } = this.s;
    const now = clock.now();
    let ingest: Snapshot['ingest'];
    try {
      ingest = this.asked(now);
    } catch (error) {
      report.askNotice = heldBackText(error, null);
      this.isStanding = this.changedSince = true;
      return null;
    }
    if (!this.isStanding) return this.make(options, now, ingest);
    this.isStanding = false;
    report.askNotice = null;
    return this.make(options, now, { ...ingest, ...report.notices(ledger.current) });
  }

  /** The last one, which says why it is not a newer one. */
  private standing(): Snapshot {
    const { ingest } = this.snapshot;
    return { ...this.snapshot, ingest: { ...ingest, ...this.s.report.notices(this.s.ledger.current) } };
  }

  private asked(now: number): Snapshot['ingest'] {
    const { ledger, reading, report, isPolling } = this.s;
    return ledger.sound(() => {
      ledger.state.prepare(now);
      return report.ingest(ledger.current, now, reading.isPassing, isPolling());
    });
  }

  private make(options: SnapshotOptions, now: number, ingest: Snapshot['ingest']): Snapshot {
    const { ledger, reading, report, sources, newSessions, retention } = this.s;
    report.health.note(now, ingest, reading.hasPending);
    return buildSnapshot({
      ...ledger.state.input(),
      ...sources.input((account) => ledger.state.openWindow(account, now)),
      now,
      options,
      retention,
      newSessions: newSessions.since,
      ingest,
      health: report.health.state(ingest),
      episodes: this.episodes,
      views: this.views,
    });
  }
}
