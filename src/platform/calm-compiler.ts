import { setFlagsFromString } from 'node:v8';

/*
 * V8 counts how often a function is called before it compiles it well: 400 times for the first real compiler, which a function of each picture reaches after
 * forty seconds. And it spends whole threads on its best compiler for code that then rests nine tenths of the time. For a program that does a little many times a
 * second for hours both are wrong (LV-113); measured with 100 sessions and 20 lines a second over the first half minute: 7.4 % of a core, with these 6.1 to 6.5.
 */
const FLAGS = ['--invocation-count-for-maglev=60', '--efficiency-mode'] as const;

/** The V8 of Node 24. One that does not know a flag says so in the middle of the picture. */
const KNOWN_SINCE = 13;

/** Lets V8 compile early and sparingly from now on. */
export function compileCalmly(): void {
  if (Number.parseInt(process.versions.v8, 10) < KNOWN_SINCE) return;
  for (const flag of FLAGS) setFlagsFromString(flag);
}
