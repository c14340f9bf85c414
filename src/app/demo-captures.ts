import { buildCapture, type Capture, type CaptureFacts, type CaptureIdentity, mergeQuota, writeCapture } from '../sessions/captures.ts';
import { ACCOUNT, clientOf, MODEL_NAMES, RESETS } from './demo-cast.ts';
import { CLIENT_VERSION } from './demo-lines.ts';
import { type DemoPlaces, projectDir, transcriptFile } from './demo-places.ts';
import type { DemoSession } from './demo-sessions.ts';

/** What the statusline of a session is told besides its quota. */
export interface DemoFigures {
  /** Tokens in the context; 0 right after a compaction. */
  readonly context: number;
  /** The client's own total. */
  readonly usd: number;
  /** Time spent in requests, ms. */
  readonly apiMs: number;
  readonly pid: number;
}

const FIVE_HOURS_S = 5 * 3600;
const WEEK_S = 7 * 86_400;
/** How fast the quotas rise while the demo runs, points per hour. */
const RISES = { fiveHour: 9, weekly: 0.6 } as const;
const HOUR_MS = 3_600_000;

type Said = Parameters<typeof mergeQuota>[0];

/** What the server says of the account at `now`, for a demo whose table is as of `origin` (epoch ms): the table's word, then whole points more; a new window begins at zero. */
export function quotaAt(origin: number, now: number): Said {
  const table = clientOf('migrate-orders').quota;
  const said = (from: number, used: number, perHour: number, resets: number, length: number) => {
    const end = Math.floor(origin / 1000) + resets;
    const later = Math.max(0, Math.ceil((now / 1000 - end + 1) / length));
    const begun = later === 0 ? from : (end + (later - 1) * length) * 1000;
    const points = (later === 0 ? used : 0) + ((now - begun) / HOUR_MS) * perHour;
    return { used: Math.min(99, Math.max(0, Math.floor(points))), resetsAt: end + later * length };
  };
  return {
    five_hour: said(origin, table.used, RISES.fiveHour, RESETS.fiveHour, FIVE_HOURS_S),
    seven_day: said(origin, table.weekly, RISES.weekly, RESETS.weekly, WEEK_S),
  };
}

/** The statusline captures of one session, written as runs of the statusline write them. */
export class DemoCaptures {
  readonly #places: DemoPlaces;
  readonly #session: DemoSession;
  readonly #window: number;
  #last: Capture | null = null;

  constructor(places: DemoPlaces, session: DemoSession) {
    this.#places = places;
    this.#session = session;
    this.#window = clientOf(session.name).window;
  }

  /** What the table's moment left behind. Epoch ms. */
  first(figures: DemoFigures, origin: number): Capture {
    const { quota, ranAt } = clientOf(this.#session.name);
    const at = origin - quota.at * 1000;
    const ends = quotaAt(origin, origin);
    const said: Capture['quota'] = {
      five_hour: { used: quota.used, resetsAt: ends.five_hour!.resetsAt, at },
      seven_day: { used: quota.weekly, resetsAt: ends.seven_day!.resetsAt, at },
    };
    return this.#write(figures, { quota: said, rejected: 0 }, origin - ranAt * 1000);
  }

  /** A run at `now`, epoch ms. */
  run(figures: DemoFigures, origin: number, now: number): Capture {
    return this.#write(figures, mergeQuota(quotaAt(origin, now), figures.apiMs, this.#last, now), now);
  }

  #write(figures: DemoFigures, merged: ReturnType<typeof mergeQuota>, now: number): Capture {
    const capture = buildCapture(this.#facts(figures), merged, this.#last, now, '');
    writeCapture(this.#places.stateDir, capture, this.#last);
    this.#last = capture;
    return capture;
  }

  #facts({ context, usd, apiMs, pid }: DemoFigures): CaptureFacts {
    const { id, name, model, project } = this.#session;
    const { home, claudeDir: configDir } = this.#places;
    const identity: CaptureIdentity = { configDir, alias: ACCOUNT, kind: 'subscription', pid };
    return {
      sessionId: id,
      configDir,
      version: CLIENT_VERSION,
      cwd: projectDir(home, project),
      transcriptPath: transcriptFile(home, this.#session),
      sessionName: name,
      model: { id: model, name: MODEL_NAMES[model] ?? model },
      context: { used: context, size: this.#window, percent: Math.round((context / this.#window) * 100) },
      cost: { usd, apiMs, durationMs: apiMs * 3, linesAdded: 0, linesRemoved: 0 },
      cache: null,
      effort: 'high',
      identity,
    };
  }
}
