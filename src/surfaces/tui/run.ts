import type { LiveQueries } from '../../monitor/details.ts';
import { checkProcess, endProcess } from '../../platform/end-process.ts';
import type { Env } from '../../platform/env.ts';
import { errnoOf } from '../../platform/errors.ts';
import type { ColourDepth } from '../../platform/terminal.ts';
import { plain } from '../../text/plain.ts';
import { Acting } from './acting.ts';
import { cachedQueries } from './cached-queries.ts';
import { Controller, type ControllerOptions, type SnapshotStore } from './controller.ts';
import type { Run } from './jump.ts';
import { BELL, windowTitle } from './screen/modes.ts';
import { Screen } from './screen/screen.ts';
import { TerminalSession } from './terminal-session.ts';
import { lookOf, resolveTheme } from './theme.ts';
import { recall, remember } from './ui/remember.ts';
import { type FirstState, firstState } from './ui/state.ts';
import { View } from './view.ts';
import { measureAmbiguousWide } from './width.ts';

export type { SnapshotStore } from './controller.ts';

export interface LiveViewOptions extends Omit<ControllerOptions, 'first' | 'debug'> {
  readonly first: FirstState;
  /** Which of `first` a flag or the environment has set: those win over what was remembered. */
  readonly fixed: ReadonlySet<keyof FirstState>;
  readonly colour: ColourDepth;
  readonly env: Env;
  readonly run: Run;
  /** Where what is remembered lies (LV-86). */
  readonly stateDir: string;
  readonly mouse: boolean;
  readonly bell: boolean;
  readonly title: boolean;
  readonly ambiguousWide: boolean;
  readonly debug: boolean;
  /** ms, never going back. */
  readonly monotonic: () => number;
  /** Called once, when the first picture is on its way to the terminal; what it promises is worth more than what the view itself does later. */
  readonly onPicture?: () => Promise<unknown>;
  readonly stdout?: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
}

/** How the view ended: its exit code, or that a person asked for the demo (LV-34). */
export type LiveEnd = { readonly code: number; readonly demo: boolean };

/** Exit codes of signals from outside (LV-118); Ctrl-C as a key is not one of them and gives 0. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;
type Ended = { readonly code: number; readonly demo: boolean } | { readonly error: unknown };

/** The state to begin with: flag and environment, then what was remembered, then the configuration. */
function beginning({ first, fixed, stateDir }: LiveViewOptions): FirstState {
  const known = Object.entries(recall(stateDir)).filter(([key]) => !fixed.has(key as keyof FirstState));
  return { ...first, ...Object.fromEntries(known) };
}

/**
 * Draws the live view on the alternate screen until `q`, Ctrl-C or a signal, gives the terminal back, and resolves to how it ended. An error anywhere
 * in the process ends the view too: the promise rejects with it, after the terminal is restored. Throws at once where the terminal refuses raw mode.
 */
export async function runLiveView(store: SnapshotStore, asked: LiveQueries, options: LiveViewOptions): Promise<LiveEnd> {
  const { stdout = process.stdout, stdin = process.stdin } = options;
  measureAmbiguousWide(options.ambiguousWide);
  const session = new TerminalSession({ stdout, stdin }, { mouse: options.mouse, title: options.title });
  session.take();
  // The last net: whoever calls process.exit, the terminal goes back first.
  const onExit = () => session.give();
  process.on('exit', onExit);
  try {
    return await shown(session, store, asked, options);
  } finally {
    session.give();
    session.release();
    process.off('exit', onExit);
  }
}

/** The view on a terminal that is taken; whoever took it gives it back, whatever is thrown here. */
async function shown(session: TerminalSession, store: SnapshotStore, asked: LiveQueries, options: LiveViewOptions): Promise<LiveEnd> {
  const { stdout = process.stdout } = options;
  let end: (how: Ended) => void = () => {};
  const ended = new Promise<Ended>((resolve) => {
    end = resolve;
  });
  const onError = (error: unknown) => end(isLost(error) ? { code: SIGNALS.SIGHUP, demo: false } : { error });
  const onSignal = (signal: NodeJS.Signals) => end({ code: SIGNALS[signal as keyof typeof SIGNALS], demo: false });
  const signals = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  for (const signal of signals) process.on(signal, onSignal);
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);

  const queries = cachedQueries(asked, options.monotonic);
  const firstLook = beginning(options);
  const look = (theme: FirstState['theme']) =>
    lookOf(resolveTheme(options.colour === 0 ? 'mono' : theme, options.env.COLORFGBG), options.colour);
  const looks = new Map<string, ReturnType<typeof look>>();
  const lookFor = (theme: FirstState['theme']) => {
    const made = looks.get(theme) ?? look(theme);
    looks.set(theme, made);
    return made;
  };
  const screen = new Screen(session, lookFor(firstLook.theme), onError);
  const acting = new Acting({
    env: options.env,
    run: options.run,
    emit: (sequence) => screen.emit(sequence),
    check: checkProcess,
    end: endProcess,
    quit: (demo) => end({ code: 0, demo }),
    repaint: () => {
      store.lookAgain?.();
      screen.invalidate();
    },
    suspend: () => void suspend(),
    remember: ({ sort, inverted, group, theme, folded, presets }) =>
      remember(options.stateDir, { sort, inverted, group, theme, folded, presets }),
  });
  const debug = options.debug ? () => `${screen.count.frames} frames · ${screen.count.bytes} B` : null;
  const controller = new Controller(
    store,
    queries,
    { ...options, first: firstState(firstLook), debug },
    {
      effect: (effect, from) => acting.perform(effect, from),
      needsYou: (count, rose) => {
        if (options.title) screen.emit(windowTitle(plain(count > 0 ? `${count} need you` : 'tidemark', 60)));
        if (options.bell && rose) screen.emit(BELL);
      },
    },
  );
  session.onInput = (input) => controller.press(input);
  let looked: string | null = null;
  controller.subscribe(() => {
    const chosen = controller.picture.context.listing.sessions.find(({ id }) => id === controller.state.selected);
    if (options.env.TMUX === undefined || chosen === undefined || chosen.id === looked) return;
    looked = chosen.id;
    void acting.findTerminal(chosen, controller);
  });
  session.onLost = onError;
  const onResize = () => controller.resize(stdout.columns ?? 0, stdout.rows ?? 0, session.hasKeys);
  stdout.on('resize', onResize);
  let stopped = false;
  const suspend = async () => {
    if (stopped || process.platform === 'win32') return;
    stopped = true;
    await screen.pause();
    session.give();
    // Without a handler the signal stops the process.
    process.off('SIGTSTP', onStop);
    // The whole job stops, so that a shell which started us through another program has its prompt back.
    process.kill(0, 'SIGTSTP');
    // In an orphaned group the system ignores the signal: then the view simply comes back.
    setTimeout(goOn, 50);
  };
  const goOn = () => {
    if (!stopped) return;
    stopped = false;
    process.on('SIGTSTP', onStop);
    session.take();
    // The size may have changed while the signal for that went to the shell: this makes the stream look again.
    process.emit('SIGWINCH', 'SIGWINCH');
    controller.resize(stdout.columns ?? 0, stdout.rows ?? 0, session.hasKeys);
    screen.resume();
  };
  const onStop = () => void suspend();
  process.on('SIGCONT', goOn);
  process.on('SIGTSTP', onStop);
  onResize();

  const prepare = () => {
    screen.restyle(lookFor(controller.state.theme));
    screen.resize(controller.picture.lines[0] === undefined ? 1 : Math.max(1, controller.columns), controller.picture.lines.length);
  };
  // Without keys nothing else would keep the process alive between two snapshots.
  const alive = setInterval(() => {}, 1 << 30);
  const view = new View({ controller, screen, prepare, onError });
  try {
    view.begin(options.onPicture ?? (() => Promise.resolve()));
    const how = await ended;
    if ('error' in how) throw how.error;
    return how;
  } finally {
    clearInterval(alive);
    acting.close();
    controller.close();
    view.close();
    await Promise.race([screen.pause(), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
    stdout.off('resize', onResize);
    for (const signal of signals) process.off(signal, onSignal);
    process.off('SIGCONT', goOn);
    process.off('SIGTSTP', onStop);
    process.off('uncaughtException', onError);
    process.off('unhandledRejection', onError);
  }
}

/** The terminal itself went away: nobody is left to tell (LV-117). */
function isLost(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'EIO' || code === 'EPIPE' || code === 'ENXIO' || code === 'EBADF';
}
