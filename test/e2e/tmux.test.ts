import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jumpTo } from '../../src/surfaces/tui/jump.ts';
import { canRun, MAIN, VERDICT } from './live-pty.ts';

/** In a real tmux on its own socket: sizes, split panes, Ctrl-Z, jump. Install it with: apt-get install tmux */

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const PATIENCE_MS = 20_000;
let dir = '';
let env: Record<string, string> = {};
const tmux = (...args: readonly string[]) =>
  execFileSync('tmux', ['-S', path.join(dir, 's'), '-f', '/dev/null', ...args], { encoding: 'utf8', env });
const capture = (target: string) => tmux('capture-pane', '-p', '-t', target);

async function shows(target: string, condition: (text: string) => boolean): Promise<string> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const text = capture(target);
    if (condition(text)) return text;
    if (performance.now() > until) throw new Error(`the pane never showed it:\n${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const start = (name: string, columns: number, rows: number, command: string) =>
  tmux('new-session', '-d', '-s', name, '-x', String(columns), '-y', String(rows), command);
const program = `'${process.execPath}' '${MAIN}' live --demo`;

describe.skipIf(!canRun || !hasTmux)('in tmux (apt-get install tmux)', () => {
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'tidemark-tmux-'));
    env = { PATH: process.env.PATH ?? '', HOME: dir, TERM: 'xterm-256color', LANG: 'C.UTF-8', TZ: 'UTC', SHELL: '/bin/sh' };
    // Keeps the server: it ends with its last session, and one that is ending takes no new ones.
    start('keep', 80, 24, 'sleep 300');
  });
  afterAll(() => {
    spawnSync('tmux', ['-S', path.join(dir, 's'), 'kill-server'], { env });
    rmSync(dir, { recursive: true, force: true });
  });

  test.each([
    [200, 60],
    [120, 40],
    [80, 24],
    [60, 20],
    [40, 8],
    [20, 4],
  ])('%i×%i: the top row is the verdict, no row is wider (LV-1, LV-41)', async (columns, rows) => {
    const name = `s${columns}`;
    start(name, columns, rows, program);
    const text = await shows(
      name,
      (shown) => VERDICT.test(shown.split('\n')[rows >= 30 ? 1 : 0] ?? '') && /[●○▲◆✓‼✕–?][WIPQYELXU] /.test(shown),
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    tmux('send-keys', '-t', name, 'q');
  });

  test('--emoji: columns stay aligned under the titles (LV-6)', async () => {
    start('emoji', 120, 40, `${program} --emoji`);
    const text = await shows('emoji', (shown) => shown.includes('📊') && /[●][W] /.test(shown));
    const rows = text.split('\n').filter((line) => /[●○▲◆✓‼✕–?][WIPQYELXU] /.test(line));
    expect(new Set(rows.map((line) => line.search(/\$\d|<\$/) >= 0)).size).toBe(1);
    tmux('send-keys', '-t', 'emoji', 'q');
  });

  test('a split pane gets its layout (LV-44)', async () => {
    start('split', 200, 60, program);
    await shows('split', (text) => text.includes(' │ '));
    tmux('split-window', '-h', '-t', 'split', 'sleep 60');
    const text = await shows('split:0.0', (shown) => shown.includes('ACTIVE SESSIONS') && !/ │ .*(?:DETAILS|sessions ›)/.test(shown));
    expect(text.split('\n')[1]).toMatch(VERDICT);
    tmux('kill-session', '-t', 'split');
  });

  test('Ctrl-Z gives the terminal back and stops, fg comes back at the new size (LV-117)', async () => {
    start('stop', 120, 40, '/bin/sh');
    tmux('send-keys', '-t', 'stop', 'set -m; PS1="prompt> "', 'Enter');
    tmux('send-keys', '-t', 'stop', program, 'Enter');
    await shows('stop', (text) => text.includes('ACTIVE SESSIONS') && text.includes('> '));
    tmux('send-keys', '-t', 'stop', 'C-z');
    await shows('stop', (text) => /prompt> *$/.test(text.trimEnd()) && !text.includes('TIDEMARK'));
    tmux('resize-window', '-t', 'stop', '-x', '80', '-y', '24');
    tmux('send-keys', '-t', 'stop', 'fg', 'Enter');
    const text = await shows('stop', (shown) => VERDICT.test(shown.split('\n')[0] ?? '') && shown.includes('ACTIVE SESSIONS'));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    tmux('send-keys', '-t', 'stop', 'q');
    await shows('stop', (shown) => /prompt> *$/.test(shown.trimEnd()));
    tmux('kill-session', '-t', 'stop');
  });

  test('jump lands in the pane of the process, whatever sessions are called (LV-121)', async () => {
    for (const name of ['plain', 'a b;c', "it's $(x)"]) {
      start(name, 80, 24, 'sleep 100');
      tmux('split-window', '-t', `=${name}:`, 'sleep 100');
    }
    const panes = tmux('list-panes', '-a', '-F', '#{pane_pid} #{pane_id}')
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]);
    const run = async (file: string, args: readonly string[]): Promise<string | null> => {
      const all = file === 'tmux' ? ['-S', path.join(dir, 's'), ...args] : args;
      // Without an attached client there is none to switch; the pane is chosen all the same.
      const done = spawnSync(file, all, { encoding: 'utf8', env });
      return done.status === 0 || args[0] === 'switch-client' ? done.stdout : null;
    };
    expect(panes.length).toBeGreaterThanOrEqual(6);
    for (const [pid, pane] of panes.slice(-6)) {
      expect(await jumpTo(run, { TMUX: 'x' }, Number(pid))).toMatchObject({ jumped: true });
      expect(tmux('display-message', '-p', '-t', pane, '#{pane_active}').trim()).toBe('1');
    }
  });
});
