import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemProcesses } from '../platform/processes.ts';
import type { LiveSession } from '../sessions/session.ts';
import { inputOf, LiveStates } from './live-states.ts';

const LIVE: LiveSession = {
  id: 's1',
  state: 'rate-limited',
  since: 5000,
  source: 'hook',
  alive: true,
  stale: false,
  at: 6000,
  waiting: null,
  error: { kind: 'rate_limit', at: 5000, resetsAt: 1_795_204_062 },
  ended: { at: 7, reason: 'cl\u001b[2Jear' },
  disagreements: [],
  lastTool: null,
  processes: [{ pid: 7, procStart: '8', kind: 'inter\u202eactive', entrypoint: 'cli', startedAt: 9, version: '2.1.329' }],
  agents: { active: 0, names: [] },
  shells: 1,
  title: 'a title',
  titleRank: 3,
  tasks: { known: 0, done: 0, openId: null },
  cwd: '/p',
  project: 'p',
  transcriptPath: null,
  configDir: '/c',
  model: null,
  modelAt: null,
  effort: null,
  permissionMode: 'plan',
  version: null,
};

test('LS-1: the one decision is taken over; seconds become ms, what others wrote is made plain', () => {
  const input = inputOf(LIVE);
  expect(input).toMatchObject({ state: 'rate-limited', source: 'hook', seenAt: 6000, shells: 1, permissionMode: 'plan', titleRank: 3 });
  expect(input.error).toEqual({ kind: 'rate_limit', at: 5000, resetsAt: 1_795_204_062_000 });
  expect(input.ended).toEqual({ at: 7, reason: 'cl[2Jear' });
  expect(input.processes).toEqual([{ pid: 7, procStart: '8', kind: 'interactive', entrypoint: 'cli', startedAt: 9, version: '2.1.329' }]);
});

test.skipIf(process.platform !== 'linux')(
  'LV-113: looks keep a descriptor for each session that runs, none for those that are gone, and none in the end',
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'tm-states-'));
    const { pid, ppid } = process;
    mkdirSync(join(dir, 'sessions'));
    const put = (of: number) => {
      const record = { pid: of, sessionId: `s${of}`, procStart: systemProcesses.procStart(of), status: 'busy', updatedAt: 1 };
      writeFileSync(join(dir, 'sessions', `${of}.json`), JSON.stringify(record));
    };
    const open = () => readdirSync('/proc/self/fd').length;
    put(pid);
    put(ppid);
    const states = new LiveStates([dir], null);
    const before = open();
    expect(states.read(5000, new Map())).toBe(true);
    const first = states.all.get(`s${pid}`);
    expect([states.read(7000, new Map()), open() - before, states.all.get(`s${pid}`) === first]).toEqual([false, 2, true]);
    rmSync(join(dir, 'sessions', `${ppid}.json`));
    expect([states.read(9000, new Map()), open() - before, states.all.size]).toEqual([true, 1, 1]);
    states.close();
    expect([open() - before, states.read(11_000, new Map()), open() - before]).toEqual([0, false, 0]);
    rmSync(dir, { recursive: true });
  },
);
