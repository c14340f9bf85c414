import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { closeAll, emptyHome, MAIN, open, type Screen } from './live-pty.ts';

/* `statusline configure` on a pseudo-terminal: what a person chooses is what the next real run shows (SL-40). */

afterEach(closeAll);

const PAYLOAD = JSON.stringify({
  session_id: 's',
  cwd: '/home/dev/api',
  model: { id: 'claude-opus-5-5', display_name: 'Opus 5.5' },
  context_window: { context_window_size: 1_000_000, used_percentage: 33 },
});
const COMMENTED = '# mine\nstatusline:\n  theme: terminal # as the terminal\ndisplay:\n  timezone: utc\n';

function homeWith(text: string): { readonly home: string; readonly file: string } {
  const home = emptyHome();
  const file = path.join(home, 'c/tidemark/config.yaml');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return { home, file };
}

/** The client's next run. */
function line(home: string): string {
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: `${home}/c`,
    XDG_DATA_HOME: `${home}/d`,
    XDG_STATE_HOME: `${home}/s`,
    NO_COLOR: '1',
    TZ: 'UTC',
  };
  return spawnSync(process.execPath, [MAIN, 'statusline'], { input: PAYLOAD, env, encoding: 'utf8' }).stdout;
}

const configure = (home: string, columns = 120, rows = 40): Screen =>
  open(process.execPath, [MAIN, 'statusline', 'configure'], { home, columns, rows });
const UP = '\x1b[A';
const DOWN = '\x1b[B';
const RIGHT = '\x1b[C';

describe.each([
  [120, 40],
  [40, 10],
])('SL-40 statusline configure at %i×%i', (columns, rows) => {
  test('a layout and an order chosen: drawn after each key, saved with comments kept, followed by the next run', async () => {
    const { home, file } = homeWith(COMMENTED);
    const screen = configure(home, columns, rows);
    await screen.shows('> Layout      < compact >');
    screen.type(RIGHT + RIGHT);
    await screen.shows('< minimal >');
    await screen.shows(/(1 needs you|▲1) · api · Opus 5\.5/);
    // The list begins below theme, glyphs and profile: attention, dir, model.
    screen.type(DOWN.repeat(6));
    await screen.shows('> [x] model');
    screen.type('K');
    await screen.shows(/(1 needs you|▲1) · Opus 5\.5 · api/);
    screen.type('\r');
    expect(await screen.exited).toBe(0);
    expect(screen.buffer()).toBe('normal');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('# mine\nstatusline:\n  theme: terminal # as the terminal\n');
    expect(text).toContain('layout: minimal');
    expect(line(home)).toBe('Opus 5.5 · api · ctx 33%');
  });

  test.each([
    ['Esc', '\x1b'],
    ['Ctrl-C', '\x03'],
    ['q', 'q'],
  ])('%s changes nothing', async (_, key) => {
    const { home, file } = homeWith(COMMENTED);
    const before = line(home);
    const screen = configure(home, columns, rows);
    await screen.shows('< compact >');
    screen.type(RIGHT);
    await screen.shows('< classic >');
    screen.type(UP);
    screen.type(key);
    expect(await screen.exited).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(COMMENTED);
    expect(existsSync(path.join(home, 's/tidemark/config.json'))).toBe(false);
    expect(line(home)).toBe(before);
    expect(screen.buffer()).toBe('normal');
  });
});

test('SL-40 without a terminal, or with a broken file: one sentence', () => {
  const { home } = homeWith('statusline: [\n');
  const env = { HOME: home, XDG_CONFIG_HOME: `${home}/c`, PATH: process.env.PATH ?? '' };
  const ended = spawnSync(process.execPath, [MAIN, 'statusline', 'configure'], { env, encoding: 'utf8' });
  expect(ended.status).toBe(2);
  expect(ended.stderr).toMatch(/^tidemark: statusline configure needs a terminal; [^\n]+\n$/);
});

test('SL-40 a broken file is named and left alone', async () => {
  const { home, file } = homeWith('statusline: [\n');
  const screen = configure(home);
  expect(await screen.exited).toBe(78);
  expect(screen.raw()).toMatch(/tidemark: .*config\.yaml:\d/);
  expect(readFileSync(file, 'utf8')).toBe('statusline: [\n');
});
