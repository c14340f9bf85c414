import { render } from 'ink';
import { createElement } from 'react';
import { errnoOf } from '../../platform/errors.ts';
import { App, type AppOptions, MOST_FRAMES_PER_SECOND, type SnapshotStore } from './app.tsx';

export type { SnapshotStore } from './app.tsx';

export interface LiveViewOptions extends AppOptions {
  readonly stdout?: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
}

/** Exit codes of signals from outside (LV-118); Ctrl-C as a key is not one of them and gives 0. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

/**
 * Draws the live view on the alternate screen until `q`, Ctrl-C or a signal, gives the terminal back, and resolves to the exit
 * code. An error anywhere in the process ends the view too: the promise rejects with it, after the terminal is restored.
 */
export async function runLiveView(store: SnapshotStore, options: LiveViewOptions): Promise<number> {
  const { stdout = process.stdout, stdin = process.stdin } = options;
  let code = 0;
  let failure: { readonly error: unknown } | null = null;
  // Ink takes a machine with CI set for one without a person and would draw nothing on its terminal.
  const app = render(createElement(App, { store, options }), {
    stdout,
    stdin,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: MOST_FRAMES_PER_SECOND,
  });
  const onSignal = (signal: NodeJS.Signals) => {
    code = SIGNALS[signal as keyof typeof SIGNALS] ?? 1;
    app.unmount();
  };
  const onError = (error: unknown) => {
    // The terminal itself went away: nobody is left to tell (LV-117).
    if (errnoOf(error) === 'EIO' || errnoOf(error) === 'EPIPE') code = SIGNALS.SIGHUP;
    else failure ??= { error };
    app.unmount();
  };
  const signals = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  for (const signal of signals) process.on(signal, onSignal);
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  try {
    await app.waitUntilExit();
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('uncaughtException', onError);
    process.off('unhandledRejection', onError);
  }
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  return code;
}
