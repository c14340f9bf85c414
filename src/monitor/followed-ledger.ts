import type { Ledger } from '../ledger/open.ts';
import type { Clock } from '../platform/clock.ts';
import { HeldLedger, type RecoverableLedger } from './held-ledger.ts';
import type { LedgerState } from './ledger-state.ts';

/** The ledger that is followed, with what is kept of it in memory: each replacement begins both anew. */
export class FollowedLedger {
  state: LedgerState;
  /** All transcripts have to be looked at again: it was replaced, or something may have been missed. */
  isBehind = false;
  private readonly held: HeldLedger;
  private readonly clock: Clock;
  private readonly openState: (ledger: Ledger) => LedgerState;

  constructor(opener: RecoverableLedger, clock: Clock, openState: (ledger: Ledger) => LedgerState) {
    this.held = new HeldLedger(opener);
    this.clock = clock;
    this.openState = openState;
    this.state = this.sound(() => openState(this.current));
  }

  get current(): Ledger {
    return this.held.current;
  }

  /** How often it was replaced. */
  get replaced(): number {
    return this.held.replaced;
  }

  /** Changes when another connection has written. */
  get dataVersion(): unknown {
    return this.current.db.sql('PRAGMA data_version').get()?.data_version;
  }

  /** Does `work`; where it meets a damaged page, once more with a sound ledger. */
  sound<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!this.recovered(error)) throw error;
      return work();
    }
  }

  /** Goes on with another ledger in the place of a damaged one or one that cannot be written, as the reports do; all transcripts are then read again. */
  recovered(error: unknown): boolean {
    return this.held.replace(error, this.clock.monotonic()) && this.startOver();
  }

  /** From memory back to the disk, when that can be written again. */
  backToDisk(): boolean {
    return this.held.backToDisk(this.clock.monotonic()) && this.startOver();
  }

  private startOver(): true {
    this.state = this.openState(this.current);
    this.isBehind = true;
    return true;
  }
}
