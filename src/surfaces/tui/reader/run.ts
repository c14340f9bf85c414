import { createInterface } from 'node:readline';
import type { LiveQueries } from '../../../monitor/details.ts';
import { checkProcess, endProcess } from '../../../platform/end-process.ts';
import type { Env } from '../../../platform/env.ts';
import { Acting } from '../acting.ts';
import type { SnapshotStore } from '../controller.ts';
import type { Run } from '../jump.ts';
import { recall, remember } from '../ui/remember.ts';
import type { UiState } from '../ui/state.ts';
import { COMMANDS } from './commands.ts';
import { LEAST_BATCH_SECONDS, Reader, type ReaderSetting } from './reader.ts';

export interface ReaderOptions extends Omit<ReaderSetting, 'commands'> {
  readonly write: (text: string) => Promise<void>;
  readonly input: NodeJS.ReadableStream;
  readonly once: boolean;
  readonly env: Env;
  readonly run: Run;
  readonly stateDir: string;
  /** Replaceable in tests. */
  readonly check?: typeof checkProcess;
  readonly end?: typeof endProcess;
}

const kept = ({ sort, inverted, group, theme, folded, presets }: UiState) => ({ sort, inverted, group, theme, folded, presets });

/** Speaks at the start, then at most one batch every 5 s, and answers lines; resolves to how it ended. */
export function runReader(
  store: SnapshotStore,
  queries: LiveQueries,
  options: ReaderOptions,
): Promise<{ readonly code: number; readonly demo: boolean }> {
  const { write, input, once, env, run, stateDir } = options;
  let queue: Promise<void> = Promise.resolve();
  const say = (lines: readonly string[]): void => {
    if (lines.length > 0) queue = queue.then(() => write(`${lines.join('\n')}\n`));
  };
  const acting = new Acting({
    env,
    run,
    // The clipboard's sequence draws nothing.
    emit: (sequence) => {
      queue = queue.then(() => write(sequence));
    },
    check: options.check ?? checkProcess,
    end: options.end ?? endProcess,
    quit: () => {},
    repaint: () => store.lookAgain?.(),
    suspend: () => {},
    remember: (state) => remember(stateDir, kept(state)),
  });
  const reader = new Reader(store, queries, { ...options, commands: COMMANDS }, acting, say);
  const { presets } = recall(stateDir);
  if (presets !== undefined) reader.set({ presets });
  say(reader.batch());
  if (once) return queue.then(() => ({ code: 0, demo: false }));
  return new Promise((resolve, reject) => {
    let quiet = 0;
    const timer = setInterval(() => {
      quiet += LEAST_BATCH_SECONDS;
      if (quiet < reader.batchSeconds) return;
      quiet = 0;
      say(reader.batch());
    }, LEAST_BATCH_SECONDS * 1000);
    const lines = createInterface({ input });
    const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
    const end = (code: number, demo: boolean): void => {
      clearInterval(timer);
      acting.close();
      lines.close();
      for (const [signal, stop] of stops) process.off(signal, stop);
      queue.then(() => resolve({ code, demo }), reject);
    };
    const stops = Object.entries(signals).map(([signal, code]) => [signal as NodeJS.Signals, () => end(code, false)] as const);
    for (const [signal, stop] of stops) process.once(signal, stop);
    lines.on('line', (line) => {
      try {
        say(reader.answer(line));
      } catch (error) {
        reject(error);
      }
      if (reader.ended !== null) end(0, reader.ended.demo);
    });
  });
}
