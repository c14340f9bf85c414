import { describe, expect, test } from 'vitest';
import { EVENT_NAMES } from './event.ts';
import { keyedHash } from './hash.ts';
import { leadingFields } from './leading-fields.ts';
import { eventLine, eventOf, MAX_LINE } from './payload.ts';

const circumstances = { at: 1, identity: { configDir: '/c', kind: 'unknown' }, sessionId: null };
const CANARY = 'CANARY-7f3e';

test('LS-24: nothing of the content of any of the 33 events reaches the journal', () => {
  for (const name of EVENT_NAMES) {
    const content = Object.fromEntries(
      [
        'prompt',
        'last_assistant_message',
        'message',
        'delta',
        'compact_summary',
        'custom_instructions',
        'error',
        'error_details',
        'description',
        'task_description',
        'content',
        'file_path',
        'command_args',
        'url',
        'directory',
        'worktree_path',
      ].map((key) => [key, CANARY]),
    );
    const payload = {
      session_id: 's',
      hook_event_name: name,
      ...content,
      tool_name: 'Write',
      tool_input: { file_path: `/x/${CANARY}`, content: CANARY },
      tool_response: { stdout: CANARY },
      tool_calls: [{ tool_input: CANARY }],
      requested_schema: { title: CANARY },
      mcp_server_name: CANARY,
      reason: name === 'SessionEnd' ? 'other' : CANARY,
      source: name === 'SessionStart' ? 'startup' : CANARY,
      background_tasks: [{ id: 'b', type: 'shell', status: 'running', command: CANARY, description: CANARY }],
    };
    const received = eventOf(payload, JSON.stringify(payload), circumstances);
    expect(received, name).not.toBeNull();
    expect(eventLine(received!.event), name).not.toContain(CANARY);
  }
});

test('ST-16: a line has at most 1 KiB, whatever the client sends, and keeps what decides the state', () => {
  const long = '✓'.repeat(5000);
  const payload = {
    session_id: long,
    hook_event_name: 'Stop',
    transcript_path: `/${'t'.repeat(900)}`,
    cwd: `/${'c'.repeat(900)}`,
    session_title: long,
    prompt_id: long,
    permission_mode: long,
    background_tasks: Array.from({ length: 500 }, (_, i) => ({ id: `agent-${i}`, type: 'subagent', status: 'running', agent_type: long })),
  };
  const line = eventLine(eventOf(payload, 'raw', circumstances)!.event);
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LINE);
  expect(JSON.parse(line)).toMatchObject({ v: 1, event: 'Stop' });
});

test('a payload without session or event is none', () => {
  expect(eventOf({}, '', circumstances)).toBeNull();
  expect(eventOf({ session_id: 's' }, '', circumstances)).toBeNull();
  expect(eventOf({ session_id: 5, hook_event_name: 'Stop' }, '', circumstances)).toBeNull();
  expect(eventOf({ hook_event_name: 'Stop' }, '', { ...circumstances, sessionId: 'env' })?.sessionId).toBe('env');
  expect(eventOf({ session_id: 's', hook_event_name: 'state' }, '', circumstances)).toBeNull();
});

test('the input hash is 32 bits and keyed with the session', () => {
  expect(keyedHash('{"a":1}', 's1')).toMatch(/^[0-9a-f]{8}$/);
  expect(keyedHash('{"a":1}', 's1')).not.toBe(keyedHash('{"a":1}', 's2'));
  expect(keyedHash('{"a":1}', 's1')).not.toBe(keyedHash('{"a":2}', 's1'));
});

describe('LS-38: leading fields of what is cut off', () => {
  test.each([
    ['{"session_id":"a","hook_event_name":"PostToolUse","tool_response":"xxxx', { session_id: 'a', hook_event_name: 'PostToolUse' }],
    ['{"a":{"b":[1,"]"]},"c":tru', { a: { b: [1, ']'] } }],
    ['{"a":1,"b":null,"c":"\\"}"} rest', { a: 1, b: null, c: '"}' }],
    ['', {}],
    ['[1]', {}],
    ['{"a"', {}],
  ])('%s', (text, fields) => {
    expect(leadingFields(text)).toEqual(fields);
  });
  test('a hostile key stays a key', () => {
    expect(Object.keys(leadingFields('{"__proto__":1,"x":2}'))).toEqual(['__proto__', 'x']);
  });
});
