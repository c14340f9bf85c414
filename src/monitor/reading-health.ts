import type { SnapshotInput } from './snapshot-input.ts';

const HOUR_MS = 3_600_000;
const STEP_MS = 60_000;

interface Reading {
  readonly at: number;
  readonly lines: number;
  readonly rejected: number;
}

/** How well reading goes: lines of the last hour, how many of them could not be read, and since when something waits to be counted. */
export class ReadingHealth {
  private readings: Reading[] = [];
  private behindSince: number | null = null;

  /** Totals over all files as they are at `now` (epoch ms), and whether something that was written is not counted yet. */
  note(now: number, totals: { readonly lines: number; readonly rejectedLines: number }, isBehind: boolean): void {
    this.behindSince = isBehind ? (this.behindSince ?? now) : null;
    const last = this.readings.at(-1);
    if (last !== undefined && now - last.at < STEP_MS) return;
    this.readings.push({ at: now, lines: totals.lines, rejected: totals.rejectedLines });
    while (this.readings.length > 1 && now - this.readings[1]!.at >= HOUR_MS) this.readings.shift();
  }

  /** Differences to an hour ago, or to the start. Files that went away can make a total fall: that is no line. */
  state(totals: { readonly lines: number; readonly rejectedLines: number }): SnapshotInput['health'] {
    const first = this.readings[0];
    const since = (now: number, then: number | undefined) => Math.max(0, now - (then ?? now));
    return {
      lines: since(totals.lines, first?.lines),
      rejected: since(totals.rejectedLines, first?.rejected),
      behindSince: this.behindSince,
    };
  }
}
