import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/*
 * V8 lets the space of young objects grow to 16 MB three times over when much is allocated, and never gives it back: for a program that runs all day beside
 * others these are 100 MB for nothing (LV-113). Only a start flag sets its greatest size; the factor by which it grows can be set at any time.
 */

/** Bytes of the young space at which it stops growing: with less, collecting it costs more time than is won. */
const ENOUGH_BYTES = 4 * 1024 * 1024;
const LOOK_MS = 50;
const LOOKS = 200;

/** Lets the young space grow once, and then no more. For a program that runs for hours. */
export function boundYoungHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=4');
  let looks = 0;
  const timer = setInterval(() => {
    if (++looks < LOOKS && youngBytes() < ENOUGH_BYTES) return;
    clearInterval(timer);
    setFlagsFromString('--semi-space-growth-factor=1');
  }, LOOK_MS);
  timer.unref();
}

const youngBytes = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
