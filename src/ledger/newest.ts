/**
 * A map of what was written last: at least half of `most` entries, and never more than that. Two maps that take turns: an entry that is not written again goes
 * with the older one. (Deleting the oldest entry each time leaves holes that the next search for the oldest has to step over.)
 */
export class Newest<K, V> {
  private readonly half: number;
  private young = new Map<K, V>();
  private old = new Map<K, V>();

  /** `most` is even. */
  constructor(most: number) {
    this.half = most / 2;
  }

  get(key: K): V | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  set(key: K, value: V): void {
    if (this.young.size === this.half && !this.young.has(key)) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }

  delete(key: K): void {
    this.young.delete(key);
    this.old.delete(key);
  }

  clear(): void {
    if (this.young.size > 0) this.young = new Map();
    if (this.old.size > 0) this.old = new Map();
  }
}
