import type { Ledger } from '../ledger/open.ts';
import type { Snapshot } from './snapshot.ts';

type Counts = Pick<Snapshot['ingest'], 'files' | 'lines' | 'rejectedLines'>;

/** How old the numbers may be while single lines are appended. ms. */
const OLD_MS = 1000;

/** Files and lines read so far, of all transcripts ever seen. Counting takes longer than all the rest of an append: the last numbers are kept a moment. */
export class CountedFiles {
  private counts: Counts | null = null;
  private countedAt = Number.NEGATIVE_INFINITY;

  of(ledger: Ledger, now: number): Counts {
    if (this.counts !== null) return this.counts;
    const sums = ledger.db.sql('SELECT count(*) AS files, sum(lines) AS lines, sum(malformed + too_long) AS rejected FROM file').get();
    const n = (name: string): number => (sums?.[name] as number | null) ?? 0;
    this.counts = { files: n('files'), lines: n('lines'), rejectedLines: n('rejected') };
    this.countedAt = now;
    return this.counts;
  }

  /** Some lines were read: counted anew if the last time is a moment ago. */
  changed(now: number): void {
    if (Math.abs(now - this.countedAt) >= OLD_MS) this.counts = null;
  }

  forget(): void {
    this.counts = null;
  }
}
