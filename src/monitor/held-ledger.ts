import { isUnwritable, type Ledger } from '../ledger/open.ts';
import { damageBehind } from '../ledger/sound.ts';
import { errnoOf } from '../platform/errors.ts';

/** A ledger whose opener puts another in its place when it turns out damaged (REL-22) or cannot be written (REL-7). The opener closes them all. */
export interface RecoverableLedger extends Ledger {
  /** Closes this ledger and gives the one to go on with: a sound one, or one in memory. */
  readonly recover?: (error: unknown) => Ledger;
  /** The way back from memory: closes that ledger and gives the one on disk, or null while it cannot be written. */
  readonly reopen?: () => Ledger | null;
}

/** A disk that damages every new ledger is not fought for ever. */
const MAX_DAMAGES = 3;
/** How often the way back to the disk is tried, ms (HZ-3: within 10 s). */
const REOPEN_MS = 5000;

/** The ledger that is followed now. After each replacement all transcripts have to be read again. */
export class HeldLedger {
  current: Ledger;
  /** How often it was replaced. */
  replaced = 0;
  private damages = 0;
  private replacedAt = Number.NEGATIVE_INFINITY;
  private readonly opener: RecoverableLedger;

  constructor(opener: RecoverableLedger) {
    this.opener = opener;
    this.current = opener;
  }

  /** Replaces a damaged ledger, or one whose disk is full. False when the error is another one, or nothing can help. `now`: monotonic, ms. */
  replace(error: unknown, now: number): boolean {
    const { recover } = this.opener;
    const full = this.current.mode === 'disk' && errnoOf(error) === 'ERR_SQLITE_ERROR' && isUnwritable(error);
    if (recover === undefined || this.damages >= MAX_DAMAGES) return false;
    const damage = full ? null : damageBehind(error, this.current.db);
    if (damage !== null) this.damages++;
    else if (!full) return false;
    this.goOnWith(recover(damage ?? error), now);
    return true;
  }

  /** From memory back to the disk, when that can be written again. */
  backToDisk(now: number): boolean {
    const { reopen } = this.opener;
    if (reopen === undefined || this.current.mode === 'disk' || now - this.replacedAt < REOPEN_MS) return false;
    this.replacedAt = now;
    const ledger = reopen();
    if (ledger !== null) this.goOnWith(ledger, now);
    return ledger !== null;
  }

  private goOnWith(ledger: Ledger, now: number): void {
    this.current = ledger;
    this.replaced++;
    this.replacedAt = now;
  }
}
