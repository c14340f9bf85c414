import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLine } from '../../src/transcripts/decode.ts';
import { LineSplitter, MAX_LINE } from '../../src/transcripts/lines.ts';
import { promptLine, random, usageLine, vendorId } from '../fault/home.ts';

const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);
const RUNS = process.env.TIDEMARK_LONG === '1' ? 1_000_000 : 12_000;

/** One line of each kind that says something, written by hand. */
const CORPUS = [
  usageLine({ id: vendorId(1), output: 250, write5m: 10, write1h: 20, read: 30, text: 'é "quoted" }{ \\ 🚀' }),
  usageLine({ id: 'msg_gateway', output: 3, extra: { requestId: 'req_1', isSidechain: true, agentId: 'a1', costUSD: 0.25 } }),
  usageLine({ id: vendorId(2), extra: { requestSessionId: 's-0', forkedFrom: { sessionId: 's-0', messageUuid: 'u' } } }),
  JSON.stringify({ type: 'progress', sessionId: 's', data: { message: JSON.parse(usageLine({ id: vendorId(3) })) } }),
  `{"message":{"id":"${vendorId(4)}","usage":{"input_tokens":100.0,"output_tokens":"7","iterations":[{"type":"advisor_message","model":"m","output_tokens":5},{"type":"message"}],"server_tool_use":{"web_search_requests":2},"speed":"fast","inference_geo":"us"}},"cwd":null,"timestamp":"2026-10-05T08:00:00.000Z"}`,
  promptLine('p-1'),
  JSON.stringify({ type: 'user', uuid: 'x', sessionId: 's', message: { content: [{ type: 'text', text: 'hello' }] } }),
  JSON.stringify({
    type: 'user',
    uuid: 'y',
    sessionId: 's',
    message: { content: [{ type: 'tool_result', content: 'x' }] },
    toolUseResult: { usage: { input_tokens: 5 } },
  }),
  JSON.stringify({ type: 'custom-title', sessionId: 's', customTitle: 'A title' }),
  JSON.stringify({ type: 'cost-state', sessionId: 's', totalCostUSD: 1.5 }),
  JSON.stringify({ type: 'system', subtype: 'compact_boundary', sessionId: 's', compactMetadata: { postTokens: 1000 } }),
  JSON.stringify({ type: 'worktree-state', sessionId: 's', worktreeSession: { originalCwd: '/a/b' } }),
  JSON.stringify({
    type: 'assistant',
    isApiErrorMessage: true,
    sessionId: 's',
    error: 'rate_limit',
    quotaLimits: { rateLimitType: 'five_hour', resetsAt: 1_790_000_000 },
    message: { model: '<synthetic>', usage: { input_tokens: 0 } },
  }),
];
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'usage',
  'message',
  'type',
  'sessionId',
  'uuid',
  'timestamp',
  'iterations',
  'cache_creation',
  'forkedFrom',
  'data',
  'toString',
  'isSidechain',
  'costUSD',
  'model',
  'id',
];
const TOKENS = [
  '"usage"',
  '{',
  '}',
  '}{',
  '[',
  ']',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '-1',
  '1e400',
  '9007199254740993',
  'null',
  'NaN',
  '"__proto__":',
  '\0',
  '\uFEFF',
  '\r',
  '\t',
  '{"usage":',
];

const before = Object.getOwnPropertyNames(Object.prototype).sort();
function check(bytes: Buffer): ReturnType<typeof decodeLine> {
  const decoded = decodeLine(bytes, 0, bytes.length);
  for (const { usage, session, prompt } of decoded.facts) {
    if (usage) {
      const { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches, flagged } = usage;
      for (const counter of [input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches ?? 0, flagged]) {
        if (!Number.isSafeInteger(counter) || counter < 0 || Object.is(counter, -0)) throw new Error(`counter ${counter}`);
      }
      if (typeof usage.key !== 'string' || usage.key === '') throw new Error('no key');
      if (usage.logged !== null && !(Number.isSafeInteger(usage.logged) && usage.logged >= 0)) throw new Error(`logged ${usage.logged}`);
    }
    for (const at of [usage?.at, session?.at, prompt?.at])
      if (at !== null && at !== undefined && !Number.isSafeInteger(at)) throw new Error(`time ${at}`);
    if (session && (Object.getPrototypeOf(session) !== Object.prototype || typeof session.sessionId !== 'string'))
      throw new Error('session');
  }
  return decoded;
}
const clean = (): void => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
};

function mutate(line: string, next: () => number): Buffer {
  let bytes = Buffer.from(line);
  const at = (): number => Math.floor(next() * (bytes.length + 1));
  for (let n = 1 + Math.floor(next() * 4); n > 0; n--) {
    const [i, j] = [at(), at()].sort((a, b) => a - b) as [number, number];
    const kind = Math.floor(next() * 7);
    if (kind === 0) bytes = Buffer.concat([bytes.subarray(0, i), bytes.subarray(j)]);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, j), bytes.subarray(i)]);
    else if (kind === 2 && i < bytes.length) bytes[i] = Math.floor(next() * 256);
    else if (kind === 3)
      bytes = Buffer.concat([bytes.subarray(0, i), Buffer.from(TOKENS[Math.floor(next() * TOKENS.length)]!), bytes.subarray(i)]);
    else if (kind === 4) bytes = Buffer.concat([bytes, Buffer.from(CORPUS[Math.floor(next() * CORPUS.length)]!)]);
    else if (kind === 5)
      bytes = Buffer.from(
        bytes.toString('latin1').replace(/"(\w+)":/g, (whole) => (next() < 0.2 ? `"${KEYS[Math.floor(next() * KEYS.length)]}":` : whole)),
        'latin1',
      );
    else
      bytes = Buffer.from(
        bytes
          .toString('latin1')
          .replace(/:(\d+|"[^"]*"|null|true|false)/g, (whole) =>
            next() < 0.2
              ? `:${['-1', '"x"', '1.5', '{}', '[[]]', '{"__proto__":{"polluted":1}}', 'null', '1e309', '9007199254740993', '0', '-0'][Math.floor(next() * 11)]}`
              : whole,
          ),
        'latin1',
      );
  }
  return bytes;
}

describe('REL-34 decoder', () => {
  it(`${RUNS} mutated lines: no throw, no pollution, every figure a count (seed ${seed})`, { timeout: 600_000 }, () => {
    const next = random(seed);
    let usable = 0;
    for (let i = 0; i < RUNS; i++) {
      const bytes = mutate(CORPUS[i % CORPUS.length]!, next);
      try {
        usable += check(bytes).facts.length;
      } catch (error) {
        throw new Error(`seed ${seed}, input ${i}: ${bytes.toString('base64')}`, { cause: error });
      }
    }
    // The mutations must not all be noise.
    expect(usable).toBeGreaterThan(RUNS / 10);
    clean();
  });

  it(`objects of any shape under the keys that are read, and bytes of any kind (seed ${seed})`, { timeout: 600_000 }, () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.double(),
        fc.integer(),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie('any')), { maxLength: 8 }).map((pairs) => {
        const o = Object.create(null) as Record<string, unknown>;
        for (const [key, v] of pairs) o[key] = v;
        return o;
      }),
    }));
    const usage = fc.record(
      {
        input_tokens: value.any,
        output_tokens: fc.oneof(fc.nat(), value.any),
        cache_creation: value.any,
        iterations: fc.array(value.any),
        server_tool_use: value.any,
      },
      { requiredKeys: [] },
    );
    const line = fc.record(
      {
        type: fc.oneof(fc.constantFrom('assistant', 'user', 'progress', 'system', 'cost-state'), value.any),
        sessionId: value.any,
        timestamp: value.any,
        data: value.any,
        message: fc.record({ id: value.any, model: value.any, usage, content: value.any }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(line, (o) => void check(Buffer.from(JSON.stringify(o)))),
      { seed, numRuns: RUNS / 4 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void check(Buffer.from(bytes))),
      { seed, numRuns: RUNS / 4 },
    );
    clean();
  });

  it('a line inside a larger buffer reads as it does alone', () => {
    for (const line of CORPUS) {
      const bytes = Buffer.from(`junk"usage"{${line}}{"usage":1}`);
      const start = Buffer.byteLength('junk"usage"{');
      expect(decodeLine(bytes, start, start + Buffer.byteLength(line))).toEqual(check(Buffer.from(line)));
    }
  });
});

/** Lines, consumed bytes and rest, when `bytes` come in these pieces. */
function split(pieces: readonly Buffer[]): unknown {
  const seen: string[] = [];
  const splitter = new LineSplitter({
    line: (chunk, start, end) => void seen.push(chunk.toString('base64', start, end)),
    tooLong: () => void seen.push('too long'),
  });
  for (const piece of pieces) {
    // The reader's buffer is filled again: what is kept must have been copied.
    const reused = Buffer.from(piece);
    splitter.push(reused);
    reused.fill(0x7a);
  }
  return { seen, consumed: splitter.consumed, rest: splitter.rest().toString('base64') };
}

describe('REL-34, HZ-8 splitter', () => {
  const bytes = Buffer.from(`${CORPUS.join('\n')}\r\n\n\n${CORPUS[0]!.slice(0, 200)}`);

  it('gives the same lines when cut in two at every byte, and byte by byte', () => {
    const whole = split([bytes]);
    for (let cut = 0; cut <= bytes.length; cut++) expect(split([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    expect(split([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it(`gives the same lines for 10,000 ways of cutting (seed ${seed})`, { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }).map((a) => Buffer.from(a.map((b) => (b % 5 === 0 ? 10 : b)))),
        fc.array(fc.nat(60), { maxLength: 8 }),
        (all, cuts) => {
          const edges = [0, ...cuts.map((c) => Math.min(c, all.length)).sort((a, b) => a - b), all.length];
          expect(split(edges.slice(1).map((edge, i) => all.subarray(edges[i], edge)))).toEqual(split([all]));
        },
      ),
      { seed, numRuns: 10_000 },
    );
  });

  it('HZ-19: a line of exactly the bound is read, one more byte is not, however it is cut', () => {
    for (const extra of [0, 1]) {
      const long = Buffer.concat([Buffer.alloc(MAX_LINE + extra, 0x61), Buffer.from('\nnext\n')]);
      const summary = (pieces: readonly Buffer[]): unknown => {
        const lines: (number | string)[] = [];
        const splitter = new LineSplitter({
          line: (_, start, end) => void lines.push(end - start),
          tooLong: () => void lines.push('too long'),
        });
        for (const piece of pieces) splitter.push(piece);
        return { lines, consumed: splitter.consumed };
      };
      const want = { lines: [extra === 0 ? MAX_LINE : 'too long', 4], consumed: long.length };
      for (const cut of [0, 1, MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, MAX_LINE + 2])
        expect(summary([long.subarray(0, cut), long.subarray(cut)])).toEqual(want);
    }
  });
});
