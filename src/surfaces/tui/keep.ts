/*
 * Results of pure functions, held while what they were made of is the same (LV-113). A result is handed out again only for equal inputs, so it can never
 * be an older one's or another's figure. Each holds a fixed number of results.
 */

const forgetters: (() => void)[] = [];

/** `forget` empties a memory whose results depend on something that is no input of theirs. */
export function whenForgotten(forget: () => void): void {
  forgetters.push(forget);
}

/** Everything held is made anew: the terminal's widths changed, or a test compares with a picture drawn from nothing. */
export function forgetKept(): void {
  for (const forget of forgetters) forget();
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  for (let at = 0; at < b.length; at++) if (!Object.is(a[at], b[at])) return false;
  return a.length === b.length;
}

/** The last `most` results of one place in the code. */
export class Kept<T> {
  private readonly most: number;
  private readonly results: { readonly inputs: readonly unknown[]; readonly value: T }[] = [];
  private oldest = 0;

  constructor(most = 1) {
    this.most = most;
    whenForgotten(() => {
      this.results.length = 0;
      this.oldest = 0;
    });
  }

  /** The result for `inputs`: plain values, or objects that never change. All that `make` reads must follow from them. */
  of(inputs: readonly unknown[], make: () => T): T {
    for (let at = 0; at < this.results.length; at++) {
      const known = this.results[at]!;
      if (isSame(known.inputs, inputs)) return known.value;
    }
    const value = make();
    this.results[this.results.length < this.most ? this.results.length : this.oldest++ % this.most] = { inputs, value };
    return value;
  }
}
