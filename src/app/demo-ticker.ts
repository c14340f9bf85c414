import { appendFileSync, realpathSync } from 'node:fs';
import type { Clock } from '../platform/clock.ts';
import type { TokenCounts } from '../pricing/types.ts';
import { DemoLines } from './demo-lines.ts';
import { threadOf, transcriptFile } from './demo-places.ts';
import { DEMO_SESSIONS, type DemoSession } from './demo-sessions.ts';
import { randomFrom } from './demo-split.ts';

export interface DemoTicker extends Disposable {
  /** The next thing that happens, now. */
  tick(): void;
  close(): void;
}

/** About what a person sees of two busy sessions. */
const TICK_MS = 2500;
/** The context is compacted before it is full, as the client does. Tokens. */
const COMPACT_AT: Readonly<Record<string, number>> = { 'claude-opus-4-5': 190_000, 'claude-haiku-5-5': 95_000 };
const COMPACTED_TO = 24_000;
const BUSY = ['migrate-orders', 'api-docs', 'migrate-orders', 'migrate-orders', 'api-docs'];
/** Ticks after which a waiting session is answered, works for a while, and hands over its turn. */
const ANSWERED: Readonly<Record<string, number>> = { 'fix-login-flake': 12, 'checkout-redesign': 30 };
const WORKS_FOR = 6;

/** Lets the demo live: appends to its transcripts now and then, as the client does. Starts at once; `close` stops it. */
export function demoTicker(dir: string, clock: Clock, everyMs = TICK_MS): DemoTicker {
  const home = realpathSync(dir);
  const actors = new Map(DEMO_SESSIONS.map((session) => [session.name, new Actor(home, session, clock)]));
  let count = 0;
  const tick = () => {
    count += 1;
    actors.get(BUSY[count % BUSY.length]!)?.work(false);
    for (const [name, at] of Object.entries(ANSWERED)) {
      const worked = count - at;
      if (worked >= 0 && worked < WORKS_FOR) actors.get(name)?.work(worked === WORKS_FOR - 1);
    }
  };
  const timer = setInterval(tick, everyMs);
  timer.unref();
  const close = () => clearInterval(timer);
  return { tick, close, [Symbol.dispose]: close };
}

/** One session that goes on. */
class Actor {
  readonly #file: string;
  readonly #lines: DemoLines;
  readonly #random: () => number;
  readonly #clock: Clock;
  readonly #session: DemoSession;
  #context: number;

  constructor(home: string, session: DemoSession, clock: Clock) {
    this.#file = transcriptFile(home, session);
    this.#random = randomFrom(`${session.id} live`);
    this.#lines = new DemoLines(threadOf(home, session), this.#random);
    this.#clock = clock;
    this.#session = session;
    this.#context = session.stretches.at(-1)!.tokens.cacheRead;
  }

  work(endsTurn: boolean): void {
    const at = this.#clock.now();
    const limit = COMPACT_AT[this.#session.model];
    let text = '';
    if (limit !== undefined && this.#context > limit) {
      text += this.#lines.compaction(at - 2, this.#context, COMPACTED_TO);
      this.#context = COMPACTED_TO;
    }
    text += this.#lines.toolResult(at - 1);
    text += this.#lines.response(at, this.#tokens(), endsTurn ? 'turn' : { tool: this.#random() < 0.5 ? 'Read' : 'Edit' });
    appendFileSync(this.#file, text);
  }

  /** What is written to the cache now is read from it next time. */
  #tokens(): TokenCounts {
    const written = 400 + Math.floor(this.#random() * 1800);
    const hour = this.#session.model !== 'claude-haiku-5-5';
    const tokens = {
      input: 4 + Math.floor(this.#random() * 20),
      output: 60 + Math.floor(this.#random() ** 2 * 1500),
      cacheWrite5m: hour ? 0 : written,
      cacheWrite1h: hour ? written : 0,
      cacheRead: this.#context,
    };
    this.#context += written;
    return tokens;
  }
}
