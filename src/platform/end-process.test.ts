import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { checkProcess, endProcess, type ProcessSystem, type ProcessTarget, type Signal } from './end-process.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A system with one process 500 of user 1000, started as "77", that goes at the signal named. */
function system(goesAt: Signal | null, more: Partial<ReturnType<ProcessSystem['look']> & object> = {}): ProcessSystem & { sent: Signal[] } {
  const sent: Signal[] = [];
  return {
    sent,
    ownPid: 900,
    ownUid: 1000,
    look: (pid) => {
      if (pid === 900) return { start: '1', startedAt: null, parent: 800, uid: 1000 };
      if (pid === 800) return { start: '1', startedAt: null, parent: 1, uid: 1000 };
      return pid === 500 && !(goesAt !== null && sent.includes(goesAt))
        ? { start: '77', startedAt: null, parent: 1, uid: 1000, ...more }
        : null;
    },
    signal: (_pid, signal) => void sent.push(signal),
  };
}

const target: ProcessTarget = { pid: 500, procStart: '77', startedAt: null };

describe('who may be stopped, KIL-1 and KIL-7', () => {
  test.each([
    [{ ...target, pid: 1 }, {}, /never stopped/],
    [{ ...target, pid: 800 }, {}, /inside that process/],
    [{ ...target, pid: 900 }, {}, /inside that process/],
    [{ ...target, pid: 501 }, {}, /already gone/],
    [{ ...target, procStart: '78' }, {}, /replaced/],
    [target, { uid: 0 }, /another user/],
    [{ ...target, procStart: null }, {}, /start time is unknown/],
    [{ ...target, startedAt: 1_000_000 }, { start: null, startedAt: 1_006_000 }, /replaced/],
  ])('%j is refused', (asked, more, reason) => {
    const check = checkProcess(asked, system(null, more));
    expect(check).toMatchObject({ ok: false });
    expect(!check.ok && check.reason).toMatch(reason);
  });

  test('an equal start time is proof, a near one is said to be near', () => {
    expect(checkProcess(target, system(null))).toEqual({ ok: true, proven: true });
    expect(checkProcess({ ...target, startedAt: 1_000_000 }, system(null, { start: null, startedAt: 1_004_000 }))).toEqual({
      ok: true,
      proven: false,
    });
  });
});

describe('the ladder, KIL-3', () => {
  const quick = { waitMs: 20, lookMs: 5 };

  test.each([
    ['SIGINT', ['SIGINT']],
    ['SIGTERM', ['SIGINT', 'SIGTERM']],
    ['SIGKILL', ['SIGINT', 'SIGTERM', 'SIGKILL']],
  ] as const)('a process that obeys %s gets %j', async (goesAt, expected) => {
    const fake = system(goesAt);
    const steps: unknown[] = [];
    const result = await endProcess(target, { ...quick, system: fake, mayKill: async () => true, onStep: (step) => steps.push(step) });
    expect(result).toEqual({ ended: true, sent: expected, reason: null, leftovers: [] });
    expect(steps).toHaveLength(expected.length + Number(goesAt === 'SIGKILL'));
  });

  test('KILL needs a second yes', async () => {
    const fake = system('SIGKILL');
    expect(await endProcess(target, { ...quick, system: fake })).toEqual({
      ended: false,
      sent: ['SIGINT', 'SIGTERM'],
      reason: 'it did not end by INT and TERM',
      leftovers: [],
    });
    expect((await endProcess(target, { ...quick, system: system('SIGKILL'), mayKill: async () => false })).ended).toBe(false);
  });

  test('a pid taken over between two signals is not signalled', async () => {
    let start = '77';
    const fake = system(null);
    const look: ProcessSystem['look'] = (pid) => (pid === 500 ? { start, startedAt: null, parent: 1, uid: 1000 } : fake.look(pid));
    const result = await endProcess(target, {
      ...quick,
      system: {
        ...fake,
        look,
        signal: (_pid, signal) => {
          fake.sent.push(signal);
          start = '99';
        },
      },
    });
    expect(result).toEqual({ ended: true, sent: ['SIGINT'], reason: null, leftovers: [] });
    expect(fake.sent).toEqual(['SIGINT']);
  });

  test.skipIf(process.platform !== 'linux')('real processes: one that obeys INT, one that obeys only TERM', async () => {
    for (const [script, expected] of [
      ['setInterval(()=>{},1000);console.log(1)', ['SIGINT']],
      ['process.on("SIGINT",()=>{});setInterval(()=>{},1000);console.log(1)', ['SIGINT', 'SIGTERM']],
    ] as const) {
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
      children.push(child);
      await new Promise((resolve) => child.stdout!.once('data', resolve));
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
      const procStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
      const result = await endProcess({ pid: child.pid!, procStart, startedAt: null }, { waitMs: 1000, lookMs: 20 });
      expect(result).toEqual({ ended: true, sent: expected, reason: null, leftovers: [] });
    }
  });

  test.skipIf(process.platform !== 'linux')('what it had started and still runs is told, not signalled (KIL-4)', async () => {
    // Asks for nothing when its parent goes, and belongs to its group; `detached` children have a group of their own.
    const script = `const { spawn } = require('node:child_process');
      const own = spawn('sleep', ['60'], { stdio: 'ignore' });
      const apart = spawn('sleep', ['61'], { stdio: 'ignore', detached: true });
      setInterval(() => {}, 1000); console.log(own.pid + ' ' + apart.pid);`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    children.push(child);
    const [own, apart] = await new Promise<number[]>((resolve) =>
      child.stdout!.once('data', (data) => resolve(String(data).trim().split(' ').map(Number))),
    );
    try {
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
      const procStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
      const result = await endProcess({ pid: child.pid!, procStart, startedAt: null }, { waitMs: 2000, lookMs: 20 });
      expect(result).toMatchObject({ ended: true, sent: ['SIGINT'], leftovers: [{ pid: own, name: 'sleep' }] });
      expect(() => process.kill(own!, 0)).not.toThrow();
    } finally {
      for (const pid of [own!, apart!]) process.kill(pid, 'SIGKILL');
    }
  });
});
