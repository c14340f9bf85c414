import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVENT_NAMES, type HookEvent } from './event.ts';
import { foldEvents, reduce } from './reduce.ts';
import { EMPTY_STATE, hookState, type ReducedState } from './reduced.ts';
import { needsYou, type State } from './states.ts';
import { essence, ev, T } from './testing.ts';

const CASES = 10_000;
const stateOf = (...events: readonly HookEvent[]): State => {
  const state = foldEvents(events);
  return hookState(state, state.at);
};
const prompt = ev('UserPromptSubmit', 0);
const ask = (at: number, tool = 'Bash', input = 'h1', agent?: string) =>
  ev('PermissionRequest', at, { tool, input, ...(agent ? { agent, agentType: 'coder' } : {}) });
const done = (at: number, tool = 'Bash', input = 'h1', agent?: string) =>
  ev('PostToolUse', at, { tool, input, ...(agent ? { agent, agentType: 'coder' } : {}) });

describe('live-status §5: event → effect', () => {
  const table: readonly (readonly [string, readonly HookEvent[], State])[] = [
    ['SessionStart startup', [ev('SessionStart', 0, { source: 'startup' })], 'your-turn'],
    ['SessionStart resume clears waits and agents', [prompt, ask(1), ev('SessionStart', 2, { source: 'resume' })], 'your-turn'],
    ['SessionStart compact changes nothing', [prompt, ev('SessionStart', 1, { source: 'compact' })], 'working'],
    ['UserPromptSubmit', [prompt], 'working'],
    ['UserPromptSubmit clears an error', [prompt, ev('StopFailure', 1, { error: 'overloaded' }), ev('UserPromptSubmit', 2)], 'working'],
    ['PreToolUse', [ev('PreToolUse', 0, { tool: 'Read' })], 'working'],
    ['PermissionRequest', [prompt, ask(1)], 'needs-permission'],
    ['PermissionRequest of AskUserQuestion (§13 16)', [prompt, ask(1, 'AskUserQuestion')], 'needs-answer'],
    ['its PostToolUse, with the answers in its input', [prompt, ask(1, 'AskUserQuestion'), done(2, 'AskUserQuestion', 'other')], 'working'],
    ['PermissionDenied', [prompt, ask(1), ev('PermissionDenied', 2, { tool: 'Bash', input: 'h1' })], 'working'],
    ['Notification confirms', [prompt, ask(1), ev('Notification', 7, { kind: 'permission_prompt' })], 'needs-permission'],
    ['Notification alone sets', [prompt, ev('Notification', 7, { kind: 'permission_prompt' })], 'needs-permission'],
    ['Notification overtaken by the answer', [prompt, ask(1), done(6), ev('Notification', 7, { kind: 'permission_prompt' })], 'working'],
    ['Notification elicitation_dialog', [prompt, ev('Notification', 7, { kind: 'elicitation_dialog' })], 'needs-answer'],
    ['idle_prompt after a turn', [prompt, ev('Stop', 1), ev('Notification', 61, { kind: 'idle_prompt' })], 'your-turn'],
    ['idle_prompt shows an end that nothing told', [prompt, ev('Notification', 65, { kind: 'idle_prompt' })], 'your-turn'],
    [
      'idle_prompt never ends a newer prompt',
      [prompt, ev('UserPromptSubmit', 60), ev('Notification', 61, { kind: 'idle_prompt' })],
      'working',
    ],
    ['Notification other', [prompt, ev('Notification', 1, { kind: 'auth_success' })], 'working'],
    ['Elicitation', [prompt, ev('Elicitation', 1, { input: 'm' })], 'needs-answer'],
    ['ElicitationResult', [prompt, ev('Elicitation', 1, { input: 'm' }), ev('ElicitationResult', 2, { input: 'm' })], 'working'],
    ['Stop', [prompt, ev('Stop', 1)], 'your-turn'],
    ['Stop with a running agent', [prompt, ev('Stop', 1, { tasks: { agents: [['a', 'x']], shells: 0 } })], 'working'],
    ['Stop with a shell', [prompt, ev('Stop', 1, { tasks: { agents: [], shells: 2 } })], 'your-turn'],
    ['StopFailure rate_limit', [prompt, ev('StopFailure', 1, { error: 'rate_limit' })], 'rate-limited'],
    ['StopFailure other', [prompt, ev('StopFailure', 1, { error: 'billing_error' })], 'error'],
    ['PreCompact', [prompt, ev('PreCompact', 1, { source: 'auto' })], 'compacting'],
    [
      'PostCompact auto (§13 15)',
      [
        prompt,
        ev('PreCompact', 1, { source: 'auto' }),
        ev('SubagentStop', 2, { agent: 'h', agentType: '' }),
        ev('PostCompact', 3, { source: 'auto' }),
      ],
      'working',
    ],
    [
      'PostCompact manual',
      [prompt, ev('Stop', 1), ev('PreCompact', 2, { source: 'manual' }), ev('PostCompact', 3, { source: 'manual' })],
      'your-turn',
    ],
    ['SessionEnd', [prompt, ev('SessionEnd', 1, { reason: 'other' })], 'ended'],
    ['a tool after SessionEnd', [prompt, ev('SessionEnd', 1), done(2)], 'ended'],
    ['SessionStart after SessionEnd', [prompt, ev('SessionEnd', 1), ev('SessionStart', 2, { source: 'resume' })], 'your-turn'],
    ['nothing but evidence', [ev('MessageDisplay', 0)], 'unknown'],
  ];
  test.each(table)('%s → %3$s', (_name, events, state) => {
    expect(stateOf(...events)).toBe(state);
  });

  test('LS-16: an invented event and those never installed change nothing but the time', () => {
    const effective = new Set([
      'SessionStart',
      'SessionEnd',
      'UserPromptSubmit',
      'PreToolUse',
      'PostToolUse',
      'PostToolUseFailure',
      'PermissionRequest',
      'PermissionDenied',
      'Notification',
      'Stop',
      'StopFailure',
      'SubagentStart',
      'SubagentStop',
      'PreCompact',
      'PostCompact',
      'TaskCreated',
      'TaskCompleted',
      'Elicitation',
      'ElicitationResult',
    ]);
    expect(EVENT_NAMES).toHaveLength(33);
    const before = foldEvents([prompt, ask(1)]);
    for (const name of [...EVENT_NAMES, 'InventedEvent', 'constructor', '__proto__']) {
      if (effective.has(name)) continue;
      const after = reduce(before, ev(name, 2, { tool: 'Bash', input: 'h1' }));
      expect(essence(after), name).toEqual(essence(before));
      expect(after.at).toBe(T + 2000);
    }
  });

  test('a compaction of a client without PostCompact ends a moment after its restart', () => {
    const state = foldEvents([
      prompt,
      ev('Stop', 1),
      ev('PreCompact', 2, { source: 'manual' }),
      ev('SessionStart', 3, { source: 'compact' }),
    ]);
    expect([hookState(state, T + 3000), hookState(state, T + 5001)]).toEqual(['compacting', 'your-turn']);
  });

  test('tasks: progress by id, an open one names the session', () => {
    const events = [
      ev('TaskCompleted', 1, { task: '2', title: 'B' }),
      ev('TaskCreated', 2, { task: '2', title: 'B' }),
      ev('TaskCreated', 0, { task: '1', title: 'A' }),
    ];
    expect(foldEvents(events).tasks).toEqual([
      { id: '1', subject: 'A', done: false },
      { id: '2', subject: 'B', done: true },
    ]);
  });
});

describe('LS-18: order', () => {
  test('a tool delivered 800 ms after its Stop does not reopen the turn', () => {
    expect(stateOf(prompt, ev('Stop', 1), done(1.8))).toBe('your-turn');
  });
  test('a foreign Stop hook that keeps the turn going shows working at the next tool', () => {
    expect(stateOf(prompt, ev('Stop', 1), done(2.1))).toBe('working');
  });
});

describe('LS-19: a wait ends only for a reason', () => {
  test('the result of a parallel tool does not end the other wait', () => {
    expect(stateOf(prompt, ask(1, 'Bash', 'h1'), done(2, 'Bash', 'h2'))).toBe('needs-permission');
    expect(stateOf(prompt, ask(1, 'Bash', 'h1'), done(2, 'Read', 'h1'))).toBe('needs-permission');
    expect(stateOf(prompt, ask(1, 'Bash', 'h1'), done(2, 'Bash', 'h1'))).toBe('working');
  });
  test("a subagent's wait survives the main thread's tools; §13 17: another agent's stop leaves it", () => {
    expect(stateOf(prompt, ask(1, 'Bash', 'h1', 'a'), done(2, 'Bash', 'h1'))).toBe('needs-permission');
    expect(stateOf(prompt, ask(1, 'Bash', 'h1', 'a'), ev('SubagentStop', 2, { agent: 'b', agentType: 'x' }))).toBe('needs-permission');
    expect(stateOf(prompt, ask(1, 'Bash', 'h1', 'a'), ev('SubagentStop', 2, { agent: 'a', agentType: 'x' }))).toBe('working');
  });
});

describe('LS-28, LS-29: agents', () => {
  const start = (id: string, at: number) => ev('SubagentStart', at, { agent: id, agentType: 'coder' });
  const stop = (id: string, at: number) => ev('SubagentStop', at, { agent: id, agentType: 'coder' });
  const count = (...events: readonly HookEvent[]) => foldEvents([prompt, ...events]).agents.length;
  test('start lost, stop lost, both twice, helper without start, nested: exact', () => {
    expect(count(done(1, 'Bash', 'h', 'a'))).toBe(1);
    expect(count(start('a', 1), start('b', 2), stop('b', 3))).toBe(1);
    expect(count(start('a', 1), start('a', 2), stop('a', 3), stop('a', 4))).toBe(0);
    expect(count(start('a', 1), ev('SubagentStop', 2, { agent: 'h', agentType: '' }))).toBe(1);
    expect(count(start('a', 1), start('b', 2), start('c', 3), stop('c', 4))).toBe(2);
    expect(count(stop('a', 1), start('a', 1.2))).toBe(0);
    expect(count(start('a', 1), ev('Stop', 2, { tasks: { agents: [['z', 't']], shells: 0 } }))).toBe(1);
  });
  test('seen: Stop with a running agent → working, its stop → your turn', () => {
    const events = [prompt, start('a', 1), ev('Stop', 2, { tasks: { agents: [['a', 'coder']], shells: 0 } })];
    expect([stateOf(...events), stateOf(...events, stop('a', 3))]).toEqual(['working', 'your-turn']);
  });
});

const someEvent: fc.Arbitrary<HookEvent> = fc
  .record({
    at: fc.integer({ min: 0, max: 9_999 }),
    n: fc.string({ minLength: 8, maxLength: 8 }),
    event: fc.constantFrom(...EVENT_NAMES, 'Invented'),
    tool: fc.constantFrom('Bash', 'Read', 'AskUserQuestion'),
    input: fc.constantFrom('h1', 'h2'),
    agent: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    agentType: fc.constantFrom('coder', ''),
    source: fc.constantFrom('startup', 'resume', 'compact', 'auto', 'manual'),
    kind: fc.constantFrom('permission_prompt', 'idle_prompt', 'elicitation_dialog', 'other'),
    error: fc.constantFrom('rate_limit', 'overloaded'),
    task: fc.constantFrom('1', '2'),
    tasks: fc.option(fc.record({ agents: fc.constantFrom([], [['a', 'coder'] as const]), shells: fc.nat(3) }), { nil: undefined }),
  })
  .map((fields) => {
    const event = { v: 1, ...fields, at: T + fields.at } as Record<string, unknown>;
    for (const key of ['agent', 'tasks']) if (event[key] === undefined) delete event[key];
    return event as unknown as HookEvent;
  });
const streams = fc.uniqueArray(someEvent, { maxLength: 12, selector: ({ n }) => n });

describe('properties of the fold', () => {
  test(`LS-17: double delivery changes nothing (${CASES} cases)`, () => {
    fc.assert(
      fc.property(streams, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 3 })), { maxLength: 6 }), (events, repeats) => {
        const copies =
          events.length === 0
            ? []
            : repeats.map(([i, late]) => ({ ...events[i % events.length]!, at: events[i % events.length]!.at + late * 80 }));
        expect(essence(foldEvents([...events, ...copies]))).toEqual(essence(foldEvents(events)));
      }),
      { numRuns: CASES },
    );
  });

  test(`LS-18: any order of delivery gives the same (${CASES} cases)`, () => {
    fc.assert(
      fc.property(
        streams.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
        ([events, shuffled]) => {
          expect(foldEvents(shuffled)).toEqual(foldEvents(events));
        },
      ),
      { numRuns: CASES },
    );
  });

  const RUNS = process.env.TIDEMARK_LONG === '1' ? 100_000 : 20_000;
  test(`LS-20: invariants (${RUNS} streams; 100,000 with TIDEMARK_LONG=1)`, () => {
    fc.assert(
      fc.property(streams, (events) => {
        let state: ReducedState = EMPTY_STATE;
        for (const event of [...events].sort((a, b) => a.at - b.at)) {
          const before = state;
          state = reduce(before, event);
          const isNew = !before.recent.some(([n]) => n === event.n);
          const now = hookState(state, state.at);
          if (state.since > state.at) throw new Error('since after now');
          if (before.phase === 'ended' && now !== 'ended' && !['SessionStart', 'UserPromptSubmit'].includes(event.event))
            throw new Error('ended was left');
          if (isNew && event.event === 'Stop' && needsYou(now)) throw new Error('a need after Stop');
          if (new Set(state.agents.map(({ id }) => id)).size !== state.agents.length) throw new Error('an agent twice');
        }
      }),
      { numRuns: RUNS },
    );
  });
});
