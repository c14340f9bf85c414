import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isOurDomain, monotonic, ownStart, parseStat, systemProcesses } from './processes.ts';

const onLinux = test.skipIf(process.platform !== 'linux');

test('a process whose name holds blanks and parentheses', () => {
  const after = `S ${Array.from({ length: 18 }, (_, i) => i).join(' ')} 294397 0`;
  expect(parseStat(`12 (a) b) ( c) ${after}`)).toEqual({ isZombie: false, start: '294397' });
  expect(parseStat(`12 (x) Z${after.slice(1)}`)?.isZombie).toBe(true);
  expect(parseStat('')).toBeUndefined();
  expect(parseStat('1 (x) S 2 3')).toBeUndefined();
});

onLinux('LS-10: this process lives; with another start time it is another; a pid that is gone is dead', async () => {
  const procStart = systemProcesses.procStart(process.pid);
  expect(procStart).toMatch(/^\d+$/);
  const alive = (start: string | null, startedAt: number | null = null) =>
    systemProcesses.isAlive({ pid: process.pid, procStart: start, startedAt });
  expect([alive(procStart), alive(`${procStart}1`)]).toEqual([true, false]);
  expect([alive(null, Date.now()), alive(null, ownStart() - 60_000), alive(null)]).toEqual([true, null, null]);
  const child = spawn(process.execPath, ['-e', '0']);
  const { pid } = child;
  await once(child, 'close');
  expect(systemProcesses.isAlive({ pid: pid!, procStart: '1', startedAt: null })).toBe(false);
});

describe('live-registry §3: pid domains', () => {
  const id = '0'.repeat(32);
  test.each([
    [null, `linux:${id}:pid:[1]`, true],
    [`linux:${id}:pid:[1]`, `linux:${id}:pid:[1]`, true],
    [`linux:${id}:pid:[1]`, `linux:${id}:pid:[2]`, false],
    [`linux:${id}:pid:[1]`, `linux:${'1'.repeat(32)}:pid:[1]`, false],
    [`linux:${id}:pid:[1]`, 'linux::pid:[1]', true],
    ['darwin:x', `linux:${id}:pid:[1]`, false],
    ['anything', null, false],
  ])('%s seen from %s: %s', (theirs, ours, expected) => expect(isOurDomain(theirs, ours)).toBe(expected));
  onLinux('ours', () => expect(systemProcesses.domain).toMatch(/^linux:[0-9a-f]*:pid:\[\d+\]$/));
});

test('the clocks', () => {
  const before = monotonic();
  expect(monotonic()).toBeGreaterThanOrEqual(before);
  expect(ownStart()).toBeLessThanOrEqual(Date.now());
});
