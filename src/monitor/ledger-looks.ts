import type { FollowedLedger } from './followed-ledger.ts';
import { heldBackText } from './held-back.ts';
import type { ReadingReport } from './reading-report.ts';

/** What other processes write is looked at no more often, ms: each of them reads every line, and so do we. */
const OTHERS_MS = 900;

/** The looks at the whole ledger: when the last one was, and whether others have written since. */
export class LedgerLooks {
  private readonly ledger: FollowedLedger;
  private readonly report: ReadingReport;
  private version: unknown = null;
  private at = Number.NEGATIVE_INFINITY;

  constructor(ledger: FollowedLedger, report: ReadingReport) {
    this.ledger = ledger;
    this.report = report;
  }

  /** Takes in what may have changed, epoch ms; `all` with the whole history. */
  refresh(now: number, all: boolean): void {
    const isDone = this.ask(() => {
      // Asked first: what another process writes meanwhile shows at the next look.
      this.version = this.ledger.dataVersion;
      this.ledger.state.refresh(now, all);
    });
    if (!isDone) return;
    this.at = now;
    this.report.askNotice = null;
  }

  /** False where the ledger cannot be asked: the last figures stand, with the reason, and the next look tries again. */
  ask(work: () => void): boolean {
    try {
      this.ledger.sound(work);
      return true;
    } catch (error) {
      this.version = null;
      this.report.askNotice = heldBackText(error, null);
      return false;
    }
  }

  /** Another process has written since, or the last look failed. */
  get isOld(): boolean {
    return this.ledger.dataVersion !== this.version;
  }

  /** The same, but not at once again. Epoch ms. */
  isDue(now: number): boolean {
    return Math.abs(now - this.at) >= OTHERS_MS && this.isOld;
  }
}
