import { describe, expect, test } from 'vitest';
import { type HookEvent, readEvent } from './event.ts';
import { foldTail, readTail } from './fold.ts';
import { liveState } from './live-state.ts';
import { eventLine, eventOf, MAX_LINE } from './payload.ts';
import { foldEvents, reduce } from './reduce.ts';
import { EMPTY_STATE, hookState, readReduced } from './reduced.ts';
import { readStop, STOP_EVENT, type StopNote } from './stop-note.ts';
import { ev, hooks, record, T } from './testing.ts';

/* KIL-6: what a stop through us does to a session's state. Pure. */

const STOP: StopNote = { by: 'tui', sent: ['INT', 'TERM'], pid: 100, ended: true };
const identity = (pid: number) => ({ configDir: '/c', kind: 'home', pid });
const start = (seconds: number, pid = 100) => ev('SessionStart', seconds, { identity: identity(pid) });
const prompt = ev('UserPromptSubmit', 1, { identity: identity(100) });
const stop = (seconds: number, more: Partial<StopNote> = {}) => ev(STOP_EVENT, seconds, { stop: { ...STOP, ...more } });
const endOf = (...events: readonly HookEvent[]) => foldEvents(events).ended;

describe('KIL-6: a stop in the reducer', () => {
  const stopped = { at: T + 9000, reason: 'stopped', pid: 100, stop: { by: 'tui', sent: ['INT', 'TERM'] } };
  const table: readonly (readonly [string, readonly HookEvent[], unknown])[] = [
    ['ends a session at work', [start(0), prompt, stop(9)], stopped],
    ['ends one whose hooks never told a process', [ev('UserPromptSubmit', 1), stop(9)], stopped],
    ['ends one without any hook', [stop(9)], stopped],
    [
      "says why, behind the client's own SessionEnd",
      [prompt, ev('SessionEnd', 8, { reason: 'other', identity: identity(100) }), stop(9)],
      stopped,
    ],
    ['and before it', [prompt, stop(9), ev('SessionEnd', 10, { reason: 'other', identity: identity(100) })], stopped],
    ['a straggler does not bring it back', [prompt, stop(9), ev('PostToolUse', 10, { tool: 'Bash' })], stopped],
    ['resumed later it lives', [prompt, stop(9), start(10, 200)], null],
    ['one that another client has taken up meanwhile lives', [prompt, start(5, 200), stop(9)], null],
    ['what did not end it ends nothing', [prompt, stop(9, { ended: false })], null],
    ['a line of that name without its field ends nothing', [prompt, ev(STOP_EVENT, 9)], null],
  ];
  test.each(table)('%s', (_name, events, expected) => {
    expect(endOf(...events)).toEqual(expected);
    expect(hookState(foldEvents(events), T + 60_000) === 'ended').toBe(expected !== null);
  });

  test('questions, agents and shells end with it', () => {
    const busy = [prompt, ev('SubagentStart', 2, { agent: 'a', agentType: 'x' }), ev('PermissionRequest', 3, { tool: 'Bash', input: 'h' })];
    expect(foldEvents([...busy, stop(9)])).toMatchObject({ waits: [], agents: [], shells: 0, phase: 'ended' });
  });

  test('the end is told with who asked and what was sent, until a valid record contradicts it', () => {
    const evidence = hooks([prompt, stop(9)], false);
    expect(liveState([], evidence, null, null, T + 10_000)).toMatchObject({
      state: 'ended',
      source: 'hook',
      alive: false,
      ended: { at: T + 9000, reason: 'stopped', stop: { by: 'tui', sent: ['INT', 'TERM'] } },
    });
    const resumed = record({ pid: 200, status: 'busy', statusUpdatedAt: T + 20_000, updatedAt: T + 20_000 });
    expect(liveState([resumed], evidence, null, null, T + 21_000)).toMatchObject({ state: 'working', ended: null });
  });
});

describe('KIL-6: a stop in the journal', () => {
  test('a line of its own, at most 1 KiB, comes back as it was', () => {
    const event = stop(9);
    const line = eventLine(event);
    expect(Buffer.byteLength(line)).toBeLessThan(MAX_LINE);
    expect(readEvent(JSON.parse(line))).toEqual(event);
    const tail = readTail(Buffer.from(eventLine(prompt) + line));
    expect(foldTail(tail, T + 10_000).ended?.stop).toEqual({ by: 'tui', sent: ['INT', 'TERM'] });
  });

  test('a state line keeps it (LS-22)', () => {
    const state = foldEvents([prompt, stop(9)]);
    expect(readReduced(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(readReduced(JSON.parse(JSON.stringify(reduce(EMPTY_STATE, ev('SessionEnd', 1, { reason: 'clear' })))))?.ended).toEqual({
      at: T + 1000,
      reason: 'clear',
      pid: null,
    });
  });

  test.each([[{ ...STOP, by: 'someone' }], [{ ...STOP, sent: 'INT' }], [{ ...STOP, pid: -1 }], [{ ...STOP, pid: 'x' }], ['INT'], [null]])(
    '%j is no stop (LS-23)',
    (value) => expect(readStop(value)).toBeNull(),
  );

  test('foreign signals are left out; only a true end is one', () => {
    expect(readStop({ ...STOP, sent: ['HUP', 'INT', 7], ended: 1, note: 'x' })).toEqual({
      by: 'tui',
      sent: ['INT'],
      pid: 100,
      ended: false,
    });
  });

  test("a hook's payload cannot say that we stopped a session", () => {
    const c = { at: T, identity: identity(100), sessionId: null };
    const received = eventOf({ session_id: 's', hook_event_name: STOP_EVENT, stop: STOP }, 'raw', c);
    expect(endOf(prompt, { ...received!.event, at: T + 9000 })).toBeNull();
  });
});
