/** Time, handed in as an argument wherever it matters, so that tests and `--at` decide what "now" is. */
export interface Clock {
  /** Wall time in epoch milliseconds. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes backwards. For durations. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // `performance` is a module of Node's that takes 1.4 ms to load: a report would wait for it.
  monotonic: () => {
    const [seconds, nanos] = process.hrtime();
    return seconds * 1e3 + nanos / 1e6;
  },
};
