import type { Clock } from '../platform/clock.ts';
import { buildSnapshot } from './build.ts';
import type { FollowedLedger } from './followed-ledger.ts';
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
  private closed = false;
  private readonly episodes = new Episodes();
  private readonly s: SnapshotSources;

  constructor(sources: SnapshotSources) {
    this.s = sources;
    this.snapshot = this.make(sources.options);
  }

  get(): Snapshot {
    if (!this.closed) this.s.catchUp();
    if (this.changedSince && !this.closed) {
      this.changedSince = false;
      this.snapshot = this.make(this.s.options);
    }
    return this.snapshot;
  }

  /** The same before names are hidden. */
  named(): Snapshot {
    const { options } = this.s;
    return options.hide == null ? this.get() : this.make({ ...options, hide: null });
  }

  changed(): void {
    this.changedSince = true;
  }

  /** The last one stays: what it is made of is closed. */
  close(): void {
    this.closed = true;
  }

  private make(options: SnapshotOptions): Snapshot {
    const { clock, ledger, reading, report, sources, newSessions, retention, isPolling } = this.s;
    const now = clock.now();
    const ingest = ledger.sound(() => {
      ledger.state.prepare(now);
      return report.ingest(ledger.current, now, reading.isPassing, isPolling());
    });
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
    });
  }
}
