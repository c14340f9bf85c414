import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { KeptProcesses, MAX_KEPT } from './kept-processes.ts';
import { systemProcesses } from './processes.ts';

const fakes = vi.hoisted(() => ({ pids: new Map<number, number>(), fails: null as string | null, gets: null as (() => void) | null }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  // A process with another's pid cannot be had at will: who has a pid is told here, and an open descriptor stays what it is.
  const placeOf = (path: unknown): string => {
    const [, pid, name] = /^\/proc\/(\d+)\/(statm?)$/.exec(String(path)) ?? [];
    if (pid === undefined) return String(path);
    if (fakes.fails !== null) throw Object.assign(new Error(fakes.fails), { code: fakes.fails });
    if (name === 'stat') fakes.gets?.();
    return `/proc/${fakes.pids.get(Number(pid)) ?? pid}/${name}`;
  };
  const openSync = (path: string, ...more: [string]) => fs.openSync(placeOf(path), ...more);
  const readFileSync = (path: string, ...more: ['latin1']) => fs.readFileSync(placeOf(path), ...more);
  return { ...fs, openSync, readFileSync };
});

const onLinux = describe.skipIf(process.platform !== 'linux');
let table: KeptProcesses;
const children: ChildProcess[] = [];
beforeEach(() => {
  table = new KeptProcesses();
});
afterEach(() => {
  table.close();
  Object.assign(fakes, { fails: null, gets: null });
  fakes.pids.clear();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const sleeper = (): { readonly pid: number; readonly procStart: string; readonly startedAt: null; end(): Promise<void> } => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  children.push(child);
  const end = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return { pid: child.pid!, procStart: systemProcesses.procStart(child.pid!)!, startedAt: null, end };
};
/** Descriptors of this process that lead to a process's memory. */
const open = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    const link = `/proc/self/fd/${fd}`;
    if (!existsSync(link)) return [];
    const target = readlinkSync(link);
    return /^\/proc\/\d+\/statm$/.test(target) ? [target] : [];
  });

onLinux('LS-10, LV-113: the processes that are asked for again and again', () => {
  test('who lives is asked with what is kept open; who is killed is dead at the next look, and let go', async () => {
    const one = sleeper();
    expect([table.isAlive(one), table.isAlive(one), table.isAlive({ ...one, procStart: '1' })]).toEqual([true, true, false]);
    expect(open()).toEqual([`/proc/${one.pid}/statm`]);
    await one.end();
    expect([table.isAlive(one), table.isAlive(one)]).toEqual([false, false]);
    expect(open()).toEqual([]);
  });

  test('a killed client that its parent has not noticed yet is dead', async () => {
    // The shell never waits for its child.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(parent);
    const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
    const pid = Number(line.toString());
    const one = { pid, procStart: systemProcesses.procStart(pid), startedAt: null };
    expect(table.isAlive(one)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(table.isAlive(one)).toBe(false));
    expect([table.isAlive(one), open()]).toEqual([false, []]);
  });

  test('a process that got the pid of one that ended is never taken for it, and is known by its own start', async () => {
    const one = sleeper();
    expect(table.isAlive(one)).toBe(true);
    await one.end();
    fakes.pids.set(one.pid, process.pid);
    const procStart = systemProcesses.procStart(process.pid);
    expect(procStart).not.toBe(one.procStart);
    expect([table.isAlive(one), table.isAlive({ ...one, procStart })]).toEqual([false, true]);
    expect(open()).toEqual([`/proc/${process.pid}/statm`]);
    const two = sleeper();
    expect(table.isAlive(two)).toBe(true);
    await two.end();
    fakes.pids.set(two.pid, process.pid);
    // At the first look already, be it for the one that has the pid now.
    expect(table.isAlive({ ...two, procStart })).toBe(true);
  });

  test('a pid that changes hands between two steps of a look: what was opened is not kept as who has it now', async () => {
    const [one, two] = [sleeper(), sleeper()];
    fakes.gets = () => {
      fakes.gets = null;
      process.kill(one.pid, 'SIGKILL');
      // Its memory goes a moment after the signal.
      while (!readFileSync(`/proc/${one.pid}/statm`, 'latin1').startsWith('0 '));
      fakes.pids.set(one.pid, two.pid);
    };
    expect(table.isAlive({ ...one, procStart: two.procStart })).toBe(true);
    expect(open()).toEqual([]);
  });

  test('without a start mark its record says: the same answers as without anything kept', () => {
    const { pid } = process;
    for (const procStart of [null, systemProcesses.procStart(pid), '1'])
      for (const startedAt of [null, Date.now(), 1]) {
        const asked = { pid, procStart, startedAt };
        for (let look = 0; look < 2; look++) expect(table.isAlive(asked)).toBe(systemProcesses.isAlive(asked));
      }
  });

  test('who is not asked for any more is let go; so are all at the end, and nothing is kept after it', () => {
    const [one, two] = [sleeper(), sleeper()];
    table.isAlive(one);
    table.isAlive(two);
    table.letGo();
    expect(open()).toHaveLength(2);
    table.isAlive(two);
    table.letGo();
    expect(open()).toEqual([`/proc/${two.pid}/statm`]);
    table.close();
    table.close();
    expect([open(), table.isAlive(one), open()]).toEqual([[], true, []]);
  });

  test('no more than so many are kept; the others are told as well', () => {
    const { pid } = process;
    for (let other = 1; other <= MAX_KEPT + 10; other++) {
      fakes.pids.set(1e6 + other, pid);
      expect(table.isAlive({ pid: 1e6 + other, procStart: systemProcesses.procStart(pid), startedAt: null })).toBe(true);
    }
    expect(open()).toHaveLength(MAX_KEPT);
  });

  test.each(['EMFILE', 'ENFILE'])('where descriptors are used up all are given back, and what cannot be told is not told: %s', (code) => {
    const one = sleeper();
    table.isAlive(one);
    fakes.fails = code;
    expect(table.isAlive({ ...one, pid: process.pid })).toBe(null);
    expect(open()).toEqual([]);
    fakes.fails = null;
    expect([table.isAlive(one), open()]).toEqual([true, []]);
  });

  test('a pid that nobody has is dead', () => {
    fakes.pids.set(7, 2 ** 31);
    expect(table.isAlive({ pid: 7, procStart: '1', startedAt: null })).toBe(false);
  });
});
