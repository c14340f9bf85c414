/** Changed paths, or word that anything may have changed. */
export type Change = ReadonlySet<string> | 'rescan';

/** Gathers changes: the first is handed on at once, what follows within the pause goes together, so that a burst costs one pass. */
export class Coalescer {
  readonly #deliver: (change: Change) => void;
  readonly #pauseMs: number;
  #paths = new Set<string>();
  #rescan = false;
  /** One for all pauses, begun again each time: changes come many times a second. */
  #timer: NodeJS.Timeout | null = null;
  #isPausing = false;
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
    this.#flush();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #offer(): void {
    if (!this.#isPausing) this.#flush();
  }

  #pause(): void {
    this.#isPausing = true;
    if (this.#timer !== null) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#isPausing && this.#flush(), this.#pauseMs);
  }

  #flush(): void {
    this.#isPausing = false;
    if (this.#closed || (!this.#rescan && this.#paths.size === 0)) return;
    const change = this.#rescan ? 'rescan' : this.#paths;
    this.#paths = new Set();
    this.#rescan = false;
    // Armed before delivery: changes made while the receiver works belong to the next round.
    this.#pause();
    this.#deliver(change);
  }
}
