/**
 * Calls through at most once per `pauseMs`: the first call after a pause at once, later ones together at its end (LV-110: the
 * newest snapshot wins, so one call is enough for many changes).
 */
export interface Pacer {
  readonly request: () => void;
  readonly stop: () => void;
}

export function pacer(run: () => void, pauseMs: number): Pacer {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let waiting = false;
  const fire = () => {
    waiting = false;
    timer = setTimeout(() => {
      timer = null;
      if (waiting) fire();
    }, pauseMs);
    run();
  };
  return {
    request: () => {
      if (timer === null) fire();
      else waiting = true;
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      waiting = false;
    },
  };
}
