import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemProcesses } from '../platform/processes.ts';
import { appendEvent, journalFile } from '../sessions/journal.ts';
import type { LiveSession } from '../sessions/session.ts';
import { ev, T } from '../sessions/testing.ts';
import { inputOf, LiveStates } from './live-states.ts';
import { TranscriptTail } from './transcript-tail.ts';

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

describe("LS-28: what a subagent's own file tells holds at every look", () => {
  /** States and numbers of running agents at five looks: an agent's stop was never told. */
  const looks = (meta: object, minutes: number): unknown[] => {
    const dir = mkdtempSync(join(tmpdir(), 'tm-states-'));
    const [claude, state] = [join(dir, 'c'), join(dir, 's')];
    const told = [ev('UserPromptSubmit', 0), ev('SubagentStart', 1, { agent: 'a', agentType: 'Explore' }), ev('Stop', 2)];
    for (const event of told) appendEvent(journalFile(state, 's1'), event, event.at);
    const [transcript, agent] = [join(dir, 's1.jsonl'), join(dir, 'agent-a.jsonl')];
    const start = T + minutes * 60_000;
    for (const path of [transcript, agent]) {
      writeFileSync(path, '{}\n');
      utimesSync(path, start / 1000, start / 1000);
    }
    writeFileSync(join(dir, 'agent-a.meta.json'), JSON.stringify(meta));
    const tail = new TranscriptTail(transcript, 0, false);
    tail.read(3);
    const states = new LiveStates([claude], state);
    const found = [1, 3, 5, 7, 9].map((second) => {
      states.read(start + second * 1000, new Map([['s1', tail]]), () => [agent]);
      const { state: now, agents } = states.all.get('s1')!;
      return `${now} ${agents.active}`;
    });
    rmSync(dir, { recursive: true });
    return found;
  };

  test('one that has finished by it runs at none', () => {
    expect(new Set(looks({ finished: true }, 0.1))).toEqual(new Set(['your-turn 0']));
  });

  test('one whose file grows runs at all, also at the first of them half an hour after its hook', () => {
    expect(new Set(looks({}, 40))).toEqual(new Set(['working 1']));
  });
});
