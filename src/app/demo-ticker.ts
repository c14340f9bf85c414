import type { Clock } from '../platform/clock.ts';
import type { LiveDemo } from './demo.ts';
import { playStep } from './demo-script.ts';

export interface DemoTicker extends Disposable {
  /** The next thing that happens, now. */
  tick(): void;
  close(): void;
}

/** About what a person sees of two busy sessions, in the demo's time. */
const STEP_MS = 2500;

/** Lets the demo live as its script says, `speed` times as fast as time goes; at 0 nothing happens by itself. `close` stops it. */
export function demoTicker(demo: Pick<LiveDemo, 'actors'>, clock: Clock, speed = 1): DemoTicker {
  let step = 0;
  const tick = () => {
    step += 1;
    playStep(step, demo.actors, clock.now());
  };
  const timer = speed > 0 ? setInterval(tick, STEP_MS / speed) : undefined;
  timer?.unref();
  const close = () => clearInterval(timer);
  return { tick, close, [Symbol.dispose]: close };
}
