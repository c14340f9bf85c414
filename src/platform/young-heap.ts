import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/*
 * V8 lets the space of young objects grow to 16 MB three times over when much is allocated: for a program that runs all day beside others these are 100 MB for
 * nothing (LV-113). When little happens it makes the space as small as it was at the start, where collecting it costs most. Only a start flag sets its greatest
 * size; the factor by which it grows can be set at any time.
 *
 * It also learns from which places of the code objects mostly outlive a collection, and puts what is made there among the old ones at once. The views of a hundred
 * sessions, made anew for each picture, always outlive one collection and never two: half a MB of waste a second, and a collection of everything every six seconds
 * (with 20 lines a second: 4.6 ms of collecting a second, without that learning 2.7).
 */

const LOOK_MS = 1000;

/** Keeps the young space small, but large enough, in a program that runs for hours: at so many bytes, both halves, it grows no more. It may double a few times between two looks. */
export function boundYoungHeap(enough: number): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  let factor = 0;
  const look = (): void => {
    const wanted = youngBytes() >= enough ? 1 : 2;
    if (wanted !== factor) setFlagsFromString(`--semi-space-growth-factor=${wanted}`);
    factor = wanted;
  };
  look();
  setInterval(look, LOOK_MS).unref();
}

const youngBytes = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
