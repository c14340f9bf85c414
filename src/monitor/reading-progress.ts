import type { Progress } from '../ledger/ingest.ts';

/** It is shown no more often, ms. */
const EVERY_MS = 200;

/** How far a reading of all files is. */
export class ReadingProgress {
  private progress: Progress | null = null;
  private at = Number.NEGATIVE_INFINITY;

  /** True when it is time to show it. `now`: monotonic, ms. */
  note(progress: Progress, now: number): boolean {
    if (now - this.at < EVERY_MS) return false;
    this.at = now;
    this.progress = progress;
    return true;
  }

  end(): void {
    this.progress = null;
  }

  /** 0 … 100; null = not known. */
  get percent(): number | null {
    const { progress } = this;
    return progress === null || progress.bytes === 0 ? null : Math.min(100, (progress.bytesDone / progress.bytes) * 100);
  }
}
