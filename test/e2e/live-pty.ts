import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { expect } from 'vitest';

/* The built program on a real pseudo-terminal, its screen kept by a headless emulator. Waits for conditions, never for time. */

/** Another build than dist/ can be named, for instance one that nobody rebuilds meanwhile. */
export const MAIN = path.resolve(process.env.TIDEMARK_TEST_MAIN ?? 'dist/main.js');
export const canRun = existsSync(MAIN) && /^ +live\b/m.test(spawnSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8' }).stdout);
export const VERDICT = /^ ?(\d+ (needs? you|failed|limited|working|your turn)|Nothing is running|No Claude|\d+[!‼✕●✓])/;
const PATIENCE_MS = Number(process.env.TIDEMARK_TEST_PATIENCE ?? 20_000);

export interface Screen {
  readonly pid: number;
  readonly rows: () => readonly string[];
  readonly text: () => string;
  readonly type: (keys: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly signal: (name: string) => void;
  /** Resolves when the condition holds for the screen; fails with the screen's text when it never does. */
  readonly until: (condition: (rows: readonly string[]) => boolean) => Promise<void>;
  /** The same for a text anywhere on the screen. */
  readonly shows: (what: string | RegExp) => Promise<void>;
  readonly exited: Promise<number>;
  readonly raw: () => string;
  /** Each write of the program as it came. */
  readonly writes: () => readonly string[];
  readonly buffer: () => 'normal' | 'alternate';
  readonly modes: () => { readonly mouse: string; readonly paste: boolean; readonly wrap: boolean };
  readonly cursorRow: () => number;
  readonly home: string;
}

const homes: string[] = [];
const running: { kill(signal?: string): void }[] = [];

export function emptyHome(): string {
  const home = mkdtempSync(path.join(tmpdir(), 'tidemark-live-'));
  homes.push(home);
  return home;
}

function environment(home: string, more: Readonly<Record<string, string>>): Record<string, string> {
  const kept = { PATH: process.env.PATH ?? '', HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8', TZ: 'UTC' };
  return { ...kept, XDG_CONFIG_HOME: `${home}/c`, XDG_DATA_HOME: `${home}/d`, XDG_STATE_HOME: `${home}/s`, ...more };
}

export interface OpenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function open(
  command: string,
  args: readonly string[],
  { columns = 120, rows = 40, home = emptyHome(), env = {} }: OpenOptions = {},
): Screen {
  const terminal = new xterm.Terminal({ cols: Math.max(2, columns), rows: Math.max(1, rows), allowProposedApi: true });
  const child = spawn(command, [...args], { cols: columns, rows, cwd: home, env: environment(home, env) });
  running.push(child);
  const written: string[] = [];
  let pending = Promise.resolve();
  child.onData((data) => {
    // What counts as written is what the screen shows: a frame that came in two pieces is whole only with the second.
    pending = new Promise((resolve) =>
      terminal.write(data, () => {
        written.push(data);
        resolve();
      }),
    );
  });
  const exited = new Promise<number>((resolve) => {
    child.onExit(({ exitCode, signal }) => void pending.then(() => resolve(exitCode === 0 && signal ? 128 + signal : exitCode)));
  });
  const screen = (): readonly string[] => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, index) => active.getLine(active.viewportY + index)?.translateToString(true) ?? '');
  };
  const until = (condition: (rows: readonly string[]) => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (how: () => void) => {
        clearTimeout(timer);
        listener.dispose();
        how();
      };
      const check = () => condition(screen()) && give(resolve);
      const timer = setTimeout(() => give(() => reject(new Error(`the screen never showed it:\n${screen().join('\n')}`))), PATIENCE_MS);
      const listener = terminal.onWriteParsed(check);
      void exited.then((code) =>
        condition(screen())
          ? give(resolve)
          : give(() => reject(new Error(`it ended with ${code} before the screen showed it:\n${written.join('')}`))),
      );
      check();
    });
  return {
    pid: child.pid,
    home,
    rows: screen,
    text: () => screen().join('\n'),
    raw: () => written.join(''),
    writes: () => written,
    type: (keys) => child.write(keys),
    signal: (name) => child.kill(name),
    resize: (nextColumns, nextRows) => {
      terminal.resize(nextColumns, nextRows);
      child.resize(nextColumns, nextRows);
    },
    until,
    shows: (what) => until((rows) => (typeof what === 'string' ? rows.join('\n').includes(what) : what.test(rows.join('\n')))),
    exited,
    buffer: () => terminal.buffer.active.type,
    modes: () => ({
      mouse: terminal.modes.mouseTrackingMode,
      paste: terminal.modes.bracketedPasteMode,
      wrap: terminal.modes.wraparoundMode,
    }),
    cursorRow: () => terminal.buffer.active.cursorY,
  };
}

export const live = (options: OpenOptions = {}, ...flags: readonly string[]): Screen =>
  open(process.execPath, [MAIN, 'live', '--demo', ...flags], options);

/** The list with at least one session. */
export const hasList = (rows: readonly string[]): boolean =>
  rows.some((row) => /ACTIVE SESSIONS: \d/.test(row)) && rows.some((row) => /[●○▲◆✓‼✕–?][WIPQYELXU] /.test(row));

const ESC = '\u001b';

/** The screen as at the start: normal buffer, cursor shown, no mode left on, no open frame, no colour (LV-116). */
export function expectRestored(screen: Screen): void {
  const raw = screen.raw();
  const after = (on: string, off: string) => expect(raw.lastIndexOf(off), off).toBeGreaterThanOrEqual(raw.lastIndexOf(on));
  expect(screen.buffer()).toBe('normal');
  after(`${ESC}[?25l`, `${ESC}[?25h`);
  after(`${ESC}[?2026h`, `${ESC}[?2026l`);
  after(`${ESC}[22;0t`, `${ESC}[23;0t`);
  after(`${ESC}[38;`, `${ESC}[m`);
  // None of the keyboard protocols is ever asked for.
  expect(raw).not.toMatch(/\u001b\[(?:>|=|<)[\d;]*[um]/);
  expect(screen.modes()).toEqual({ mouse: 'none', paste: false, wrap: true });
}

export function closeAll(): void {
  for (const child of running.splice(0)) {
    try {
      child.kill('SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
}
