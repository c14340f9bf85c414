import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LiveHome } from '../../bench/live-home.ts';
import { bundleEntry } from './live-bundle.ts';
import { canRun, closeAll, emptyHome, MAIN, open, type Screen } from './live-pty.ts';

/* Stopping real processes from a real terminal (LV-120, alerts.md KIL-1 … KIL-7). */

let entry: Awaited<ReturnType<typeof bundleEntry>>;
const children: ChildProcess[] = [];
beforeAll(async () => {
  entry = await bundleEntry();
});
afterAll(() => {
  closeAll();
  for (const child of children) child.kill('SIGKILL');
  entry.remove();
});

/** A process that ignores some signals: what a shell ignores stays ignored in the program it becomes. */
function child(ignored: string, options: { readonly uid?: number } = {}): ChildProcess {
  const trap = ignored === '' ? '' : `trap "" ${ignored}; `;
  const started = spawn('/bin/sh', ['-c', `${trap}exec sleep 100`], { stdio: 'ignore', ...options });
  children.push(started);
  return started;
}

function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
}

/** Ready once the shell has become `sleep`: before that its traps may not stand. */
async function asProcess(one: ChildProcess, more: Readonly<Record<string, unknown>> = {}) {
  const pid = one.pid!;
  while (!readFileSync(`/proc/${pid}/stat`, 'latin1').includes('(sleep)')) await new Promise((resolve) => setTimeout(resolve, 5));
  return { pid, procStart: startOf(pid), kind: 'interactive', entrypoint: 'cli', version: null, startedAt: null, ...more };
}

const gone = (one: ChildProcess): Promise<string | null> =>
  one.exitCode !== null || one.signalCode !== null
    ? Promise.resolve(one.signalCode)
    : new Promise((resolve) => one.once('exit', (_code, by) => resolve(by)));
const runs = (one: ChildProcess): boolean => one.exitCode === null && one.signalCode === null;

async function view(processes: readonly unknown[], ...more: readonly string[]): Promise<Screen> {
  const screen = open(process.execPath, [entry.file, 'none', JSON.stringify(processes), ...more], { columns: 120, rows: 40 });
  await screen.until((rows) => rows.some((row) => row.startsWith('> ▲P fix-login-flake')));
  return screen;
}

describe.skipIf(process.platform !== 'linux')('stop, LV-120', () => {
  test.concurrent('obeys INT: one signal, then how to resume', async () => {
    const one = child('');
    const screen = await view([await asProcess(one)]);
    screen.type('x');
    await screen.shows(new RegExp(`stop fix-login-flake · project api-server[\\s\\S]*pid ${one.pid} · needs permission`));
    await screen.shows('running with it: nothing else');
    await screen.shows('y stops it, any other key leaves');
    screen.type('y');
    await screen.shows('stopped; transcript kept; resume with `claude --resume 02085a6f');
    expect(await gone(one)).toBe('SIGINT');
  });

  test.concurrent('obeys only TERM: both steps are shown', async () => {
    const one = child('INT');
    const screen = await view([await asProcess(one)]);
    screen.type('xy');
    await screen.shows('INT sent, waiting up to 5 s');
    await screen.shows('TERM sent, waiting up to 5 s');
    await screen.shows('stopped; transcript kept');
    expect(await gone(one)).toBe('SIGTERM');
  });

  test.concurrent('obeys neither: KILL only after a second y', async () => {
    const one = child('INT TERM');
    const screen = await view([await asProcess(one)]);
    screen.type('xy');
    await screen.shows('y kills it (KILL), any other key leaves');
    expect(runs(one)).toBe(true);
    screen.type('y');
    await screen.shows('stopped; transcript kept');
    expect(await gone(one)).toBe('SIGKILL');
  });

  test.concurrent('the second question refused: it lives on', async () => {
    const one = child('INT TERM');
    const screen = await view([await asProcess(one)]);
    screen.type('xy');
    await screen.shows('y kills it (KILL)');
    screen.type('n');
    await screen.shows('not stopped: it did not end by INT and TERM');
    expect(runs(one)).toBe(true);
  });

  test.concurrent('replaced: the number is another process now', async () => {
    const one = child('');
    const screen = await view([await asProcess(one, { procStart: '1' })]);
    screen.type('x');
    await screen.shows('not stopped: the process was replaced by another with its number');
    expect(runs(one)).toBe(true);
  });

  (process.getuid?.() === 0 ? test.concurrent : test.skip)("another user's (needs root to make one)", async () => {
    const one = child('', { uid: 65534 });
    const screen = await view([await asProcess(one)]);
    screen.type('x');
    await screen.shows('not stopped: the process belongs to another user');
    expect(runs(one)).toBe(true);
  });

  test.concurrent('already gone, before the question and after it', async () => {
    const [one, two] = [child(''), child('')];
    const [first, second] = [await asProcess(one), await asProcess(two)];
    one.kill('SIGKILL');
    await gone(one);
    const screen = await view([first]);
    screen.type('x');
    await screen.shows('not stopped: the process is already gone');
    const other = await view([second]);
    other.type('x');
    await other.shows('y stops it');
    two.kill('SIGKILL');
    await gone(two);
    other.type('y');
    await other.shows('not stopped: the process is already gone');
  });

  test.concurrent('the process that the view runs in', async () => {
    const screen = await view([{ ...(await asProcess(child(''))), pid: process.pid, procStart: startOf(process.pid) }]);
    screen.type('x');
    await screen.shows('not stopped: this view runs inside that process');
  });

  test.concurrent('several processes: its number chooses which (KIL-5)', async () => {
    const [one, two] = [child(''), child('')];
    const screen = await view([await asProcess(one), await asProcess(two, { kind: 'bg' })]);
    screen.type('x');
    await screen.shows('2 processes have fix-login-flake open');
    await screen.shows(`2  pid ${two.pid} · bg`);
    screen.type('y');
    await screen.shows('nothing was stopped');
    screen.type('x2');
    await screen.shows(`pid ${two.pid} · needs permission`);
    screen.type('y');
    await screen.shows('stopped; transcript kept');
    expect(await gone(two)).toBe('SIGINT');
    expect(runs(one)).toBe(true);
  });

  test.concurrent('no single key ends anything; --read-only has no x', async () => {
    const one = child('');
    const screen = await view([await asProcess(one)]);
    for (const key of 'xnxqyYktf') screen.type(key);
    const read = await view([await asProcess(one)], '--read-only');
    read.type('xy');
    await read.shows('copied session id');
    expect(read.text()).not.toContain('STOP A SESSION');
    expect(runs(one)).toBe(true);
  });
});

describe.skipIf(process.platform !== 'linux' || !canRun)('stop in the built program', () => {
  test('a session of the registry ends, and its row says so (KIL-6)', async () => {
    const dir = emptyHome();
    using made = new LiveHome(path.join(dir, 'home'), 2);
    const screen = open(process.execPath, [MAIN, 'live', '--sort', 'name'], { home: made.dir });
    await screen.until((rows) => rows.some((row) => /^> ●W s000 /.test(row)));
    screen.type('x');
    await screen.shows(/stop s000 · project project-0[\s\S]*y stops it, any other key leaves/);
    screen.type('y');
    await screen.shows('stopped; transcript kept; resume with');
    await screen.until((rows) => rows.some((row) => /–X s000 /.test(row)) && rows.some((row) => /●W s001 /.test(row)));
    screen.type('q');
    expect(await screen.exited).toBe(0);
  });
});
