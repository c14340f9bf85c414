import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { afterEach, describe, expect, test } from 'vitest';

/** The built program on a real pseudo-terminal, its screen kept by a headless emulator. Waits for conditions, never for time. */

const MAIN = path.resolve('dist/main.js');
const canRun = existsSync(MAIN) && /^ +live\b/m.test(spawnSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8' }).stdout);
const PATIENCE_MS = 20_000;
const VERDICT = /^ ?(\d+ (needs? you|failed|limited|working|your turn)|Nothing is running|\d+[!‼✕●✓])/;

interface Screen {
  readonly rows: () => readonly string[];
  readonly type: (keys: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly signal: (name: string) => void;
  /** Resolves when the condition holds for the screen; fails with the screen's text when it never does. */
  readonly until: (condition: (rows: readonly string[]) => boolean) => Promise<void>;
  readonly exited: Promise<number>;
  readonly raw: () => string;
  readonly buffer: () => 'normal' | 'alternate';
  readonly modes: () => { readonly mouse: string; readonly paste: boolean };
}

const homes: string[] = [];
const running: { kill(): void }[] = [];

function emptyHome(): string {
  const home = mkdtempSync(path.join(tmpdir(), 'tidemark-live-'));
  homes.push(home);
  return home;
}

function environment(home: string, more: Readonly<Record<string, string>>): Record<string, string> {
  const kept = { PATH: process.env.PATH ?? '', HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8', TZ: 'UTC' };
  return { ...kept, XDG_CONFIG_HOME: `${home}/c`, XDG_DATA_HOME: `${home}/d`, XDG_STATE_HOME: `${home}/s`, ...more };
}

function open(
  command: string,
  args: readonly string[],
  columns: number,
  rows: number,
  home: string,
  env: Readonly<Record<string, string>> = {},
): Screen {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const child = spawn(command, [...args], { cols: columns, rows, cwd: home, env: environment(home, env) });
  running.push(child);
  let raw = '';
  let pending = Promise.resolve();
  child.onData((data) => {
    raw += data;
    pending = new Promise((resolve) => terminal.write(data, resolve));
  });
  const exited = new Promise<number>((resolve) => {
    child.onExit(({ exitCode, signal }) => void pending.then(() => resolve(exitCode === 0 && signal ? 128 + signal : exitCode)));
  });
  const screen = (): readonly string[] => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, index) => active.getLine(active.viewportY + index)?.translateToString(true) ?? '');
  };
  return {
    rows: screen,
    raw: () => raw,
    type: (keys) => child.write(keys),
    signal: (name) => child.kill(name),
    resize: (nextColumns, nextRows) => {
      terminal.resize(nextColumns, nextRows);
      child.resize(nextColumns, nextRows);
    },
    until: (condition) =>
      new Promise((resolve, reject) => {
        const give = (how: () => void) => {
          clearTimeout(timer);
          listener.dispose();
          how();
        };
        const check = () => condition(screen()) && give(resolve);
        const timer = setTimeout(() => give(() => reject(new Error(`the screen never showed it:\n${screen().join('\n')}`))), PATIENCE_MS);
        const listener = terminal.onWriteParsed(check);
        void exited.then((code) => give(() => reject(new Error(`it ended with ${code} before the screen showed it:\n${raw}`))));
        check();
      }),
    exited,
    buffer: () => terminal.buffer.active.type,
    modes: () => ({ mouse: terminal.modes.mouseTrackingMode, paste: terminal.modes.bracketedPasteMode }),
  };
}

const live = (columns: number, rows: number, env: Readonly<Record<string, string>> = {}): Screen =>
  open(process.execPath, [MAIN, 'live', '--demo'], columns, rows, emptyHome(), env);

const hasList = (rows: readonly string[]): boolean =>
  rows.some((row) => /ACTIVE SESSIONS: \d/.test(row)) && rows.some((row) => /[●○▲◆✓‼✕–?][WIPQYELXU] /.test(row));

/** The screen as at the start: normal buffer, cursor shown after it was last hidden, no mode left on, no open frame. */
function expectRestored(screen: Screen): void {
  const raw = screen.raw();
  expect(screen.buffer()).toBe('normal');
  expect(raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'));
  expect(raw.lastIndexOf('\u001b[?2026l')).toBeGreaterThanOrEqual(raw.lastIndexOf('\u001b[?2026h'));
  expect(screen.modes()).toEqual({ mouse: 'none', paste: false });
}

afterEach(() => {
  for (const child of running.splice(0)) {
    try {
      child.kill();
    } catch {
      // It has ended already.
    }
  }
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

describe.skipIf(!canRun)('tidemark live on a terminal (needs dist/main.js with `live`: npm run build)', { timeout: 60_000 }, () => {
  test('the verdict is on top, the sections follow in order, q ends with 0 (LV-1, LV-40, LV-118)', async () => {
    const screen = live(80, 24);
    await screen.until((rows) => VERDICT.test(rows[0] ?? '') && hasList(rows));
    expect(screen.buffer()).toBe('alternate');
    const titles = screen.rows().flatMap((row) => /^── ([A-Z-]+(?: [A-Z]+)*)/.exec(row)?.[1] ?? []);
    const order = ['ACTIVE SESSIONS', 'COMBINED USAGE', 'PER-PROJECT BREAKDOWN', 'WARNINGS'];
    expect(titles).toEqual(order.filter((title) => titles.includes(title)));
    expect(titles).toContain('COMBINED USAGE');
    screen.type('q');
    expect(await screen.exited).toBe(0);
    expectRestored(screen);
  });

  test('Ctrl-C as a key ends with 0 (LV-118)', async () => {
    const screen = live(80, 24);
    await screen.until(hasList);
    screen.type('\u0003');
    expect(await screen.exited).toBe(0);
    expectRestored(screen);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ])('%s ends with %i and gives the terminal back (LV-116, LV-118)', async (name, code) => {
    const screen = live(80, 24);
    await screen.until(hasList);
    screen.signal(name);
    expect(await screen.exited).toBe(code);
    expectRestored(screen);
  });

  test('a resize to 20×4 and back draws each size whole (LV-44)', async () => {
    const screen = live(200, 60);
    await screen.until((rows) => hasList(rows) && rows.some((row) => row.includes(' │ ')));
    screen.resize(20, 4);
    await screen.until(
      (rows) =>
        VERDICT.test(rows[0] ?? '') && !rows.some((row) => row.includes('TIDEMARK')) && /[●○▲◆✓‼✕–?][WIPQYELXU] /.test(rows[3] ?? ''),
    );
    screen.resize(200, 60);
    await screen.until((rows) => /TIDEMARK/.test(rows[0] ?? '') && VERDICT.test(rows[1] ?? '') && hasList(rows));
    for (const row of screen.rows()) expect(row.length).toBeLessThanOrEqual(200);
    screen.type('q');
    expect(await screen.exited).toBe(0);
    expectRestored(screen);
  });

  test('keys: ? explains the letters, + lengthens the interval, f holds the picture (LV-57, LV-84)', async () => {
    const screen = live(120, 40);
    await screen.until(hasList);
    screen.type('?');
    await screen.until((rows) => rows.some((row) => row.includes('P needs permission')));
    screen.type('?');
    await screen.until((rows) => rows.some((row) => row.includes('refresh 5 s')));
    screen.type('+');
    await screen.until((rows) => rows.some((row) => row.includes('refresh 10 s')));
    screen.type('f');
    await screen.until((rows) => /FROZEN \d\d:\d\d:\d\d/.test(rows[0] ?? ''));
    screen.type('f');
    await screen.until((rows) => /live/.test(rows[0] ?? ''));
    screen.type('q');
    expect(await screen.exited).toBe(0);
  });

  test('CI in the environment still draws; NO_COLOR leaves no colour (LV-100, LV-130)', async () => {
    const screen = live(80, 24, { CI: '1', NO_COLOR: '1' });
    await screen.until(hasList);
    screen.type('q');
    expect(await screen.exited).toBe(0);
    expect(screen.raw()).not.toMatch(/\u001b\[[\d;]*\b3[0-7]\b[\d;]*m/);
    expect(screen.raw()).not.toMatch(/\u0007|\u001b\][02];/);
  });

  test('the line settings of the terminal are what they were before (LV-116)', async () => {
    const home = emptyHome();
    const script = `stty -a > before; "${process.execPath}" "${MAIN}" live --demo; echo "code $?" > code; stty -a > after`;
    const screen = open('/bin/sh', ['-c', script], 80, 24, home);
    await screen.until(hasList);
    screen.type('q');
    await screen.exited;
    const read = (name: string) => readFileSync(path.join(home, name), 'utf8').trim();
    expect(read('code')).toBe('code 0');
    expect(read('after')).toBe(read('before'));
    expectRestored(screen);
  });
});
