import { expect, test } from 'vitest';
import type { LiveSession } from '../sessions/session.ts';
import { inputOf } from './live-states.ts';

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
