import type { SnapshotStore } from './controller.ts';

/** Text that follows the snapshots without a full screen: a line per change, or one line rewritten in place (LV-16, LV-19, LV-20). */
export interface FollowOptions {
  /** The newest picture as one line. */
  readonly text: () => string;
  /** Writes and settles when the bytes are out. */
  readonly write: (text: string) => Promise<void>;
  /** One line rewritten in place, for a terminal. */
  readonly inPlace: boolean;
  /** What is written every 30 s, for JSON readers; null = nothing. */
  readonly heartbeat: (() => string) | null;
  /** How often a line whose ages grow is looked at again, ms; null = only on news. */
  readonly everyMs: number | null;
}

const HEARTBEAT_MS = 30_000;
/** Ten lines a second at most. */
const LEAST_PAUSE_MS = 100;
const ERASE_LINE = '\r\u001b[2K';

/** Follows until a signal comes; resolves to the exit code after a whole line (LV-133). While a line is on its way newer ones replace each other, so a slow reader costs no memory. */
export function follow(store: SnapshotStore, options: FollowOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    let last: string | null = null;
    let pause: NodeJS.Timeout | undefined;
    let writing: Promise<void> | null = null;
    let again = false;
    let ended: number | null = null;
    const out = (text: string): void => {
      writing = options
        .write(text)
        .then(() => {
          writing = null;
          if (ended !== null) resolve(ended);
          else if (again) look();
        })
        .catch((error: unknown) => {
          stop();
          reject(error);
        });
    };
    // The first change after a pause at once, later ones together when it is over.
    const look = (): void => {
      again = writing !== null || pause !== undefined;
      if (again) return;
      pause = setTimeout(() => {
        pause = undefined;
        if (again) look();
      }, LEAST_PAUSE_MS);
      const text = options.text();
      if (text === last) return;
      last = text;
      out(options.inPlace ? `${ERASE_LINE}${text}` : `${text}\n`);
    };
    const leave = store.subscribe(look);
    const { heartbeat, everyMs } = options;
    const beat = heartbeat === null ? undefined : setInterval(() => writing === null && out(`${heartbeat()}\n`), HEARTBEAT_MS);
    const clock = everyMs === null ? undefined : setInterval(look, everyMs);
    const stop = (): void => {
      leave();
      clearInterval(beat);
      clearInterval(clock);
      clearTimeout(pause);
    };
    const end = (code: number) => () => {
      stop();
      ended = code;
      if (writing === null) resolve(code);
    };
    process.once('SIGINT', end(130));
    process.once('SIGTERM', end(143));
    process.once('SIGHUP', end(129));
    look();
  });
}
