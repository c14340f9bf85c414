import type { HandHome } from './hand-home.ts';
import { answer, file, HAIKU_4_5, msg, SONNET_4_6, sid, user } from './lines.ts';

const S10 = sid('10');
let minute = 10;
/** One line of a gateway's session, a minute after the one before. */
const gateway = (id: string | null, model: string, use: readonly [number, number], line: object): string =>
  answer({ id, session: S10, model, use, at: `2026-11-12T09:${minute++}:00.000Z`, line: { uuid: `h10-${minute}`, ...line } });
const nameless = { requestId: undefined, uuid: undefined };
const twice = answer({ id: null, session: S10, use: [70, 7], at: '2026-11-12T10:00:00.000Z', line: nameless });

/*
 * glm-5 has no price. chat-1: inputs 11 (out 1, then 9) and 12 (out 2) → 2 requests 23/11. chat-2: one input under two request ids → 2 requests 40/5.
 *   Together 4 requests, in 63, out 16 = 79 tokens without a price.
 * Sonnet 4.6 (3,000 in, 15,000 out): short id 30/4; request id only 50/5; uuid only 60/6; no name at all twice the same and once later 140/14 in 2 requests;
 *   vendor id under two request ids 80/8. 6 requests, in 360, out 37 = 1,080,000 + 555,000 → $0.001635.
 * All: 10 requests, in 423, out 53 = 476 tokens.
 */
export const gatewayIds: HandHome = {
  name: 'gateway-ids',
  rules: 'D-10.1, D-10.2, D-16: ids of gateways, lines without id, without request id, without any name; models without a price',
  files: {
    [`projects/-h10/${S10}.jsonl`]: file(
      gateway('chat-1', 'glm-5', [11, 1], { requestId: undefined }),
      gateway('chat-1', 'glm-5', [12, 2], { requestId: undefined }),
      gateway('chat-1', 'glm-5', [11, 9], { requestId: undefined }),
      gateway('chat-2', 'glm-5', [20, 2], { requestId: 'q1' }),
      gateway('chat-2', 'glm-5', [20, 3], { requestId: 'q2' }),
      gateway('msg_short', SONNET_4_6, [30, 3], { requestId: 'q3' }),
      gateway('msg_short', SONNET_4_6, [30, 4], { requestId: 'q3' }),
      gateway(null, SONNET_4_6, [50, 1], { requestId: 'q4' }),
      gateway(null, SONNET_4_6, [50, 5], { requestId: 'q4' }),
      gateway(null, SONNET_4_6, [60, 6], { uuid: 'h10-one' }),
      gateway(null, SONNET_4_6, [60, 6], { uuid: 'h10-one' }),
      twice,
      twice,
      answer({ id: null, session: S10, use: [70, 7], at: '2026-11-12T10:00:00.001Z', line: nameless }),
      gateway('msg_bdrk_01ABCDEFGHIJKLMNOP', SONNET_4_6, [80, 8], { requestId: 'q5' }),
      gateway('msg_bdrk_01ABCDEFGHIJKLMNOP', SONNET_4_6, [80, 8], { requestId: 'q6' }),
    ),
  },
  figures: [
    {
      totals: {
        requests: 10,
        inputTokens: 423,
        outputTokens: 53,
        totalTokens: 476,
        totalCost: 0.001635,
        costIsLowerBound: true,
        unpricedTokens: 79,
        unpricedModels: ['glm-5'],
      },
      rows: {
        daily: { '2026-11-12': { requests: 10, totalTokens: 476, totalCost: 0.001635 } },
        models: {
          'glm-5': { requests: 4, inputTokens: 63, outputTokens: 16, totalCost: null, unpricedTokens: 79 },
          'claude-sonnet-4-6': { requests: 6, inputTokens: 360, outputTokens: 37, totalCost: 0.001635, unpricedTokens: 0 },
        },
      },
    },
  ],
};

const [A, B, C, E, G] = ['11a', '11b', '11c', '11e', '11d'].map(sid) as [string, string, string, string, string];
/** Its file begins later than A's, its id comes first. */
const D = sid('11');
const own = (name: string, session: string, at: string, input: number, line: object = {}): string =>
  answer({ id: msg(`h11${name}`), session, at, use: [input, 1], line });

/*
 * Inputs are powers of two, each output 1; Sonnet 4.6: in · 3,000 + 15,000 nano-dollars.
 * A: r0 1, r1 2 (11-03) → in 3, out 2 = 9,000 + 30,000 → $0.000039.  B: b1 4 (11-04) → 27,000.  C: c1 8 (11-05) → 39,000.  D: d1 16 (11-06) → 63,000.
 * G, whose own file is gone: g1 32 (11-02) → 111,000.  E: e1 64 (11-06) → 207,000.
 * All: 7 requests, in 127, out 7; 39 + 27 + 39 + 63 + 111 + 207 = 486 → $0.000486. 11-06: D and E, 80 in, 2 out = 240,000 + 30,000 → $0.00027.
 */
export const forksAndOwners: HandHome = {
  name: 'forks-and-owners',
  rules: 'D-5: a fork, a branch of the fork, a fork of an old client without marks, a fork whose origin has no file',
  files: {
    [`projects/-h11/${A}.jsonl`]: file(own('r0', A, '2026-11-03T10:00:00.000Z', 1), own('r1', A, '2026-11-03T10:01:00.000Z', 2)),
    [`projects/-h11/${B}.jsonl`]: file(
      own('r1', B, '2026-11-03T10:01:00.000Z', 2, { requestSessionId: A }),
      own('b1', B, '2026-11-04T10:00:00.000Z', 4),
    ),
    [`projects/-h11/${C}.jsonl`]: file(
      own('r1', C, '2026-11-03T10:01:00.000Z', 2, { requestSessionId: A, forkedFrom: { sessionId: B, messageUuid: 'u' } }),
      own('b1', C, '2026-11-04T10:00:00.000Z', 4, { forkedFrom: { sessionId: B, messageUuid: 'u' } }),
      own('c1', C, '2026-11-05T10:00:00.000Z', 8),
    ),
    [`projects/-h11/${D}.jsonl`]: file(
      user(D, '2026-11-06T09:00:00.000Z'),
      own('r0', D, '2026-11-03T10:00:00.000Z', 1),
      own('d1', D, '2026-11-06T09:01:00.000Z', 16),
    ),
    [`projects/-h11/${E}.jsonl`]: file(
      own('g1', E, '2026-11-02T10:00:00.000Z', 32, { requestSessionId: G }),
      own('e1', E, '2026-11-06T10:00:00.000Z', 64),
    ),
  },
  figures: [
    {
      totals: { requests: 7, inputTokens: 127, outputTokens: 7, totalTokens: 134, totalCost: 0.000486, sessions: 6 },
      rows: {
        daily: {
          '2026-11-02': { requests: 1, inputTokens: 32, totalCost: 0.000111, sessions: 1 },
          '2026-11-03': { requests: 2, inputTokens: 3, totalCost: 0.000039, sessions: 1 },
          '2026-11-04': { requests: 1, inputTokens: 4, totalCost: 0.000027, sessions: 1 },
          '2026-11-05': { requests: 1, inputTokens: 8, totalCost: 0.000039, sessions: 1 },
          '2026-11-06': { requests: 2, inputTokens: 80, totalCost: 0.00027, sessions: 2 },
        },
        sessions: {
          [A]: { requests: 2, inputTokens: 3, outputTokens: 2, totalCost: 0.000039 },
          [B]: { requests: 1, inputTokens: 4, totalCost: 0.000027 },
          [C]: { requests: 1, inputTokens: 8, totalCost: 0.000039 },
          [D]: { requests: 1, inputTokens: 16, totalCost: 0.000063 },
          [E]: { requests: 1, inputTokens: 64, totalCost: 0.000207 },
          [G]: { requests: 1, inputTokens: 32, totalCost: 0.000111 },
        },
      },
    },
  ],
};

const S14 = sid('14');
const S14_OTHER = sid('14f');
const x1 = answer({ id: msg('h14x1'), session: S14, model: HAIKU_4_5, at: '2026-11-10T10:00:00.000Z', use: [1, 1] });

/* Haiku 4.5: x1 1/1 stands in both default directories and is reached by three links; y1 2/1. in 3, out 2 = 3,000 + 10,000 → $0.000013. */
export const twoRootsAndLinks: HandHome = {
  name: 'two-roots-and-links',
  rules: 'D-10, SEC-42: both default directories, a link to a file, to a folder, to the other directory',
  files: {
    [`projects/-h14/${S14}.jsonl`]: file(x1),
    [`../.config/claude/projects/-h14/${S14_OTHER}.jsonl`]: file(
      x1,
      answer({ id: msg('h14y1'), session: S14_OTHER, model: HAIKU_4_5, at: '2026-11-10T11:00:00.000Z', use: [2, 1] }),
    ),
  },
  links: {
    'projects/-h14-linked': 'projects/-h14',
    '../.config/claude/projects/-h14/again.jsonl': `projects/-h14/${S14}.jsonl`,
    'projects/-h14-all': '../.config/claude/projects',
  },
  figures: [
    {
      totals: { requests: 2, inputTokens: 3, outputTokens: 2, totalTokens: 5, totalCost: 0.000013, sessions: 2 },
      rows: {
        sessions: {
          [S14]: { requests: 1, inputTokens: 1, totalCost: 0.000006 },
          [S14_OTHER]: { requests: 1, inputTokens: 2, totalCost: 0.000007 },
        },
      },
    },
  ],
};
