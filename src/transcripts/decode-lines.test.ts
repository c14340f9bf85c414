import { describe, expect, it } from 'vitest';
import { decodeLine } from './decode.ts';

const decode = (text: string | object) => {
  const bytes = Buffer.from(typeof text === 'string' ? text : JSON.stringify(text));
  return decodeLine(bytes, 0, bytes.length);
};
const NOTHING = { facts: [], rejected: null };
const S = 's-1';
const prompt = { sessionId: S, uuid: 'u-1', message: { content: 'go on' } };
const usageOf = (o: object) => decode(o).facts[0]?.usage ?? null;
const sessionOf = (o: object) => decode({ sessionId: S, ...o }).facts[0]?.session ?? null;
const promptOf = (content: unknown, more: object = {}) =>
  decode({ type: 'user', sessionId: S, uuid: 'u', ...more, message: { content } }).facts[0]?.prompt ?? null;

describe('which lines are parsed', () => {
  it('HZ-21: a byte order mark, blanks, carriage returns and zero bytes around a line change nothing', () => {
    const line = JSON.stringify({ type: 'assistant', uuid: 'u', message: { usage: { input_tokens: 5 } } });
    for (const text of [`\ufeff${line}`, `\0\0 ${line}\r`, `\t${line} \0`]) expect(decode(text).facts[0]?.usage?.input).toBe(5);
    expect(decode('\ufeff')).toEqual(NOTHING);
    // Bytes that only begin like a mark belong to the line.
    for (const bytes of [
      [0xef, 0x41],
      [0xef, 0xbb, 0x41],
    ])
      expect(decodeLine(Buffer.from(bytes), 0, bytes.length).rejected).toBe('malformed');
  });
  it('D-13: a prompt is found wherever its type stands, however long it is', () => {
    const words = 'word '.repeat(2000);
    expect(decode({ ...prompt, type: 'user' }).facts[0]?.prompt?.uuid).toBe('u-1');
    expect(decode({ message: { content: words }, type: 'user', sessionId: S, uuid: 'u-2' }).facts[0]?.prompt?.uuid).toBe('u-2');
    expect(decode({ ...prompt, type: 'user', message: { content: words } }).facts[0]?.prompt?.uuid).toBe('u-1');
  });
  it('rule 5: results of tools and mute types tell nothing, whatever they hold', () => {
    const result = { content: [{ type: 'tool_result', content: 'x' }] };
    expect(decode({ type: 'user', sessionId: S, uuid: 'u', message: result })).toEqual(NOTHING);
    expect(decode({ message: result, type: 'user', sessionId: S, uuid: 'u' })).toEqual(NOTHING);
    expect(
      decode({ message: { content: [{ type: 'tool_result', content: 'x'.repeat(5000) }] }, type: 'user', sessionId: S, uuid: 'u' }),
    ).toEqual(NOTHING);
    expect(decode({ type: 'attachment', sessionId: S, text: '"user"' })).toEqual(NOTHING);
    expect(decode({ type: 'something-new', sessionId: S, text: 'x'.repeat(5000) })).toEqual(NOTHING);
  });
  it('HZ-18: an object with usage behind rubbish counts, rubbish alone is rejected', () => {
    const line = JSON.stringify({ type: 'assistant', uuid: 'u', message: { usage: { input_tokens: 5 } } });
    expect(decode(`half"}${line}`)).toMatchObject({ facts: [{ usage: { input: 5 } }], rejected: 'malformed' });
    expect(decode('half')).toEqual({ facts: [], rejected: 'malformed' });
    expect(decode('{"type":"progress","half')).toEqual({ facts: [], rejected: 'malformed' });
  });
});

describe('several lines of one chunk', () => {
  it('are told apart in any order of asking', () => {
    const line = (input: number) => `${JSON.stringify({ type: 'assistant', uuid: 'u', message: { usage: { input_tokens: input } } })}`;
    const mute = '{"type":"progress","data":1}';
    const texts = [mute, line(1), mute, line(2), mute];
    const chunk = Buffer.from(texts.join('\n'));
    const starts = texts.map((_, i) =>
      Buffer.byteLength(
        texts
          .slice(0, i)
          .map((text) => `${text}\n`)
          .join(''),
      ),
    );
    const read = (i: number) => decodeLine(chunk, starts[i]!, starts[i]! + Buffer.byteLength(texts[i]!)).facts[0]?.usage?.input ?? null;
    for (const order of [
      [0, 1, 2, 3, 4],
      [4, 3, 2, 1, 0],
      [3, 0, 1, 4, 2, 3],
      [1, 1, 3, 3],
    ])
      expect(order.map(read)).toEqual(order.map((i) => [null, 1, null, 2, null][i]));
  });
  it('HZ-24: a type without an end in sight is no type', () => {
    expect(decode({ type: 'x'.repeat(600), sessionId: S })).toEqual(NOTHING);
    expect(decode({ ...prompt, type: 'user' }).facts).toHaveLength(1);
  });
});

describe('usage lines at their edges', () => {
  it('D-9: progress records without a whole assistant message are none', () => {
    const usage = { input_tokens: 5 };
    const inside = (message: unknown) => usageOf({ type: 'progress', uuid: 'p', data: { message }, sessionId: S });
    expect(inside(undefined)).toBeNull();
    expect(usageOf({ type: 'progress', sessionId: S, data: { input_tokens: 5 } })).toBeNull();
    expect(inside({ type: 'user', message: { usage } })).toBeNull();
    expect(inside({ type: 'assistant', message: { text: 'a "input_tokens": 1' } })).toBeNull();
    for (const type of [undefined, null, 'assistant'])
      expect(inside({ type, uuid: 'u', message: { usage } })).toMatchObject({ rank: 0, sessionId: S });
  });
  it('D-9: a message or usage of another type is none', () => {
    for (const message of [null, [], 'x', { usage: [] }, { usage: 7 }])
      expect(usageOf({ type: 'assistant', message, other: { input_tokens: 5 } })).toBeNull();
  });
  it('D-10.4: what a line does not say is unknown, what it says otherwise is the ordinary', () => {
    const of = (more: object) => usageOf({ type: 'assistant', uuid: 'u', message: { usage: { input_tokens: 1, ...more } } });
    expect(of({})).toMatchObject({ speed: null, geo: null, webSearches: null, iterations: null });
    expect(of({ speed: 'fast', inference_geo: 'us' })).toMatchObject({ speed: 'fast', geo: 'us' });
    expect(of({ speed: 'turbo', inference_geo: 'mars' })).toMatchObject({ speed: 'standard', geo: 'other' });
    expect(of({ server_tool_use: { web_search_requests: null } })?.webSearches).toBeNull();
    expect(of({ server_tool_use: { web_search_requests: 3 } })?.webSearches).toBe(3);
    expect(of({ iterations: [null, 'x', { type: 'message', input_tokens: 9 }] })?.iterations).toEqual([]);
  });
  it('D-5: a branch without the name of its origin is branched, and from nobody known', () => {
    const of = (forkedFrom: unknown) => usageOf({ type: 'assistant', uuid: 'u', forkedFrom, message: { usage: { input_tokens: 1 } } });
    expect(of({ sessionId: 'A' })).toMatchObject({ origin: 'A', branched: true });
    expect(of({})).toMatchObject({ origin: null, branched: true });
    expect(of('A')).toMatchObject({ origin: null, branched: false });
  });
  it('D-17: a logged cost is a number of dollars from 0 to a million, or refused', () => {
    const of = (costUSD: unknown) => usageOf({ type: 'assistant', uuid: 'u', costUSD, message: { usage: { input_tokens: 1 } } });
    expect(of(9.99)).toMatchObject({ logged: 9_990_000_000, flagged: 0 });
    expect(of(null)).toMatchObject({ logged: null, flagged: 0 });
    for (const refused of [-1, 1e7, '9.99']) expect(of(refused)).toMatchObject({ logged: null, flagged: 1 });
  });
});

describe('facts of a session', () => {
  it('D-7: where it ran, on which branch, by which client, and whose copy the line is', () => {
    const of = (o: object) => sessionOf({ type: 'assistant', message: { usage: { input_tokens: 1 } }, ...o });
    expect(of({ cwd: '/app', gitBranch: 'main', version: '2.1.329' })).toMatchObject({
      cwd: '/app',
      branch: 'main',
      version: '2.1.329',
      isPlain: true,
    });
    expect(of({ cwd: null, gitBranch: '', version: 5 })).toEqual({ sessionId: S, at: null, sidechain: false, isPlain: true });
    expect(of({ requestSessionId: 'A' })?.forkedFrom).toBe('A');
    expect(of({ requestSessionId: 'A', forkedFrom: { sessionId: 'B' } })?.forkedFrom).toBe('B');
    // A session does not copy itself.
    expect(of({ requestSessionId: S })).not.toHaveProperty('forkedFrom');
    expect(of({ cwd: 'x'.repeat(5000) })).not.toHaveProperty('cwd');
  });
  it('D-8: titles and names, no blank ones, no endless ones', () => {
    expect(sessionOf({ type: 'custom-title', customTitle: 'Deploy' })).toMatchObject({ customTitle: 'Deploy', isPlain: false });
    expect(sessionOf({ type: 'custom-title', customTitle: '  ' })).toMatchObject({ isPlain: true });
    expect(sessionOf({ type: 'ai-title', aiTitle: 'x'.repeat(1000) })?.aiTitle).toHaveLength(400);
    expect(sessionOf({ type: 'agent-name', agentName: 'reviewer' })).toMatchObject({ agentName: 'reviewer' });
    expect(sessionOf({ type: 'agent-name', agentName: 7 })).not.toHaveProperty('agentName');
  });
  it('rule 15: where a session moved from and to', () => {
    expect(sessionOf({ type: 'relocated', relocatedCwd: '/new' })).toMatchObject({ relocatedCwd: '/new' });
    expect(sessionOf({ type: 'worktree-state', worktreeSession: { originalCwd: '/old' } })).toMatchObject({ originalCwd: '/old' });
    expect(sessionOf({ type: 'worktree-state', worktreeSession: null })).not.toHaveProperty('originalCwd');
  });
  it('D-18: the client’s own total, in nano-dollars, if it is one', () => {
    expect(sessionOf({ type: 'cost-state', totalCostUSD: 0.012888 })?.clientCost).toBe(12_888_000);
    for (const totalCostUSD of [-1, 1e9, '1', null])
      expect(sessionOf({ type: 'cost-state', totalCostUSD })).not.toHaveProperty('clientCost');
  });
  it('D-35: after a compaction the context is what it says, or not known', () => {
    const of = (compactMetadata: unknown) => sessionOf({ type: 'system', subtype: 'compact_boundary', compactMetadata })?.compactedTo;
    expect(of({ postTokens: 1234 })).toBe(1234);
    for (const postTokens of [undefined, -1, 1.5, '7']) expect(of({ postTokens })).toBeNull();
    expect(sessionOf({ type: 'system', subtype: 'other', text: '"compact_boundary"', note: 'compact_boundary' })).not.toHaveProperty(
      'compactedTo',
    );
  });
  it('rule 12: a failed request leaves a code, most telling first, and never a text', () => {
    const of = (o: object) =>
      sessionOf({ type: 'assistant', isApiErrorMessage: true, message: { model: '<synthetic>', usage: { input_tokens: 0 } }, ...o });
    expect(of({ apiError: 'usage_limit_reached', error: 'x', apiErrorType: 'y', apiErrorStatus: 429 })?.error).toBe('usage_limit_reached');
    expect(of({ error: 'overloaded', apiErrorType: 'y' })?.error).toBe('overloaded');
    expect(of({ apiErrorType: 'rate_limit_error', apiErrorStatus: 429 })?.error).toBe('rate_limit_error');
    expect(of({ apiErrorStatus: 529 })?.error).toBe('http 529');
    expect(of({})?.error).toBe('error');
    expect(
      sessionOf({ type: 'assistant', isApiErrorMessage: false, error: 'x', message: { usage: { input_tokens: 0 } } }),
    ).not.toHaveProperty('error');
  });
  it('D-20: a usage limit tells its reset, of the five-hour window only', () => {
    const of = (quotaLimits: unknown) =>
      sessionOf({ type: 'assistant', isApiErrorMessage: true, quotaLimits, message: { usage: { input_tokens: 0 } } })?.limitResetsAt;
    expect(of({ rateLimitType: 'five_hour', resetsAt: 1_763_000_000 })).toBe(1_763_000_000_000);
    expect(of({ rateLimitType: 'seven_day', resetsAt: 1_763_000_000 })).toBeUndefined();
    expect(of({ rateLimitType: 'five_hour', resetsAt: 1e300 })).toBeUndefined();
    expect(of(null)).toBeUndefined();
  });
});

describe('D-13 prompts', () => {
  it('are text that a person typed, whole or as the first block that tells', () => {
    expect(promptOf('go on')).toMatchObject({ uuid: 'u', sessionId: S });
    expect(promptOf([{ type: 'image' }, { type: 'text', text: 'look' }])).not.toBeNull();
  });
  it('are no result, command, interrupt, blank, picture alone, or nothing at all', () => {
    for (const content of ['<command-name>x', ' [Request interrupted by user]', '<task-notification>', '  '])
      expect(promptOf(content)).toBeNull();
    for (const content of [[{ type: 'image' }], [{ type: 'text' }], [null, 7], [], 7, null]) expect(promptOf(content)).toBeNull();
    for (const more of [{ isMeta: true }, { isSidechain: true }, { isCompactSummary: true }, { uuid: undefined }])
      expect(promptOf('x', more)).toBeNull();
    // A result behind blocks of no meaning; the marker in another spelling hides it from the cheap look, not from the careful one.
    expect(promptOf([{ type: 'image' }, { type: 'tool\u005fresult' }])).toBeNull();
    expect(
      decode('{"type":"user","sessionId":"s","uuid":"u","message":{"content":[{"type":"tool\\u005fresult"},{"type":"text","text":"x"}]}}')
        .facts[0]?.prompt ?? null,
    ).toBeNull();
  });
});
