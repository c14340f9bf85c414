import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HookEvent } from '../../src/sessions/event.ts';
import { eventLine, eventOf, MAX_LINE } from '../../src/sessions/payload.ts';
import { reduce } from '../../src/sessions/reduce.ts';
import { EMPTY_STATE, hookState, type ReducedState } from '../../src/sessions/reduced.ts';

/* Every payload that real clients wrote, and their timed sequences (LS-16). Skipped by name where the captures are not beside the repository. */

const CAPTURED = resolve('../shared/fixtures/captured');
const captured = describe.skipIf(!existsSync(join(CAPTURED, 'hooks')));

const received = (payload: Record<string, unknown>, at: number, pid?: number) => {
  const identity = { configDir: '/c', kind: 'unknown', ...(pid === undefined ? {} : { pid }) };
  return eventOf(payload, JSON.stringify(payload), { at, identity, sessionId: null });
};
const afterPrompt = (event: HookEvent): string => {
  const prompted = reduce(EMPTY_STATE, { v: 1, at: 1, n: 'first', event: 'UserPromptSubmit' });
  const state = reduce(prompted, event);
  return hookState(state, state.at);
};

/** State after a prompt and this payload a minute later; all others leave it working. */
const EXPECTED: Readonly<Record<string, string>> = {
  'Elicitation.json': 'needs-answer',
  'Notification.idle_prompt.json': 'your-turn',
  'Notification.permission_prompt.json': 'needs-permission',
  'PermissionRequest.json': 'needs-permission',
  'PostCompact.manual.json': 'your-turn',
  'PreCompact.manual.json': 'compacting',
  'SessionEnd.clear.json': 'ended',
  'SessionEnd.other.json': 'ended',
  'SessionEnd.prompt_input_exit.json': 'ended',
  'SessionStart.clear.json': 'your-turn',
  'SessionStart.fork.json': 'your-turn',
  'SessionStart.resume.json': 'your-turn',
  'SessionStart.startup.json': 'your-turn',
  'Stop.json': 'your-turn',
  'StopFailure.rate_limit.json': 'rate-limited',
};

captured('LS-16: captured payloads', () => {
  const files = existsSync(CAPTURED)
    ? ['1.0.128', '2.0.76', '2.1.329'].flatMap((version) =>
        readdirSync(join(CAPTURED, 'hooks', version)).map((name) => join(CAPTURED, 'hooks', version, name)),
      )
    : [];
  test.each(files.map((file) => [file.slice(CAPTURED.length + 7), file] as const))('%s', (_name, file) => {
    const payload = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const { event, sessionId } = received(payload, 60_001)!;
    expect([sessionId, event.event]).toEqual([payload.session_id, payload.hook_event_name]);
    expect(Buffer.byteLength(eventLine(event))).toBeLessThanOrEqual(MAX_LINE);
    expect(afterPrompt(event)).toBe(EXPECTED[basename(file)] ?? 'working');
  });
});

/** Run-length sequences of states by session, read off the clients' own order of events. Sessions of the plain sequence are not listed. */
const PLAIN = 'your-turn working your-turn ended';
const STREAMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '1.0.128': {
    // Resumed sessions announce themselves under an id of their own and go on under the old one.
    '4af00974': 'your-turn working your-turn ended working your-turn ended working your-turn ended',
    fecaf2eb: 'your-turn',
    c779f91c: 'your-turn',
    // A permission left with Esc, then /compact and /clear.
    '6d0d785a': 'your-turn working your-turn working compacting ended',
  },
  '2.0.76': {
    '0703fbc3': 'your-turn working your-turn ended your-turn working your-turn ended your-turn working your-turn ended your-turn',
    // Warm-up agents under an id that never becomes a session.
    '49adcd17': 'working',
    '006f3a2f': 'working unknown',
    '83967f46': 'working your-turn ended',
    a917bd6a: 'your-turn working your-turn working your-turn working needs-permission working compacting ended',
  },
  '2.1.329': {
    c1bf32a7: 'your-turn working your-turn working your-turn ended',
    '052d674a': 'your-turn working your-turn ended your-turn working your-turn ended your-turn working your-turn ended',
    ca6e2b6d: 'your-turn working your-turn working needs-permission working compacting your-turn ended',
    '27b1cc27': 'your-turn working rate-limited ended',
    // kill -9: nothing tells.
    '5170a571': 'your-turn',
    '9371a9d5': 'unknown your-turn ended',
    f6716c1d:
      'your-turn working your-turn working your-turn working needs-answer working your-turn working your-turn working your-turn ended',
    '31265a95': 'unknown your-turn working your-turn ended',
  },
  '2.1.329-events': {
    '37ffd56c': 'unknown your-turn ended',
    '39bf5350':
      'your-turn working your-turn working your-turn working needs-answer working your-turn working your-turn working your-turn ended',
    '78eab7fa': 'unknown your-turn working your-turn ended',
  },
  '2.1.329-generated': {
    '0adaeaaa': 'your-turn working your-turn ended your-turn working your-turn ended',
    // A permission, a manual compaction, a background agent over the end of its turn, an API error, a branch.
    '2e5ce132':
      'your-turn working your-turn working your-turn working needs-permission working your-turn compacting your-turn working your-turn working your-turn working your-turn working error ended',
  },
};

captured('LS-16: captured sequences', () => {
  test.each(Object.entries(STREAMS))('%s', (run, expected) => {
    const sessions = new Map<string, { state: ReducedState; seen: string[] }>();
    for (const line of readFileSync(join(CAPTURED, 'hook-streams', `${run}.jsonl`), 'utf8')
      .trim()
      .split('\n')) {
      const call = JSON.parse(line) as { t: string; stdin: Record<string, unknown>; env: Record<string, string | undefined> };
      const { sessionId, event } = received(call.stdin, Date.parse(call.t), call.env.CLAUDE_PID ? Number(call.env.CLAUDE_PID) : undefined)!;
      const session = sessions.get(sessionId) ?? { state: EMPTY_STATE, seen: [] };
      session.state = reduce(session.state, event);
      const state = hookState(session.state, session.state.at);
      if (session.seen.at(-1) !== state) session.seen.push(state);
      sessions.set(sessionId, session);
    }
    for (const [id, { seen }] of sessions) expect(seen.join(' '), id).toBe(expected[id.slice(0, 8)] ?? PLAIN);
    expect(Object.keys(expected).filter((id) => ![...sessions.keys()].some((each) => each.startsWith(id)))).toEqual([]);
  });
});
