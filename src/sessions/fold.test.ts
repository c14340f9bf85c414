import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HookEvent } from './event.ts';
import { foldTail, readTail, stateCut } from './fold.ts';
import { ev, T } from './testing.ts';

const bytes = (lines: readonly unknown[]) =>
  Buffer.from(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
const NAMES = ['UserPromptSubmit', 'PostToolUse', 'PermissionRequest', 'Stop', 'SubagentStart', 'SubagentStop', 'SessionStart'] as const;

/** Events in order of delivery, none later than 10 s. */
const journals = fc
  .array(
    fc.record({
      step: fc.integer({ min: 0, max: 6000 }),
      late: fc.integer({ min: 0, max: 9900 }),
      name: fc.constantFrom(...NAMES),
      agent: fc.constantFrom('a', 'b'),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((steps) => {
    let delivered = 0;
    return steps.map(({ step, late, name, agent }, i): HookEvent => {
      delivered += step;
      const isAgent = name.startsWith('Subagent');
      return ev(name, (delivered - late) / 1000, { n: `k${i}`, tool: 'Bash', input: 'h', ...(isAgent ? { agent, agentType: 'x' } : {}) });
    });
  });

test('LS-22: folding from any state line equals folding the whole file (10,000 cases)', () => {
  fc.assert(
    fc.property(journals, fc.nat(), (events, pick) => {
      const at = pick % events.length;
      const delivered = Math.max(...events.slice(0, at + 1).map((event) => event.at));
      const end = T + 1e6;
      const cut = stateCut(readTail(bytes(events.slice(0, at + 1))), delivered);
      if (cut === null) return;
      const whole = foldTail(readTail(bytes(events)), end);
      const line = { v: 1, event: 'state', upto: cut.upto, state: cut.state };
      const withState = bytes([...events.slice(0, at + 1), line, ...events.slice(at + 1)]);
      expect(foldTail(readTail(withState), end)).toEqual(whole);
      // From the covered place on, as a reader of the end of a large file sees it.
      const from = withState.subarray(Math.max(0, cut.upto - 1));
      expect(foldTail(readTail(from, Math.max(0, cut.upto - 1)), end)).toEqual(whole);
    }),
    { numRuns: 10_000 },
  );
});

test('LS-23: torn, foreign and unparsable lines are skipped and counted; a missing journal is an empty one', () => {
  const tail = readTail(
    bytes(['{"v":1,"at":', ev('UserPromptSubmit', 0), '{"v":2,"at":1,"event":"Stop"}', 'null', '[1]', ev('Stop', 1), '"x"']),
  );
  expect([tail.events.length, tail.skipped]).toEqual([2, 5]);
  expect(foldTail(readTail(new Uint8Array()), T).phase).toBe('none');
});

test('LS-23: random byte flips never crash, and other lines still count', () => {
  const events = Array.from({ length: 20 }, (_, i) => ev('SubagentStart', i, { agent: `a${i}`, agentType: 'é' }));
  const state = foldTail(readTail(bytes(events)), T + 1e6);
  const file = bytes([...events, { v: 1, event: 'state', upto: 0, state }, ...events]);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (flips) => {
      const damaged = Buffer.from(file);
      for (const [at, value] of flips) damaged[at] = value;
      expect(foldTail(readTail(damaged), T + 1e6).agents.length).toBeGreaterThanOrEqual(15);
    }),
    { numRuns: 3000 },
  );
});

test('ST-22: a clock that was set back: what was written later counts later', () => {
  const hour = 3600;
  const state = foldTail(readTail(bytes([ev('UserPromptSubmit', hour), ev('Stop', hour + 1), ev('UserPromptSubmit', 5)])), T + 6000);
  expect([state.phase, state.since]).toEqual(['working', T + 5000]);
});
