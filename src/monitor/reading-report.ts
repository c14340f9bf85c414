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
  /** One sentence each while something is held back, else null: what cannot be written, asked of the ledger, read or watched. */
  writeNotice: string | null = null;
  askNotice: string | null = null;
  readNotice: string | null = null;
  watchNotice: string | null = null;

  /** Epoch ms. */
  ingest(ledger: Ledger, now: number, reading: boolean, polling: boolean): Snapshot['ingest'] {
    return {
      reading,
      percent: reading ? this.progress.percent : null,
      ...this.counted.of(ledger, now),
      ...this.notices(ledger),
      polling,
    };
  }

  /** What is held back. */
  notices(ledger: Ledger): Pick<Snapshot['ingest'], 'notice' | 'ledgerFault'> {
    const { writeNotice, askNotice, readNotice, watchNotice } = this;
    return {
      notice: writeNotice ?? askNotice ?? readNotice ?? watchNotice ?? ledger.notice,
      ledgerFault: [writeNotice, askNotice, ledger.notice].find((text) => text !== null && isLedgerFault(text)) ?? null,
    };
  }
}
