import type { App } from '../app/open.ts';
import type { Monitor } from '../monitor/monitor.ts';
import type { runProgram } from '../platform/run-program.ts';
import { writeStdout } from '../platform/stdout.ts';
import { describeTerminal, type Terminal } from '../platform/terminal.ts';
import { follow } from '../surfaces/tui/follow.ts';
import { snapshotJson } from '../surfaces/tui/json.ts';
import { statusLine } from '../surfaces/tui/line.ts';
import { plainView } from '../surfaces/tui/plain.ts';
import { type LiveEnd, runLiveView } from '../surfaces/tui/run.ts';
import { measureAmbiguousWide } from '../surfaces/tui/width.ts';
import { firstOf, fixedBy, scopeOf } from './live-first.ts';
import type { LiveFlags } from './live-flags.ts';
import { type Form, formOf } from './live-form.ts';
import { notes } from './notes.ts';

/** What the view is shown with, in any form. */
export interface ShowOptions {
  readonly monitor: Monitor;
  readonly flags: LiveFlags;
  readonly app: App;
  readonly refreshSeconds: number;
  readonly run: typeof runProgram;
  /** Called once: the first picture is on its way to the terminal, or there will be none. */
  readonly onPicture: () => void;
}

interface Showing extends ShowOptions {
  readonly terminal: Terminal;
  readonly ascii: boolean;
}

/** Shows what the monitor sees, in the form that flags, settings and terminal ask for, until it ends. */
export async function show(options: ShowOptions): Promise<LiveEnd> {
  const { monitor, flags, app, onPicture } = options;
  const { config, env } = app;
  const terminal = describeTerminal(env, process.stdout, flags.color === false ? 'never' : config.display.color);
  const utf8 = /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || 'utf-8');
  const showing: Showing = { ...options, terminal, ascii: config.display.ascii || !utf8 };
  let form = formOf(flags, app);
  if (form === 'screen') {
    const end = await drawn(showing);
    if (end !== null) return end;
    form = 'line';
  }
  onPicture();
  measureAmbiguousWide(config.display.ambiguousWide);
  await monitor.ready;
  return form === 'reader' ? await spoken(showing) : await printed(showing, form);
}

/** The full screen; null when the terminal cannot be drawn on after all. */
async function drawn({ monitor, flags, app, refreshSeconds, run, terminal, ascii, onPicture }: Showing): Promise<LiveEnd | null> {
  const { config, env } = app;
  try {
    return await runLiveView(monitor, monitor.queries, {
      first: firstOf(flags, app, refreshSeconds),
      fixed: fixedBy(flags, app),
      ascii,
      hour12: config.display.hour12,
      emoji: config.display.emoji,
      ambiguousWide: config.display.ambiguousWide,
      colour: terminal.colour,
      mouse: config.live.mouse,
      readOnly: config.live.readOnly,
      bell: config.live.bell,
      title: config.live.title,
      maxSessions: config.live.maxSessions,
      scope: scopeOf(flags, config),
      env,
      run,
      stateDir: app.paths.stateDir,
      debug: flags.debug ?? false,
      onPicture: () => {
        onPicture();
        return monitor.ready;
      },
      now: () => app.clock.now(),
      monotonic: () => app.clock.monotonic(),
    });
  } catch (error) {
    if (!isRawModeRefused(error)) throw error;
    await notes(['this terminal cannot be drawn on; one line follows the sessions instead']);
    return null;
  }
}

/** The terminal takes no raw mode (LV-131): a system error of the terminal call, before anything was drawn. */
const isRawModeRefused = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  (error.syscall === 'setRawMode' || error.syscall === 'uv_tty_set_mode' || /setRawMode/.test(error.message));

/** Sentences for a screen reader. */
async function spoken({ monitor, flags, app, refreshSeconds, run }: Showing): Promise<LiveEnd> {
  const { config, env } = app;
  const { runReader } = await import('../surfaces/tui/reader/run.ts');
  return runReader(monitor, monitor.queries, {
    write: writeStdout,
    input: process.stdin,
    once: flags.once ?? false,
    first: firstOf(flags, app, refreshSeconds),
    hour12: config.display.hour12,
    readOnly: config.live.readOnly,
    maxSessions: config.live.maxSessions,
    scope: scopeOf(flags, config),
    now: () => app.clock.now(),
    env,
    run,
    stateDir: app.paths.stateDir,
  });
}

/** A table, a line or JSON: once, or with every change. */
async function printed({ monitor, flags, app, refreshSeconds, terminal, ascii }: Showing, form: Form): Promise<LiveEnd> {
  const { hour12 } = app.config.display;
  const columns = process.stdout.isTTY || app.env.COLUMNS !== undefined ? terminal.columns : 120;
  const done = (code: number): LiveEnd => ({ code, demo: false });
  const json = form === 'json';
  const isLine = form === 'line';
  const text = (): string => {
    const snapshot = monitor.get();
    if (json) return flags.once ? JSON.stringify(snapshotJson(snapshot), null, 2) : JSON.stringify(snapshotJson(snapshot));
    return isLine ? statusLine(snapshot, { columns, ascii, hour12 }) : plainView(snapshot, { columns, ascii, hour12 }).trimEnd();
  };
  const follows = !flags.once && (json || (isLine && (flags.follow === true || !flags.line)));
  if (!follows) {
    await writeStdout(`${text()}\n`);
    return done(0);
  }
  const tick = () => JSON.stringify({ type: 'tick', at: new Date(monitor.get().takenAt).toISOString() });
  const inPlace = isLine && terminal.canDraw;
  const code = await follow(monitor, {
    text,
    write: writeStdout,
    inPlace,
    heartbeat: json ? tick : null,
    everyMs: isLine ? refreshSeconds * 1000 : null,
  });
  if (inPlace) await writeStdout('\n');
  return done(code);
}
