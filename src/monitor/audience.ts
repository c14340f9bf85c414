/** Those who want to know of each new snapshot. While one of them asks, nobody is told: what is new then is in the answer. */
export class Audience {
  private readonly listeners = new Set<() => void>();
  private isAsking = false;

  /** Returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(): void {
    if (!this.isAsking) for (const listener of [...this.listeners]) listener();
  }

  /** Does what an answer needs; not once more where that asks itself. */
  prepare(work: () => void): void {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      work();
    } finally {
      this.isAsking = false;
    }
  }

  dismiss(): void {
    this.listeners.clear();
  }
}
