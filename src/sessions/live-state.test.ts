import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HookEvidence, TranscriptEvidence } from './evidence.ts';
import { type LiveExtras, type LiveState, liveState } from './live-state.ts';
import type { RegistryEvidence } from './registry.ts';
import { CLOCKS, STATES, urgency } from './states.ts';
import { ev, hooks, record, T } from './testing.ts';

interface Given {
  readonly registry?: readonly RegistryEvidence[];
  readonly hooks?: HookEvidence | null;
  readonly transcript?: TranscriptEvidence | null;
  readonly mtime?: number | null;
  /** Seconds after T. */
  readonly now?: number;
  readonly extras?: LiveExtras;
}
const at = (g: Given): LiveState | null =>
  liveState(g.registry ?? [], g.hooks ?? null, g.transcript ?? null, g.mtime ?? null, T + (g.now ?? 10) * 1000, g.extras);
const state = (g: Given) => at(g)?.state ?? null;
const script = (kind: TranscriptEvidence['kind'], seconds: number, more: Partial<TranscriptEvidence> = {}): TranscriptEvidence => ({
  kind,
  at: T + seconds * 1000,
  since: T + seconds * 1000,
  grewAt: T + seconds * 1000,
  ...more,
});
const prompt = ev('UserPromptSubmit', 0);

test('§2: the order of urgency', () => {
  expect([...STATES].sort((a, b) => urgency(a) - urgency(b))).toEqual(STATES);
  expect(STATES.slice(0, 3)).toEqual(['needs-permission', 'needs-answer', 'error']);
});

describe('LS-2: the registry decides', () => {
  test.each([
    ['busy', null, 'working'],
    ['waiting', 'permission prompt', 'needs-permission'],
    ['waiting', 'sandbox request', 'needs-permission'],
    ['waiting', 'worker request', 'needs-permission'],
    ['waiting', 'input needed', 'needs-answer'],
    ['waiting', 'dialog open', 'needs-answer'],
    ['waiting', 'goal proposal', 'needs-answer'],
    ['waiting', 'something invented', 'needs-answer'],
    ['waiting', null, 'needs-answer'],
    ['idle', null, 'your-turn'],
    ['shell', null, 'your-turn'],
    ['invented', null, 'unknown'],
    [null, null, 'unknown'],
  ])('%s, %s → %s', (status, waitingFor, expected) => {
    expect(at({ registry: [record({ status, waitingFor })] })).toMatchObject({
      state: expected,
      alive: true,
      source: 'registry',
      stale: false,
    });
  });
  test('idle after ten minutes, at the setting', () => {
    expect([600, 601].map((now) => state({ registry: [record()], now }))).toEqual(['your-turn', 'idle']);
    expect(state({ registry: [record()], now: 61, extras: { rules: { idleAfter: 60_000, staleAfter: 1 } } })).toBe('idle');
  });
  test('a background shell is counted', () => expect(at({ registry: [record({ status: 'shell' })] })?.background.shells).toBe(1));
});

describe('LS-3: hooks refine the registry', () => {
  const idle = [record({ statusUpdatedAt: T + 3000 })];
  const waiting = [record({ status: 'waiting', waitingFor: 'dialog open', statusUpdatedAt: T + 3000 })];
  test.each([
    ['StopFailure → rate-limited', idle, [prompt, ev('StopFailure', 2.9, { error: 'rate_limit' })], 'rate-limited'],
    ['StopFailure → error', idle, [prompt, ev('StopFailure', 2.9, { error: 'server_error' })], 'error'],
    ['background agents → working', idle, [prompt, ev('Stop', 2.9, { tasks: { agents: [['a', 'x']], shells: 0 } })], 'working'],
    [
      'a question',
      [record({ status: 'waiting', waitingFor: 'permission prompt', statusUpdatedAt: T + 3000 })],
      [prompt, ev('PermissionRequest', 2.9, { tool: 'AskUserQuestion' })],
      'needs-answer',
    ],
    ['a plan', waiting, [prompt, ev('PermissionRequest', 2.9, { tool: 'ExitPlanMode' })], 'needs-permission'],
    ['a compaction', [record({ status: 'busy' })], [prompt, ev('PreCompact', 2, { source: 'auto' })], 'compacting'],
    ['hooks do not contradict', idle, [prompt], 'your-turn'],
  ] as const)('%s', (_name, registry, events, expected) => {
    expect(state({ registry, hooks: hooks(events) })).toBe(expected);
  });
});

describe('LS-4: two seconds of grace', () => {
  const asked = hooks([prompt, ev('PermissionRequest', 5, { tool: 'Bash' })]);
  test('PermissionRequest at t, registry still busy: needs-permission until t + 2 s', () => {
    const busy = [record({ status: 'busy' })];
    expect([5, 6.9, 7].map((now) => state({ registry: busy, hooks: asked, now }))).toEqual([
      'needs-permission',
      'needs-permission',
      'working',
    ]);
  });
  test('no flicker when the registry follows (1,000 interleavings)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1999 }),
        fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 5, maxLength: 20 }),
        (turned, looks) => {
          for (const look of looks) {
            const now = T + 5000 + look;
            const status =
              look < turned
                ? { status: 'busy' }
                : { status: 'waiting', waitingFor: 'permission prompt', statusUpdatedAt: T + 5000 + turned };
            expect(liveState([record(status)], asked, null, null, now)?.state).toBe('needs-permission');
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test('LS-5: without a valid record the hooks decide; alive from the recorded pid', () => {
  const nine = [
    ev('SessionStart', 0, { source: 'startup' }),
    ev('UserPromptSubmit', 1),
    ev('PreToolUse', 2, { tool: 'Bash' }),
    ev('PostToolUse', 3, { tool: 'Bash' }),
    ev('Stop', 4),
    ev('SessionEnd', 5, { reason: 'other' }),
  ];
  const states = nine.map((_, i) => state({ hooks: hooks(nine.slice(0, i + 1)), now: i }));
  expect(states).toEqual(['your-turn', 'working', 'working', 'working', 'your-turn', 'ended']);
  expect(at({ hooks: hooks([prompt], true) })).toMatchObject({ alive: true, source: 'hook' });
  expect(at({ hooks: hooks([prompt], false) })).toMatchObject({ alive: false, state: 'ended', ended: { reason: 'gone' } });
});

test.each([
  ['interrupt', 'interrupt', {}, 'your-turn', 70],
  ['end of turn', 'end-turn', {}, 'your-turn', 70],
  ['limit error', 'limit', {}, 'rate-limited', 70],
  ['other error', 'error', { error: 'overloaded' }, 'error', 70],
  ['open and growing', 'open', {}, 'working', 59],
  ['open and silent', 'open', {}, 'unknown', 61],
] as const)('LS-6: the transcript alone: %s', (_name, kind, more, expected, now) => {
  expect(at({ transcript: script(kind, 0, more), now })).toMatchObject({ state: expected, source: 'transcript', alive: null });
});

test('LS-7: the file time alone', () => {
  expect([59, 60, 3599].map((now) => at({ mtime: T, now })).map((live) => [live?.state, live?.source])).toEqual([
    ['working', 'mtime'],
    ['unknown', 'mtime'],
    ['unknown', 'mtime'],
  ]);
  expect(at({ mtime: T, now: 3600 })).toBeNull();
});

test('LS-8: disagreement is kept: a frozen record with a growing transcript; §13 19: busy for hours', () => {
  const growing = { ...script('open', 20), grewAt: T + 39_000 };
  const frozen = at({ registry: [record()], transcript: growing, now: 40 });
  expect([frozen?.state, frozen?.disagreements]).toEqual(['your-turn', ['registry your-turn, transcript working']]);
  const hours = at({ registry: [record({ status: 'busy' })], transcript: script('open', 0), now: 3 * 3600 });
  expect([hours?.state, hours?.disagreements]).toEqual(['working', ['registry working, transcript silent']]);
  expect(at({ registry: [record()], hooks: hooks([prompt, ev('Stop', 1)]), now: 40 })?.disagreements).toEqual([]);
});

describe('LS-32, LS-35, LS-36: stale', () => {
  test('4:59 active, 5:00 stale, 30:00 not listed', () => {
    const given = { hooks: hooks([prompt]) };
    expect([299, 300].map((now) => at({ ...given, now })?.stale)).toEqual([false, true]);
    expect([1799, 1800].map((now) => at({ ...given, now }) === null)).toEqual([false, true]);
  });
  test('a live pid silent for 3 h is not stale, nor after a sleep of 2 h', () => {
    for (const now of [3 * 3600, 5 * 3600]) {
      expect(at({ hooks: hooks([prompt], true), now })).toMatchObject({ state: 'working', stale: false });
      expect(at({ registry: [record({ status: 'busy' })], now })).toMatchObject({ state: 'working', stale: false });
    }
  });
});

test('LS-28: an agent without a sign for 30 min is gone; its own file may say more', () => {
  const given = hooks([prompt, ev('SubagentStart', 1, { agent: 'a', agentType: 'x' })], true);
  const agents = (now: number, transcript: TranscriptEvidence | null = null) =>
    at({ hooks: given, transcript, now })?.background.agents.length;
  expect([agents(1800), agents(1802)]).toEqual([1, 0]);
  const file = (finished: boolean, grew: number) => script('none', 0, { agents: [{ id: 'a', finished, grewAt: T + grew * 1000 }] });
  expect([agents(10, file(true, 5)), agents(1802, file(false, 1000))]).toEqual([0, 1]);
});

test.each([
  ['blocked', 'needs-answer'],
  ['done', 'ended'],
  ['failed', 'ended'],
  ['stopped', 'ended'],
] as const)('LS-31: a background job %s → %s', (job, expected) => {
  const extras = { job: { state: job, updatedAt: T, name: null, nameSource: null, cwd: null } };
  expect(at({ extras })).toMatchObject({ state: expected, ...(expected === 'ended' ? { ended: { at: T, reason: job } } : {}) });
});

describe('§13: the hard cases', () => {
  test('1, 2: Esc fires no hook: the registry, else the transcript, else stale', () => {
    const open = hooks([prompt, ev('PermissionRequest', 5, { tool: 'Bash' })]);
    expect(state({ hooks: open, registry: [record({ statusUpdatedAt: T + 8000 })], now: 8.1 })).toBe('your-turn');
    expect(at({ hooks: open, transcript: script('interrupt', 8), now: 8.1 })).toMatchObject({ state: 'your-turn', source: 'transcript' });
    expect(at({ hooks: hooks([prompt]), now: 301 })).toMatchObject({ state: 'working', stale: true });
  });
  test('1: Esc with a subagent of the turn: it does not count as background', () => {
    const events = [prompt, ev('SubagentStart', 1, { agent: 'a', agentType: 'x' })];
    expect(state({ hooks: hooks(events), registry: [record({ statusUpdatedAt: T + 5000 })] })).toBe('your-turn');
  });
  test('3: permission granted, tool runs 30 min', () => {
    const granted = hooks([prompt, ev('PermissionRequest', 1, { tool: 'Bash', input: 'h' })]);
    expect(at({ hooks: granted, registry: [record({ status: 'busy', statusUpdatedAt: T + 4000 })], now: 1800 })).toMatchObject({
      state: 'working',
      stale: false,
    });
  });
  test('4, 6, 7: kill -9, a crash, a reused pid: the record proves nothing', () => {
    expect(at({ registry: [record({ alive: false })], hooks: hooks([prompt], false) })).toMatchObject({ state: 'ended', alive: false });
  });
  test('5: SIGTERM: ended at once although the process is still leaving', () => {
    const leaving = [record({ pid: 7 })];
    const ended = hooks([prompt, ev('SessionEnd', 9.9, { reason: 'other', identity: { configDir: '/c', kind: 'x', pid: 7 } })], true);
    expect(at({ registry: leaving, hooks: ended })).toMatchObject({ state: 'ended', ended: { reason: 'other' } });
  });
  test('8: /clear: the process works on another session', () => {
    expect(at({ hooks: hooks([prompt], null, true) })).toMatchObject({ state: 'ended', ended: { reason: 'clear' } });
  });
  test('9: two terminals: the more urgent state; one exit → still live', () => {
    const two = [record({ pid: 1, status: 'busy' }), record({ pid: 2, status: 'waiting', waitingFor: 'permission prompt' })];
    expect(state({ registry: two })).toBe('needs-permission');
    expect(state({ registry: [record({ pid: 1, status: 'busy' }), record({ pid: 2, alive: false })] })).toBe('working');
    const exit = ev('SessionEnd', 9.9, { reason: 'other', identity: { configDir: '/c', kind: 'x', pid: 2 } });
    expect(state({ registry: [record({ pid: 1, status: 'busy' })], hooks: hooks([prompt, exit]) })).toBe('working');
  });
  test('14: the limit: until its reset, then your turn; the next prompt clears', () => {
    const limited = hooks([prompt, ev('StopFailure', 1, { error: 'rate_limit' })], true);
    const limitReset = { resetsAt: T / 1000 + 100, at: T };
    expect(at({ hooks: limited, now: 99, extras: { limitReset } })).toMatchObject({
      state: 'rate-limited',
      error: { kind: 'rate_limit', resetsAt: T / 1000 + 100 },
    });
    expect([100, 701].map((now) => state({ hooks: limited, now, extras: { limitReset } }))).toEqual(['your-turn', 'idle']);
  });
  test('18: another pid namespace: liveness unknown, hooks and ages decide', () => {
    const foreign = [record({ alive: null, status: 'busy' })];
    expect(at({ registry: foreign, hooks: hooks([prompt, ev('Stop', 1)]) })).toMatchObject({
      state: 'your-turn',
      source: 'hook',
      alive: null,
    });
    expect(at({ registry: foreign, now: 400 })).toMatchObject({ state: 'unknown', alive: null, stale: true });
  });
});

test('ST-22: since is never after now', () => {
  expect(at({ hooks: hooks([ev('UserPromptSubmit', 3600)]) })?.since).toBeLessThanOrEqual(T + 10_000);
  expect(CLOCKS.staleAfter).toBeLessThan(CLOCKS.hideAfter);
});
