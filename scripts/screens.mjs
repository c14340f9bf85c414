// Captures the demo in a real tmux at the sizes of the requirements into docs/screens/, and the page of keys beside them. Needs a built program and tmux.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyPage } from '../src/surfaces/tui/rows/help.ts';

const SIZES = [
  [200, 60],
  [120, 40],
  [80, 24],
  [60, 20],
  [40, 8],
  [20, 4],
];
const PATIENCE_MS = 30_000;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const dir = mkdtempSync(join(tmpdir(), 'tidemark-screens-'));
const socket = join(dir, 'tmux');
const env = { PATH: process.env.PATH, HOME: dir, TERM: 'xterm-256color', LANG: 'C.UTF-8', TZ: 'UTC' };
const tmux = (...args) => execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], { encoding: 'utf8', env });

/** Waits until the picture holds still with a verdict in it: the demo's first reading is over then. */
async function settled(session) {
  const until = Date.now() + PATIENCE_MS;
  for (let before = ''; Date.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    const now = tmux('capture-pane', '-p', '-t', session);
    if (now === before && /working|your turn|need/.test(now) && !now.includes('reading')) return now;
    before = now;
  }
  throw new Error(`${session} never held still`);
}

mkdirSync('docs/screens', { recursive: true });
try {
  for (const [columns, rows] of SIZES) {
    const session = `live-${columns}x${rows}`;
    const program = `'${process.execPath}' '${join(process.cwd(), 'dist/main.js')}' live --demo --at 2026-11-20T13:42:10Z --token-limit 80M --cost-threshold 25`;
    tmux('new-session', '-d', '-s', session, '-x', String(columns), '-y', String(rows), program);
    const picture = await settled(session);
    const lines = picture
      .replace(/\n$/, '')
      // The demo's directory has another name each time.
      .replaceAll(/(?<=tidemark-demo-)\w{6}/g, 'XXXXXX')
      .split('\n')
      .map((line) => line.trimEnd());
    writeFileSync(`docs/screens/${session}.txt`, `${lines.join('\n')}\n`);
    tmux('send-keys', '-t', session, 'q');
    process.stdout.write(`docs/screens/${session}.txt\n`);
  }
  writeFileSync('docs/screens/live-keys.txt', keyPage());
} finally {
  try {
    tmux('kill-server');
  } catch {
    // Every session has ended, and the server with them.
  }
  rmSync(dir, { recursive: true, force: true });
}
