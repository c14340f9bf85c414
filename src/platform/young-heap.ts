import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/*
 * V8 lets the space of young objects grow to 16 MB three times over when much is allocated, and never gives it back: for a program that runs all day beside
 * others these are 100 MB for nothing (LV-113). Only a start flag sets its greatest size; the factor by which it grows can be set at any time.
 */

/** Bytes of the young space, both halves, at which it stops growing: with less, collecting it costs more time than is won. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
const LOOK_MS = 50;
const LOOKS = 1200;

/**
 * Keeps the young space small in a program that runs for hours. It does not grow before the event loop comes round, when much is allocated at once, and then
 * step by step.
 */
export function boundYoungHeap(): void {
  growBy(1);
  let looks = 0;
  const timer = setInterval(() => {
    const isEnough = youngBytes() >= ENOUGH_BYTES || ++looks > LOOKS;
    if (isEnough) clearInterval(timer);
    growBy(isEnough ? 1 : 2);
  }, LOOK_MS);
  timer.unref();
}

const growBy = (factor: number): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`);

const youngBytes = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
