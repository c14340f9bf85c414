import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Capture } from './capture-facts.ts';
import type { JobEvidence, TranscriptEvidence } from './evidence.ts';
import { assembleSession, type SessionInputs } from './session.ts';
import { CLOCKS, DEFAULT_RULES } from './states.ts';
import { SteadySessions, steadyUntil } from './steady-sessions.ts';
import { ev, hooks, record, T } from './testing.ts';

const inputs = (more: Partial<SessionInputs> = {}): SessionInputs => ({
  id: 's',
  configDir: '/c',
  registry: [],
  hooks: null,
  rules: DEFAULT_RULES,
  ...more,
});
const script = (kind: TranscriptEvidence['kind'], at: number, grewAt = at): TranscriptEvidence => ({ kind, at, since: at, grewAt });

describe('what stays the same is one object', () => {
  test('until the evidence is another one', () => {
    const steady = new SteadySessions();
    const registry = [record({ status: 'busy' })];
    const first = steady.of(inputs({ registry, transcript: script('open', T) }), T + 3000);
    expect(steady.of(inputs({ registry, transcript: script('open', T) }), T + 5000)).toBe(first);
    for (const other of [
      inputs({ registry: [record({ status: 'idle' })], transcript: script('open', T) }),
      inputs({ registry: [...registry, record({ pid: 2, status: 'waiting' })], transcript: script('open', T) }),
      inputs({ registry, transcript: script('open', T, T + 1000) }),
      inputs({ registry, transcript: script('open', T), configDir: '/d' }),
      inputs({ registry, transcript: script('open', T), summary: { title: { text: 'x', rank: 0 }, profile: null } }),
      inputs({ registry, transcript: script('open', T), hooks: hooks([ev('UserPromptSubmit', 1)]) }),
    ]) {
      const now = steady.of(other, T + 5000);
      expect(now).not.toBe(first);
      expect(now).toEqual(assembleSession(other, T + 5000));
    }
  });

  const full = inputs({
    ...{ registry: [record({ status: 'busy' })], hooks: hooks([ev('UserPromptSubmit', 1)], true), transcript: script('open', T), mtime: T },
    ...{ job: null, capture: null, summary: null, storedTitle: null },
  });
  const job: JobEvidence = { state: 'blocked', updatedAt: T, name: null, nameSource: null, cwd: null };
  test.each([
    ['its directory', { configDir: '/d' }],
    ['its last change', { mtime: T + 2000 }],
    ['its job', { job }],
    ['what its statusline told', { capture: { at: T + 2000, quota: {} } as unknown as Capture }],
    ['the rules', { rules: { idleAfter: 1, staleAfter: 1 } }],
    ['what its hooks told', { hooks: hooks([ev('UserPromptSubmit', 1), ev('Stop', 2)], true) }],
    ['whether its hooks call it alive', { hooks: { ...full.hooks!, alive: false } }],
    ['whether it moved on', { hooks: { ...full.hooks!, moved: true } }],
    ['that it has no hooks', { hooks: null }],
    ['one client more', { registry: [...full.registry, record({ pid: 2 })] }],
    ['one client less', { registry: [] }],
    ['its client', { registry: [record({ status: 'idle' })] }],
    ['its transcript', { transcript: script('end-turn', T) }],
    ['a name of its summary', { summary: { title: { text: 'x', rank: 0 }, profile: null } }],
    ['a name found elsewhere', { storedTitle: { text: 'y', rank: 0 } }],
  ] satisfies (readonly [string, Partial<SessionInputs>])[])('LS-1: but for %s, whichever of the two was first', (_, more) => {
    const other = { ...full, ...more };
    for (const [one, two] of [
      [full, other],
      [other, full],
    ] as const) {
      const steady = new SteadySessions();
      const first = steady.of(one, T + 5000);
      const second = steady.of(two, T + 5000);
      expect(second).not.toBe(first);
      expect(second).toEqual(assembleSession(two, T + 5000));
      expect(steady.of({ ...two }, T + 5000)).toBe(second);
    }
  });

  test('LS-36: until a clock runs out, also when the clock of the machine goes back', () => {
    const steady = new SteadySessions();
    const registry = [record()];
    const at = (now: number) => steady.of(inputs({ registry }), T + now);
    const first = at(545_000);
    expect([at(599_000) === first, at(600_001)?.state, at(10_000)?.state]).toEqual([true, 'idle', 'your-turn']);
    expect(at(3_600_000 * 10)).toMatchObject({ state: 'idle', stale: false });
    expect(at(3_600_000 * 11)).toBe(at(3_600_000 * 10));
  });

  test('evidence of the future is never steady', () => {
    expect(steadyUntil(inputs({ registry: [record({ updatedAt: T + 1 })] }), T)).toBe(T);
    expect(steadyUntil(inputs({ registry: [record()] }), T + 1)).toBe(T + CLOCKS.disagreement);
  });

  test('until a limit resets, and the turn that is yours since then becomes idle', () => {
    const steady = new SteadySessions();
    const quota = { five_hour: { used: 100, resetsAt: T / 1000 + 20, at: T } };
    const capture = { at: T, quota } as unknown as Capture;
    const registry = [record({ updatedAt: T, status: null })];
    const at = (now: number) => steady.of(inputs({ registry, transcript: script('limit', T), capture }), T + now)?.state;
    expect([at(15_000), at(19_999), at(20_000), at(615_000), at(620_001)]).toEqual([
      'rate-limited',
      'rate-limited',
      'your-turn',
      'your-turn',
      'idle',
    ]);
  });

  test('sessions that nobody asks for any more are forgotten', () => {
    const steady = new SteadySessions();
    for (let look = 0; look < 50; look++) {
      for (const id of ['always', `once-${look}`]) steady.of(inputs({ id }), T + look);
      steady.letGo();
    }
    expect(steady.size).toBe(2);
  });
});

/** Times a little before, at and after the ends of clocks that began at T. */
const CLOCK_ENDS = [0, ...Object.values(CLOCKS).filter((ms) => ms < 86_400_000), 100_000];
const offset = fc.tuple(fc.constantFrom(...CLOCK_ENDS), fc.constantFrom(-1000, -1, 0, 1, 500, 2000)).map(([end, more]) => end + more);
/** Mostly one time, so that each clock's end stands alone. */
const time = fc.oneof({ weight: 4, arbitrary: fc.constant(T) }, { weight: 1, arbitrary: offset.map((ms) => T + ms) });
const some = <V>(value: fc.Arbitrary<V>) => fc.option(value, { nil: null, freq: 2 });
const registry = fc.array(
  fc
    .record({
      status: fc.constantFrom('busy', 'idle', 'waiting', 'shell', null),
      alive: fc.constantFrom(true, true, false, null),
      startedAt: some(time),
      updatedAt: some(time),
      statusUpdatedAt: some(time),
    })
    .map((fields) => record(fields)),
  { maxLength: 2 },
);
const NAMES = [
  'SessionStart',
  'UserPromptSubmit',
  'PostToolUse',
  'PermissionRequest',
  'Stop',
  'StopFailure',
  'SubagentStart',
  'PreCompact',
  'PostCompact',
  'SessionEnd',
];
const journal = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...NAMES), offset, fc.constantFrom('auto', 'manual', 'rate_limit', 'startup')), {
      minLength: 1,
      maxLength: 6,
    }),
    fc.constantFrom(true, false, null),
    fc.boolean(),
  )
  .map(([events, alive, moved]) =>
    hooks(
      events
        .map(([name, ms, word]) =>
          ev(name, ms / 1000, { tool: 'Bash', agent: 'a', agentType: 'x', kind: word, source: word, error: word, reason: word }),
        )
        .sort((a, b) => a.at - b.at),
      alive,
      moved,
    ),
  );
const transcript = fc.record({
  kind: fc.constantFrom('interrupt' as const, 'end-turn' as const, 'limit' as const, 'error' as const, 'open' as const, 'none' as const),
  at: time,
  since: time,
  grewAt: time,
  agents: fc.array(fc.record({ id: fc.constant('a'), finished: fc.boolean(), grewAt: time }), { maxLength: 1 }),
});
const job: fc.Arbitrary<JobEvidence> = fc.record({
  state: fc.constantFrom('blocked', 'done', 'running'),
  updatedAt: some(time),
  name: fc.constant(null),
  nameSource: fc.constant(null),
  cwd: fc.constant(null),
});
const capture = fc
  .tuple(time, time)
  .map(([at, resets]) => ({ at, quota: { five_hour: { used: 100, resetsAt: Math.floor(resets / 1000), at } } }) as unknown as Capture);

test('LS-1, LS-32: at any time what is kept is what would be put together anew (500 cases)', () => {
  fc.assert(
    fc.property(
      registry,
      some(journal),
      some(transcript),
      some(time),
      some(job),
      some(capture),
      fc.constantFrom(DEFAULT_RULES, { idleAfter: 30_000, staleAfter: 45_000 }),
      fc.array(offset, { maxLength: 6 }),
      (records, journalled, script, mtime, jobbed, captured, rules, offsets) => {
        const steady = new SteadySessions();
        const given = inputs({
          ...{ registry: records, hooks: journalled, transcript: script, mtime, job: jobbed, capture: captured },
          rules,
        });
        const nows = [...CLOCK_ENDS, 30_000, 45_000, ...offsets].flatMap((ms) => [T + ms - 1, T + ms, T + ms + 0.5, T + ms + 1]);
        const check = (now: number) => expect(steady.of({ ...given }, now)).toEqual(assembleSession(given, now));
        for (const now of nows.toSorted((a, b) => a - b)) check(now);
        for (const now of nows.slice(-8)) check(now);
      },
    ),
    { numRuns: 500 },
  );
});
