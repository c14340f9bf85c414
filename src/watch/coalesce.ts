/** Changed paths, or word that anything may have changed. */
export type Change = ReadonlySet<string> | 'rescan';

/** Gathers changes: the first is handed on at once, what follows within the pause goes together, so that a burst costs one pass. */
export class Coalescer {
  readonly #deliver: (change: Change) => void;
  readonly #pauseMs: number;
  #paths = new Set<string>();
  #rescan = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(deliver: (change: Change) => void, pauseMs: number) {
    this.#deliver = deliver;
    this.#pauseMs = pauseMs;
  }

  add(paths: Iterable<string>): void {
    for (const path of paths) this.#paths.add(path);
    this.#offer();
  }

  rescan(): void {
    this.#rescan = true;
    this.#offer();
  }

  /** Hands on what is gathered, without waiting for the end of the pause. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#flush();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #offer(): void {
    if (this.#timer === null) this.#flush();
  }

  #flush(): void {
    this.#timer = null;
    if (this.#closed || (!this.#rescan && this.#paths.size === 0)) return;
    const change = this.#rescan ? 'rescan' : this.#paths;
    this.#paths = new Set();
    this.#rescan = false;
    // Armed before delivery: changes made while the receiver works belong to the next round.
    this.#timer = setTimeout(() => this.#flush(), this.#pauseMs);
    this.#deliver(change);
  }
}
