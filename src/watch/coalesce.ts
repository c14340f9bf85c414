import { systemClock } from '../platform/clock.ts';

/** Changed paths, or word that anything may have changed. */
export type Change = ReadonlySet<string> | 'rescan';

/** A timer may fire so much before its time, ms. */
const EARLY_MS = 1;

/**
 * Gathers changes: the first is handed on at once, what follows within the pause goes together, so that a burst costs one pass. A timer is set only for what waits:
 * changes that come one by one, twenty times a second, need none.
 */
export class Coalescer {
  readonly #deliver: (change: Change) => void;
  readonly #pauseMs: number;
  #paths = new Set<string>();
  #rescan = false;
  /** Set while something waits for the end of the pause. */
  #timer: NodeJS.Timeout | null = null;
  /** Until then what comes is gathered; monotonic ms. */
  #pauseUntil = Number.NEGATIVE_INFINITY;
  #isTelling = false;
  #closed = false;

  constructor(deliver: (change: Change) => void, pauseMs: number) {
    this.#deliver = deliver;
    this.#pauseMs = pauseMs;
  }

  add(paths: Iterable<string>): void {
    for (const path of paths) this.#paths.add(path);
    this.#offer();
  }

  /** One path that changed. */
  addOne(path: string): void {
    this.#paths.add(path);
    this.#offer();
  }

  rescan(): void {
    this.#rescan = true;
    this.#offer();
  }

  /** Hands on what is gathered, without waiting for the end of the pause; where there is nothing, that is its end. */
  flush(): void {
    this.#cancel();
    this.#pauseUntil = Number.NEGATIVE_INFINITY;
    if (this.#closed || (!this.#rescan && this.#paths.size === 0)) return;
    const change = this.#rescan ? 'rescan' : this.#paths;
    this.#paths = new Set();
    this.#rescan = false;
    // Begun before delivery: changes made while the receiver works belong to the next round.
    this.#pauseUntil = systemClock.monotonic() + this.#pauseMs;
    this.#isTelling = true;
    try {
      this.#deliver(change);
    } finally {
      this.#isTelling = false;
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #offer(): void {
    if (this.#timer !== null || this.#closed) return;
    const rest = this.#pauseUntil - systemClock.monotonic();
    if (rest < EARLY_MS && !this.#isTelling) this.flush();
    else
      this.#timer = setTimeout(
        () => {
          this.#timer = null;
          this.#offer();
        },
        Math.max(rest, EARLY_MS),
      );
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
