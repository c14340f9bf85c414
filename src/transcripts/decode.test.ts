import { describe, expect, it } from 'vitest';
import { decodeLine } from './decode.ts';
import type { UsageLine } from './types.ts';

const decode = (text: string) => decodeLine(Buffer.from(text), 0, Buffer.byteLength(text));
const usage = (o: unknown): UsageLine | null => decode(typeof o === 'string' ? o : JSON.stringify(o)).facts[0]?.usage ?? null;
const VENDOR = 'msg_01ABCDEFGHIJKLMNOP';

describe('D-9 usage lines', () => {
  it('reads a whole counter written with a point, refuses and flags text', () =>
    expect(usage('{"message":{"id":"m","usage":{"input_tokens":100.0,"output_tokens":"7"}},"cwd":null,"timestamp":1}')).toMatchObject({
      input: 100,
      output: 0,
      flagged: 1,
      at: null,
    }));
  it('takes no tool result, no other type, no synthetic model', () => {
    expect(usage({ type: 'user', toolUseResult: { usage: { input_tokens: 5 } } })).toBeNull();
    expect(usage({ type: 'system', message: { usage: { input_tokens: 5 } } })).toBeNull();
    expect(usage({ type: 'assistant', message: { model: '<synthetic>', usage: { input_tokens: 5 } } })).toBeNull();
    expect(usage({ type: 'assistant', message: { usage: { input_tokens: -5 } } })).toBeNull();
  });
  it('D-3: the split of the cache wins over its total, a split of zeros does not', () => {
    const of = (five: number, hour: number, total: number) =>
      usage({
        message: {
          usage: {
            input_tokens: 1,
            cache_creation_input_tokens: total,
            cache_creation: { ephemeral_5m_input_tokens: five, ephemeral_1h_input_tokens: hour },
          },
        },
      });
    expect(of(1, 2, 0)).toMatchObject({ cacheWrite5m: 1, cacheWrite1h: 2 });
    expect(of(0, 0, 9)).toMatchObject({ cacheWrite5m: 9, cacheWrite1h: 0 });
  });
});

describe('D-10 keys and ranks', () => {
  const of = (message: object, over: object = {}) =>
    usage({ type: 'assistant', ...over, message: { ...message, usage: { input_tokens: 1, output_tokens: 2 } } });
  it('D-10.1: a vendor id, then the request id, then the uuid, then a hash', () => {
    expect(of({ id: VENDOR }, { requestId: 'r' })).toMatchObject({ key: VENDOR, weak: false });
    expect(of({}, { requestId: 'r', uuid: 'u' })).toMatchObject({ key: 'r:r', weak: false });
    expect(of({}, { uuid: 'u' })).toMatchObject({ key: 'u:u', weak: false });
    expect(of({})?.key).toMatch(/^h:[0-9a-f]{32}$/);
  });
  it('D-10.2: a gateway id is told apart by request and input side, not by output', () => {
    expect(of({ id: 'msg_1' }, { requestId: 'r' })).toMatchObject({ key: 'g:msg_1:r:1:0:0', weak: true });
    expect(of({ id: 'msg_1' })?.key).toBe('g:msg_1::1:0:0');
  });
  it('D-10.3: main 2, sidechain 1, progress 0', () => {
    expect(of({ id: VENDOR })?.rank).toBe(2);
    expect(of({ id: VENDOR }, { isSidechain: true })?.rank).toBe(1);
    expect(
      usage({ type: 'progress', data: { message: { type: 'assistant', message: { id: VENDOR, usage: { input_tokens: 1 } } } } })?.rank,
    ).toBe(0);
  });
  it('D-10.5: advisor and compaction iterations, not the message itself', () =>
    expect(
      usage({
        message: {
          usage: {
            input_tokens: 1,
            iterations: [
              { type: 'message', output_tokens: 9 },
              { type: 'advisor_message', model: 'm', output_tokens: 5 },
              { type: 'compaction', input_tokens: 3 },
            ],
          },
        },
      })?.iterations,
    ).toMatchObject([
      { model: 'm', output: 5 },
      { model: null, input: 3 },
    ]));
});

describe('lines of other kinds', () => {
  it('D-13: a prompt of a person counts, a tool result, a meta line or a command does not', () => {
    const prompt = (over: object, content: unknown = 'hi') =>
      decode(JSON.stringify({ type: 'user', uuid: 'u', sessionId: 's', ...over, message: { content } })).facts[0]?.prompt ?? null;
    expect(prompt({})).toMatchObject({ uuid: 'u', sessionId: 's' });
    for (const over of [{ isMeta: true }, { isSidechain: true }, { isCompactSummary: true }]) expect(prompt(over)).toBeNull();
    expect(prompt({}, '<command-name>/x')).toBeNull();
    expect(prompt({}, [{ type: 'tool_result' }])).toBeNull();
    expect(prompt({}, '  ')).toBeNull();
  });
  it('counts what cannot be read and passes over what says nothing', () => {
    for (const text of ['rubbish', '[]', '{"half', '{"usage":']) expect(decode(text).rejected, text).toBe('malformed');
    for (const text of ['', ' \r', '\0\0', '{}', '{"type":"summary"}']) expect(decode(text), text).toEqual({ facts: [], rejected: null });
  });
});
