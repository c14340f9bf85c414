import type { Clock } from '../platform/clock.ts';
import { usageError } from '../platform/errors.ts';

/** `--at` and `--speed` as they are typed. */
export interface DemoTimes {
  readonly at?: string;
  readonly speed?: string;
}

/** When the demo is and how fast its time runs; `at` epoch ms, null = now. Speed 0 stands still. */
export interface DemoPace {
  readonly at: number | null;
  readonly speed: number;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})$/i;
const MAX_SPEED = 60;

/** Reads the two options (LV-140): a fixed time stands still unless a speed is given. Anything else is a usage error. */
export function paceOf({ at, speed }: DemoTimes): DemoPace {
  const time = at === undefined ? null : INSTANT.test(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(time)) throw usageError(`--at takes a time with its zone, such as 2026-11-20T13:42:10Z, not "${at}"`);
  if (speed === undefined) return { at: time, speed: time === null ? 1 : 0 };
  const n = Number(speed);
  if (speed.trim() === '' || !(n >= 0 && n <= MAX_SPEED))
    throw usageError(`--speed takes a number from 0 (standing still) to ${MAX_SPEED}, not "${speed}"`);
  return { at: time, speed: n };
}

/** Both options move the demo's clock: nobody's real sessions have another time. */
export function refuseDemoTimes({ at, speed }: DemoTimes): void {
  const given = at !== undefined ? '--at' : speed !== undefined ? '--speed' : null;
  if (given !== null) throw usageError(`${given} belongs to the demo: add --demo, or use tidemark demo`);
}

/** A clock that starts at the given time and runs at the given speed; durations stay real ones. */
export function demoClock({ at, speed }: DemoPace, real: Clock): Clock {
  if (at === null && speed === 1) return real;
  const from = at ?? real.now();
  const began = real.monotonic();
  return { now: () => Math.floor(from + (real.monotonic() - began) * speed), monotonic: () => real.monotonic() };
}
