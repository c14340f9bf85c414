import type { HandHome } from './hand-home.ts';
import { type Answer, answer, answerObject, file, HAIKU_4_5, msg, sid, user } from './lines.ts';

const [S8, S8_WHOLE, S8_HALF] = ['8', '8e', '8f'].map(sid) as [string, string, string];
let second = 10;
const said = (input: number, session = S8, message: object = {}): string =>
  answer({ id: msg(`h8in${input}`), session, model: HAIKU_4_5, at: `2026-11-09T10:00:${second++}.000Z`, use: [input, 1], message });
const TORN_USER = '{"type":"user","message":{"role":"user"}';
const TORN_ANSWER = '{"type":"assistant","message":{"usage":{"input_tokens":4096';

/*
 * Inputs are powers of two, each output 1. Haiku 4.5: 1,000 in, 5,000 out.
 * First file 1 + 2 + 4 + 8 + 16 + 32 = 63 in 6 requests; second 64 + 128 = 192 (its last line has no line feed but is whole); third 256 (then half a line).
 * All: 9 requests, in 511, out 9 = 511,000 + 45,000 → $0.000556.
 * Not read: the torn part of a glued line, words, a list, a torn line = 4 lines. Half a last line may still grow: it does not count among them.
 */
export const tornAndGlued: HandHome = {
  name: 'torn-and-glued',
  rules: 'D-9, HZ-7, HZ-18, HZ-21: glued and torn objects, blanks, no final line feed, half a last line',
  rejectedLines: 4,
  files: {
    [`projects/-h8/${S8}.jsonl`]: file(
      `\t${said(1)}\r`,
      said(2) + said(4),
      said(8) + TORN_USER + said(16),
      said(32, S8, { content: [{ type: 'text', text: 'a }{ b' }] }),
      'not a line at all',
      '[1,2]',
      '   ',
      TORN_ANSWER,
    ),
    [`projects/-h8/${S8_WHOLE}.jsonl`]: `${said(64, S8_WHOLE)}\n${said(128, S8_WHOLE)}`,
    [`projects/-h8/${S8_HALF}.jsonl`]: `${said(256, S8_HALF)}\n${TORN_ANSWER}`,
  },
  figures: [
    {
      totals: { requests: 9, inputTokens: 511, outputTokens: 9, totalTokens: 520, totalCost: 0.000556 },
      rows: {
        sessions: {
          [S8]: { requests: 6, inputTokens: 63, totalCost: 0.000093 },
          [S8_WHOLE]: { requests: 2, inputTokens: 192, totalCost: 0.000202 },
          [S8_HALF]: { requests: 1, inputTokens: 256, totalCost: 0.000261 },
        },
      },
    },
  ],
};

const S9 = sid('9');
const HUGE = { input_tokens: 9000, output_tokens: 9000 };
const plain = (name: string, use: Answer['use'], more: Partial<Answer> = {}): Answer => ({
  id: msg(`h9${name}`),
  session: S9,
  at: `2026-11-11T10:00:${second++}.000Z`,
  use,
  ...more,
});
const record = (fields: object): string => JSON.stringify({ sessionId: S9, timestamp: '2026-11-11T10:00:00.000Z', ...fields });

/*
 * Counted: spaced 50/5 · no type 60/6 · 70 with a negative output, a fraction and a word (3 fields refused) · 100.0 with 1e400 (1) · 0/7 with 2^53 + 2 (1).
 * 5 requests, in 280, out 18 = 298 tokens, 5 fields refused. Sonnet 4.6: 280 · 3,000 + 18 · 15,000 = 840,000 + 270,000 → $0.00111.
 * Everything else has usage in the wrong place, from the client itself, or none.
 */
export const errorsAndStrangers: HandHome = {
  name: 'errors-and-strangers',
  rules: 'D-9: lines about API errors, nested usage, unknown types, counters that are none',
  flaggedFields: 5,
  files: {
    [`projects/-h9/${S9}.jsonl`]: file(
      JSON.stringify(answerObject(plain('spaced', [50, 5])), null, 1).replace(/\n */g, ' '),
      answer(plain('typeless', [60, 6], { line: { type: undefined, cwd: null, version: 5 } })),
      answer(plain('odd', [70, -5], { usage: { cache_read_input_tokens: 1.5, cache_creation_input_tokens: 'x', cache_creation: 7 } })),
      answer(plain('infinite', [0, 0])).replace('"input_tokens":0,"output_tokens":0', '"input_tokens":100.0,"output_tokens":1e400'),
      answer(plain('beyond', [0, 7])).replace('"input_tokens":0', '"input_tokens":9007199254740994'),
      answer(plain('synthetic', [500, 500], { model: '<synthetic>', line: { isApiErrorMessage: true, apiErrorStatus: 529 } })),
      answer(
        plain('wordy', [0, 0], {
          usage: { input_tokens: '9', output_tokens: null, cache_creation_input_tokens: null, cache_read_input_tokens: null },
        }),
      ),
      answer(plain('other', [500, 500], { line: { type: 'holographic-note' } })),
      answer(plain('bare', [0, 0], { message: { usage: null } })),
      record({ type: 'assistant', message: null }),
      record({ type: 'api-request-blob', message: { id: msg('h9blob'), usage: HUGE } }),
      record({ type: 'progress', data: { message: { type: 'user', message: { usage: HUGE } } } }),
      record({ type: 'attachment', attachment: { type: 'queued_command', usage: { totalTokens: 9000 } } }),
      record({ type: 'cost-state', totalCostUSD: 5, modelUsage: { 'claude-sonnet-4-6': { inputTokens: 9000 } } }),
      user(S9, '2026-11-11T10:00:00.000Z', { toolUseResult: { totalTokens: 9000, usage: HUGE } }),
    ),
  },
  figures: [
    {
      totals: {
        requests: 5,
        inputTokens: 280,
        outputTokens: 18,
        cacheCreationTokens: 0,
        cacheReadTokens: 0,
        totalTokens: 298,
        totalCost: 0.00111,
      },
      rows: { daily: { '2026-11-11': { requests: 5, inputTokens: 280, outputTokens: 18, totalCost: 0.00111 } } },
    },
  ],
};
