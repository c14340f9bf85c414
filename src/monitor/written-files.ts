import type { OfficialQuota } from './official-quota.ts';
import { writeSamples } from './quota-file.ts';
import type { Snapshot } from './snapshot.ts';
import { type SummaryFacts, SummaryWriter } from './summary.ts';

/** The server's statements are written down at most so often, ms. */
const QUOTA_MS = 30_000;

/** What one process writes for the hot paths and for its successor (§2.11): only while it is the writer (BG-1). */
export class WrittenFiles {
  private readonly summary: SummaryWriter;
  private readonly stateDir: string;
  private readonly isWriter: () => boolean;
  private quotaAt = Number.NEGATIVE_INFINITY;
  private quotaRevision = 0;

  constructor(stateDir: string, isWriter: () => boolean = () => true) {
    this.stateDir = stateDir;
    this.isWriter = isWriter;
    this.summary = new SummaryWriter(stateDir);
  }

  /** Whether a write could say something. Epoch ms. */
  isDue(now: number): boolean {
    return this.summary.isDue(now) && this.isWriter();
  }

  write(snapshot: Snapshot, facts: SummaryFacts, quota: OfficialQuota): void {
    const now = snapshot.takenAt;
    this.summary.write(snapshot, facts);
    if (quota.revision === this.quotaRevision || Math.abs(now - this.quotaAt) < QUOTA_MS) return;
    this.quotaAt = now;
    if (writeSamples(this.stateDir, quota.samples(), now)) this.quotaRevision = quota.revision;
  }
}
