import type { HandHome } from './hand-home.ts';
import { answer, answerObject, file, HAIKU_4_5, msg, OPUS_5_5, sid, user } from './lines.ts';

const S1 = sid('1');
const first = { id: msg('h1first'), session: S1, model: OPUS_5_5, stop: null } as const;
const second = { id: msg('h1second'), session: S1, model: OPUS_5_5 } as const;
const tied = { id: msg('h1tied'), session: S1, model: OPUS_5_5 } as const;
const whole = answer({ ...first, at: '2026-11-11T00:00:01.000Z', use: [7, 115, 1000, 4000, 12000], stop: 'tool_use' });

/*
 * Opus 5.5: 4 / 20 / 5 / 8 / 0.20 USD per million = 4,000 / 20,000 / 5,000 / 8,000 / 200 nano-dollars per token.
 * first   out 1, 115, 8 → 115, begun on the 10th. 7·4,000 + 115·20,000 + 1,000·5,000 + 4,000·8,000 + 12,000·200
 *         = 28,000 + 2,300,000 + 5,000,000 + 32,000,000 + 2,400,000 = 41,728,000 → $0.041728
 * second  in 10, out 40, read 500 (the larger of 500 and 400), fast × 2 from its largest line:
 *         (40,000 + 800,000 + 100,000) · 2 = 1,880,000 → $0.00188
 * tied    in 5, out 20; the later of two equal lines says `global`, so no US surcharge: 20,000 + 400,000 → $0.00042
 * open    in 3, out 1, never a stop_reason → at least: 12,000 + 20,000 → $0.000032
 * Sum: in 7+10+5+3 = 25, out 115+40+20+1 = 176, writes 5,000, read 12,500, all 17,701; 0.041728 + 0.00188 + 0.00042 + 0.000032 = 0.04406.
 */
export const streamedResponse: HandHome = {
  name: 'streamed-response',
  rules: 'D-10.1, D-10.4, D-11: growing and shrinking repeats, other lines between, over midnight, appended again by a resume',
  files: {
    [`projects/-h1/${S1}.jsonl`]: file(
      answer({ ...first, at: '2026-11-10T23:59:58.000Z', use: [7, 1, 1000, 4000, 12000] }),
      user(S1, '2026-11-10T23:59:59.000Z', { message: { role: 'user', content: [{ type: 'tool_result', content: 'ok' }] } }),
      answer({ ...second, at: '2026-11-11T00:00:00.500Z', use: [10, 3, 0, 0, 500] }),
      whole,
      answer({ ...second, at: '2026-11-11T00:00:00.900Z', use: [10, 40, 0, 0, 400], usage: { speed: 'fast' } }),
      answer({ ...first, at: '2026-11-11T00:00:02.000Z', use: [7, 8, 1000, 4000, 12000], model: null, line: { requestId: undefined } }),
      answer({ ...tied, at: '2026-11-11T10:00:00.000Z', use: [5, 20], usage: { inference_geo: 'us' } }),
      answer({ ...tied, at: '2026-11-11T10:00:05.000Z', use: [5, 20], usage: { inference_geo: 'global' } }),
      answer({ id: msg('h1open'), session: S1, model: OPUS_5_5, at: '2026-11-12T08:00:00.000Z', use: [3, 1], stop: null }),
      whole,
    ),
  },
  figures: [
    {
      totals: {
        requests: 4,
        inputTokens: 25,
        outputTokens: 176,
        cacheCreationTokens: 5000,
        cacheReadTokens: 12500,
        totalTokens: 17701,
        totalCost: 0.04406,
      },
      rows: {
        daily: {
          '2026-11-10': {
            requests: 1,
            inputTokens: 7,
            outputTokens: 115,
            cacheCreation5mTokens: 1000,
            cacheCreation1hTokens: 4000,
            totalCost: 0.041728,
            outputIsLowerBound: false,
          },
          // second and tied: 10 + 5, 40 + 20, 0.00188 + 0.00042
          '2026-11-11': {
            requests: 2,
            inputTokens: 15,
            outputTokens: 60,
            cacheReadTokens: 500,
            totalCost: 0.0023,
            outputIsLowerBound: false,
          },
          '2026-11-12': { requests: 1, inputTokens: 3, outputTokens: 1, totalTokens: 4, totalCost: 0.000032, outputIsLowerBound: true },
        },
        models: {
          // first, tied, open: 0.041728 + 0.00042 + 0.000032
          'claude-opus-5-5': { requests: 3, inputTokens: 15, outputTokens: 136, cacheReadTokens: 12000, totalCost: 0.04218 },
          'claude-opus-5-5-fast': { requests: 1, inputTokens: 10, outputTokens: 40, cacheReadTokens: 500, totalCost: 0.00188 },
        },
      },
    },
  ],
};

const S2 = sid('2');
const S2_FORK = sid('2f');
const h2 = (name: string, at: string, use: readonly [number, number, number?, number?, number?]) =>
  ({ id: msg(`h2${name}`), session: S2, at, use, line: { version: '1.0.128' } }) as const;
const r1 = answer(h2('r1', '2026-11-03T10:00:00.000Z', [100, 50, 0, 0, 1000]));
const r2 = answer(h2('r2', '2026-11-03T10:05:00.000Z', [200, 60]));
/** A copy of the old client's fork: its own session and time, no request id. */
const copied = (name: string, use: readonly [number, number, number?, number?, number?]): string =>
  answer({ ...h2(name, '2026-11-05T08:00:00.000Z', use), session: S2_FORK, line: { version: '1.0.128', requestId: undefined } });

/*
 * Sonnet 4.6: 3,000 in, 15,000 out, 300 read (nano-dollars per token).
 * 11-03: r1, r2: in 300, out 110, read 1,000 = 900,000 + 1,650,000 + 300,000 = 2,850,000 → $0.00285
 * 11-04: r3 in 300, out 70 = 900,000 + 1,050,000 → $0.00195      11-05: r4 in 400, out 80 = 1,200,000 + 1,200,000 → $0.0024
 * Origin r1 + r2 + r3: $0.0048; fork r4: $0.0024; all: in 1,000, out 260, read 1,000 = 2,260 tokens, $0.0072.
 */
export const resumedAndCopied: HandHome = {
  name: 'resumed-and-copied',
  rules:
    'D-5, D-10.1: the old client resumes under another file name and forks without request ids; a whole file copied elsewhere; empty files',
  files: {
    [`projects/-h2/${S2}.jsonl`]: file(user(S2, '2026-11-03T09:59:00.000Z'), r1, r2),
    'projects/-h2/0d0d0d0d-0000-4000-8000-000000000000.jsonl': file(r1, answer(h2('r3', '2026-11-04T09:00:00.000Z', [300, 70]))),
    [`projects/-h2/${S2_FORK}.jsonl`]: file(
      copied('r1', [100, 50, 0, 0, 1000]),
      copied('r2', [200, 60]),
      answer({ id: msg('h2r4'), session: S2_FORK, at: '2026-11-05T08:01:00.000Z', use: [400, 80] }),
    ),
    [`projects/-h2-backup/${S2}.jsonl`]: file(user(S2, '2026-11-03T09:59:00.000Z'), r1, r2),
    'projects/-h2/0e0e0e0e-0000-4000-8000-000000000000.jsonl': file('{"type":"summary","summary":"An old talk","leafUuid":"u-1"}'),
    'projects/-h2/0f0f0f0f-0000-4000-8000-000000000000.jsonl': '',
  },
  figures: [
    {
      totals: {
        requests: 4,
        inputTokens: 1000,
        outputTokens: 260,
        cacheReadTokens: 1000,
        totalTokens: 2260,
        totalCost: 0.0072,
        sessions: 2,
      },
      rows: {
        daily: {
          '2026-11-03': { requests: 2, inputTokens: 300, outputTokens: 110, totalTokens: 1410, totalCost: 0.00285, sessions: 1 },
          '2026-11-04': { requests: 1, inputTokens: 300, outputTokens: 70, totalTokens: 370, totalCost: 0.00195, sessions: 1 },
          '2026-11-05': { requests: 1, inputTokens: 400, outputTokens: 80, totalTokens: 480, totalCost: 0.0024, sessions: 1 },
        },
        sessions: {
          [S2]: { requests: 3, inputTokens: 600, outputTokens: 180, totalTokens: 1780, totalCost: 0.0048 },
          [S2_FORK]: { requests: 1, inputTokens: 400, outputTokens: 80, totalTokens: 480, totalCost: 0.0024 },
        },
      },
    },
  ],
};

const S4 = sid('4');
const S4_WARM = sid('4f');
const agent = (name: string, second: number, use: readonly [number, number], more: object = { isSidechain: true }) =>
  ({ id: msg(`h4${name}`), session: S4, model: HAIKU_4_5, at: `2026-11-07T10:00:${second}.000Z`, use, line: more }) as const;
/** A progress record with a whole message inside. */
const progress = (name: string, second: number, use: readonly [number, number]): string =>
  JSON.stringify({
    type: 'progress',
    sessionId: S4,
    timestamp: '2026-11-07T10:01:00.000Z',
    data: { type: 'agent_progress', message: answerObject(agent(name, second, use)) },
  });

/*
 * Haiku 4.5: 1,000 in, 5,000 out (nano-dollars per token).
 * Main m1 100/10 (input/output). Agents: inline i1 20/2, progress only p1 40/4, a1 30/3, x1 5/1, workflow b1 60/6 → 155/16 in 5 requests.
 * Not counted: m1 replayed by an agent with 5,000 out, a1 and m1 inside progress records, spilled tool output, notes.
 * S4: 255/26 in 6 requests = 255,000 + 130,000 → $0.000385; of it agents 155,000 + 80,000 → $0.000235 with 171 tokens.
 * Warm-up agent beside the sessions 70/7 = 70,000 + 35,000 → $0.000105. All: 325/33 = 358 tokens, 7 requests, $0.00049.
 */
export const agentsAndReplays: HandHome = {
  name: 'agents-and-replays',
  rules: 'D-6, D-9, D-10.3: every place of an agent; a replay with a larger output is not the request; progress records are a last resort',
  files: {
    [`projects/-h4/${S4}.jsonl`]: file(
      answer(agent('m1', 10, [100, 10], {})),
      answer(agent('i1', 11, [20, 2])),
      progress('p1', 12, [40, 4]),
      progress('a1', 13, [999, 99]),
      progress('m1', 10, [999, 99]),
    ),
    [`projects/-h4/${S4}/subagents/agent-a1.jsonl`]: file(
      answer(agent('a1', 13, [30, 3], { isSidechain: true, agentId: 'a1' })),
      answer(agent('x1', 14, [5, 1], { isSidechain: undefined })),
      answer(agent('m1', 15, [100, 5000])),
    ),
    [`projects/-h4/${S4}/subagents/workflows/wf_1/agent-b.jsonl`]: file(
      answer(agent('b1', 16, [60, 6], { sessionId: undefined, isSidechain: true })),
    ),
    'projects/-h4/agent-0c1d2e3.jsonl': file(answer(agent('w1', 17, [70, 7], { sessionId: S4_WARM, isSidechain: true }))),
    [`projects/-h4/${S4}/tool-results/spilled.jsonl`]: file(answer(agent('spilled', 18, [7777, 7777]))),
    'projects/-h4/memory/notes.jsonl': file(answer(agent('notes', 19, [7777, 7777]))),
  },
  figures: [
    {
      totals: { requests: 7, inputTokens: 325, outputTokens: 33, totalTokens: 358, totalCost: 0.00049 },
      rows: {
        daily: { '2026-11-07': { requests: 7, totalTokens: 358, totalCost: 0.00049, sessions: 2 } },
        sessions: {
          [S4]: {
            requests: 6,
            inputTokens: 255,
            outputTokens: 26,
            totalCost: 0.000385,
            subagents: { requests: 5, totalTokens: 171, totalCost: 0.000235 },
          },
          [S4_WARM]: {
            requests: 1,
            inputTokens: 70,
            outputTokens: 7,
            totalCost: 0.000105,
            subagents: { requests: 1, totalTokens: 77, totalCost: 0.000105 },
          },
        },
      },
    },
  ],
};
