import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/*
 * V8 lets the space of young objects grow to 16 MB three times over when much is allocated: for a program that runs all day beside others these are 100 MB for
 * nothing (LV-113). When little happens it makes the space as small as it was at the start, where collecting it costs most. Only a start flag sets its greatest
 * size; the factor by which it grows can be set at any time.
 */

/** Bytes of the young space, both halves, at which it stops growing: with less, collecting it costs more time than is won. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
const LOOK_MS = 1000;

/** Keeps the young space small, but large enough, in a program that runs for hours: it doubles at most a few times between two looks. */
export function boundYoungHeap(): void {
  let factor = 0;
  const look = (): void => {
    const wanted = youngBytes() >= ENOUGH_BYTES ? 1 : 2;
    if (wanted !== factor) setFlagsFromString(`--semi-space-growth-factor=${wanted}`);
    factor = wanted;
  };
  look();
  setInterval(look, LOOK_MS).unref();
}

const youngBytes = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
