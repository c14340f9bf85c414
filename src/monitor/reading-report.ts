import type { Ledger } from '../ledger/open.ts';
import { CountedFiles } from './counted-files.ts';
import { isLedgerFault } from './held-back.ts';
import { ReadingHealth } from './reading-health.ts';
import { ReadingProgress } from './reading-progress.ts';
import type { Snapshot } from './snapshot.ts';

/** What a person is told of the reading of transcripts: how far it is, what was read, what is held back. */
export class ReadingReport {
  readonly progress = new ReadingProgress();
  readonly counted = new CountedFiles();
  readonly health = new ReadingHealth();
  /** One sentence each while something is held back, else null: what cannot be written, read or watched. */
  writeNotice: string | null = null;
  readNotice: string | null = null;
  watchNotice: string | null = null;

  /** Epoch ms. */
  ingest(ledger: Ledger, now: number, reading: boolean, polling: boolean): Snapshot['ingest'] {
    const notice = this.writeNotice ?? this.readNotice ?? this.watchNotice ?? ledger.notice;
    return {
      reading,
      percent: reading ? this.progress.percent : null,
      ...this.counted.of(ledger, now),
      notice,
      ledgerFault: [this.writeNotice, ledger.notice].find((text) => text !== null && isLedgerFault(text)) ?? null,
      polling,
    };
  }
}
