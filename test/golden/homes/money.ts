import type { HandHome } from './hand-home.ts';
import { type Answer, answer, file, msg, OPUS_5_5, SONNET_4_6, sid } from './lines.ts';

const S3 = sid('3');
let second = 10;
/** One request with a token in and one out; what was written to the cache is the point. */
const writing = (name: string, total: unknown, split: unknown): string =>
  answer({
    id: msg(`h3${name}`),
    session: S3,
    model: OPUS_5_5,
    at: `2026-11-06T10:00:${second++}.000Z`,
    use: [1, 1],
    usage: { cache_creation_input_tokens: total, cache_creation: split },
  });
const split = (write5m: unknown, write1h: unknown) => ({ ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h });

/*
 * 5-minute: a 1,000 · b 3,000 (split 0/0) · c 700 (no split) · e 100 (the split, not its total) · f 200 · g 60 (unreadable split) = 5,060
 * 1-hour:   a 4,000 · d 900 (total wrongly 0) · e 50 · f 300 (its second line) = 5,250
 * Opus 5.5: 7 in · 4,000 + 7 out · 20,000 + 5,060 · 5,000 + 5,250 · 8,000 = 28,000 + 140,000 + 25,300,000 + 42,000,000 = 67,468,000 → $0.067468
 * Tokens 14 + 10,310 = 10,324. One field of g is refused.
 */
export const cacheLifetimes: HandHome = {
  name: 'cache-lifetimes',
  rules: 'D-3, D-9, D-15: five minutes, one hour, both, neither, a wrong total, a wrong split',
  flaggedFields: 1,
  files: {
    [`projects/-h3/${S3}.jsonl`]: file(
      writing('a', 5000, split(1000, 4000)),
      writing('b', 3000, split(0, 0)),
      writing('c', 700, undefined),
      writing('d', 0, split(0, 900)),
      writing('e', 999, split(100, 50)),
      writing('f', 200, split(200, 0)),
      writing('f', 300, split(0, 300)),
      writing('g', 60, split(null, '800')),
    ),
  },
  figures: [
    {
      totals: {
        ...{ requests: 7, inputTokens: 7, outputTokens: 7, cacheReadTokens: 0, totalTokens: 10324, workTokens: 10324, totalCost: 0.067468 },
        ...{ cacheCreationTokens: 10310, cacheCreation5mTokens: 5060, cacheCreation1hTokens: 5250 },
      },
      rows: { daily: { '2026-11-06': { requests: 7, cacheCreation5mTokens: 5060, cacheCreation1hTokens: 5250, totalCost: 0.067468 } } },
    },
  ],
};

const S6 = sid('6');
const priced = (name: string, model: string, at: string, use: Answer['use'], usage: object = {}): string =>
  answer({ id: msg(`h6${name}`), session: S6, model, at, use, usage });
const HAIKU_5_5 = 'claude-haiku-5-5';

/*
 * In nano-dollars:
 * a Sonnet 4.5 in April, prompt 250,000 > 200,000: 100,000·6,000 + 10,000·22,500 + 150,000·600 = 600M + 225M + 90M = 915,000,000
 * b the same in November, no tier any more: 300M + 150M + 45M = 495,000,000
 * c Haiku 5.5, prompt exactly 100,000: 1,000·100 + 500·500 + 99,000·10 = 100,000 + 250,000 + 990,000 = 1,340,000
 * d one token more, all at the higher price: 1,001·500 + 500·2,500 + 99,000·50 = 500,500 + 1,250,000 + 4,950,000 = 6,700,500
 * e one 5-minute token in the US: 125 · 1.1 = 137.5 → 138
 * f Sonnet 5.5, last moment of 10-06: 1,000 read · 200 = 200,000       g the next: 1,000 · 100 = 100,000
 * h Opus 5.5 fast in the US: 41,728,000 · 2 · 1.1 = 91,801,600
 * i Sonnet 4.6 "fast", which it has not: 100·3,000 + 50·15,000 = 1,050,000
 * j Opus 4.6 through Bedrock, fast × 6: (10·5,000 + 10·25,000) · 6 = 1,800,000
 * November: 495,000,000 + 1,340,000 + 6,700,500 + 138 + 91,801,600 + 1,050,000 + 1,800,000 = 597,692,238
 * All: + 915,000,000 + 200,000 + 100,000 = 1,512,992,238.
 * in 100,000·2 + 1,000 + 1,001 + 7 + 100 + 10 = 202,118; out 10,000·2 + 500·2 + 115 + 50 + 10 = 21,175; 5m 1 + 1,000; 1h 4,000;
 * read 150,000·2 + 99,000·2 + 1,000·2 + 12,000 = 512,000.
 */
export const ratesOfTheDay: HandHome = {
  name: 'rates-of-the-day',
  rules: 'D-14, D-15: periods, tiers and their edge, fast, region, both, half a nano-dollar, ids of other clouds',
  files: {
    [`projects/-h6/${S6}.jsonl`]: file(
      priced('a', 'claude-sonnet-4-5', '2026-04-15T10:00:00.000Z', [100_000, 10_000, 0, 0, 150_000]),
      priced('b', 'claude-sonnet-4-5-20250929', '2026-11-10T10:00:00.000Z', [100_000, 10_000, 0, 0, 150_000]),
      priced('c', HAIKU_5_5, '2026-11-10T10:01:00.000Z', [1000, 500, 0, 0, 99_000]),
      priced('d', HAIKU_5_5, '2026-11-10T10:02:00.000Z', [1001, 500, 0, 0, 99_000]),
      priced('e', HAIKU_5_5, '2026-11-10T10:03:00.000Z', [0, 0, 1], { inference_geo: 'us' }),
      priced('f', 'claude-sonnet-5-5', '2026-10-06T23:59:59.999Z', [0, 0, 0, 0, 1000]),
      priced('g', 'claude-sonnet-5-5', '2026-10-07T00:00:00.000Z', [0, 0, 0, 0, 1000]),
      priced('h', OPUS_5_5, '2026-11-10T10:04:00.000Z', [7, 115, 1000, 4000, 12_000], { speed: 'fast', inference_geo: 'us' }),
      priced('i', SONNET_4_6, '2026-11-10T10:05:00.000Z', [100, 50], { speed: 'fast' }),
      priced('j', 'us.anthropic.claude-opus-4-6-v1', '2026-11-10T10:06:00.000Z', [10, 10], { speed: 'fast' }),
    ),
  },
  figures: [
    {
      totals: {
        ...{
          requests: 10,
          inputTokens: 202_118,
          outputTokens: 21_175,
          cacheReadTokens: 512_000,
          cacheCreation5mTokens: 1001,
          cacheCreation1hTokens: 4000,
        },
        ...{ totalCost: 1.512992238, costIsLowerBound: false },
      },
      rows: {
        daily: {
          '2026-04-15': { requests: 1, totalCost: 0.915 },
          '2026-10-06': { requests: 1, totalCost: 0.0002 },
          '2026-10-07': { requests: 1, totalCost: 0.0001 },
          '2026-11-10': { requests: 7, totalCost: 0.597692238 },
        },
        models: {
          'claude-sonnet-4-5': { totalCost: 0.915 },
          'claude-sonnet-4-5-20250929': { totalCost: 0.495 },
          // c + d + e = 1,340,000 + 6,700,500 + 138
          'claude-haiku-5-5': { totalCost: 0.008040638 },
          'claude-sonnet-5-5': { totalCost: 0.0003 },
          'claude-opus-5-5-fast': { totalCost: 0.0918016 },
          'claude-sonnet-4-6-fast': { totalCost: 0.00105 },
          'us.anthropic.claude-opus-4-6-v1-fast': { totalCost: 0.0018 },
        },
      },
    },
  ],
};

const S7 = sid('7');
const tool = (name: string, model: string, use: Answer['use'], usage: object): string =>
  answer({ id: msg(`h7${name}`), session: S7, model, at: `2026-11-08T10:${second++}:00.000Z`, use, usage });
const searches = (n: number) => ({ server_tool_use: { web_search_requests: n, web_fetch_requests: 7 } });
const part = (type: string, input: number, output: number, model?: string) => ({ type, input_tokens: input, output_tokens: output, model });

/*
 * A search is 10,000,000 nano-dollars, never multiplied; a fetch is free.
 * a Sonnet 4.6 100/50 and 5 searches: 300,000 + 750,000 + 50,000,000 = 51,050,000
 * b Opus 5.5 fast 10/10 and 2 searches: (40,000 + 200,000) · 2 + 20,000,000 = 20,480,000
 * c Sonnet 4.6 100/50 with an advisor Opus 4.6 1,000/100: 1,050,000 + 5,000,000 + 2,500,000 = 8,550,000; its `message` iteration adds nothing
 * d Opus 4.6 100/50 with a compaction 180,000/3,500 of no named model: 500,000 + 1,250,000 + 900,000,000 + 87,500,000 = 989,250,000
 * e Sonnet 4.6 1/1 with an advisor that has no price, 40/2: 18,000, 42 tokens without a price
 * f Sonnet 4.6 3/1, then 3/4 with the search on this line only: 9,000 + 60,000 + 10,000,000 = 10,069,000
 * g Opus 5.5 fast in the US 0/0 with a compaction 0/10 of its own model: 10 · 20,000 · 1.1 = 220,000, without fast
 * Sum 51,050,000 + 20,480,000 + 8,550,000 + 989,250,000 + 18,000 + 10,069,000 + 220,000 = 1,079,637,000
 * in 100 + 10 + 1,100 + 180,100 + 41 + 3 = 181,354; out 50 + 10 + 150 + 3,550 + 3 + 4 + 10 = 3,777; 8 searches; 7 requests.
 */
export const toolsAndIterations: HandHome = {
  name: 'tools-and-iterations',
  rules: 'D-10.4, D-10.5, D-15, D-16: searches, advisor and compaction iterations with their own model, without fast',
  files: {
    [`projects/-h7/${S7}.jsonl`]: file(
      tool('a', SONNET_4_6, [100, 50], searches(5)),
      tool('b', OPUS_5_5, [10, 10], { speed: 'fast', ...searches(2) }),
      tool('c', SONNET_4_6, [100, 50], { iterations: [part('message', 100, 50), part('advisor_message', 1000, 100, 'claude-opus-4-6')] }),
      tool('d', 'claude-opus-4-6', [100, 50], { iterations: [part('compaction', 180_000, 3500), part('unheard_of', 5, 5)] }),
      tool('e', SONNET_4_6, [1, 1], { iterations: [part('advisor_message', 40, 2, 'claude-quasar-7')] }),
      tool('f', SONNET_4_6, [3, 1], {}),
      tool('f', SONNET_4_6, [3, 4], searches(1)),
      tool('g', OPUS_5_5, [0, 0], { speed: 'fast', inference_geo: 'us', iterations: [part('compaction', 0, 10)] }),
    ),
  },
  figures: [
    {
      totals: {
        ...{ requests: 7, inputTokens: 181_354, outputTokens: 3777, totalTokens: 185_131, webSearchRequests: 8 },
        ...{ totalCost: 1.079637, costIsLowerBound: true, unpricedTokens: 42, unpricedModels: ['claude-quasar-7'] },
      },
      rows: {
        models: {
          // a, c, e, f: 51,050,000 + 1,050,000 + 18,000 + 10,069,000
          'claude-sonnet-4-6': { requests: 4, inputTokens: 204, outputTokens: 105, totalCost: 0.062187 },
          // d, its compaction, the advisor of c: 1,750,000 + 987,500,000 + 7,500,000
          'claude-opus-4-6': { requests: 1, inputTokens: 181_100, outputTokens: 3650, totalCost: 0.99675 },
          'claude-opus-5-5-fast': { requests: 2, inputTokens: 10, outputTokens: 10, totalCost: 0.02048 },
          'claude-opus-5-5': { requests: 0, inputTokens: 0, outputTokens: 10, totalCost: 0.00022 },
          'claude-quasar-7': { requests: 0, inputTokens: 40, outputTokens: 2, totalCost: null },
        },
      },
    },
  ],
};

const S13 = sid('13');
const logged = (name: string, minute: number, costUSD: unknown, more: Partial<Answer> = {}): string =>
  answer({ id: msg(`h13${name}`), session: S13, at: `2026-11-10T11:${minute}:00.000Z`, use: [100, 50], line: { costUSD }, ...more });

/*
 * Sonnet 4.6, 100/50 each = $0.00105 by the table. Logged: a 9.99 · b 0 · c nothing · d 0.5 on its smaller line · e 0.25 for a model without a price.
 * auto       9.99 + 0.00105 + 0.00105 + 0.5 + 0.25 = 10.7421
 * calculate  4 · 0.00105 = 0.0042, e without a price (150 tokens)
 * display    9.99 + 0 + 0.5 + 0.25 = 10.74, c without a price (150 tokens)
 */
const tokens = { requests: 5, inputTokens: 500, outputTokens: 250, totalTokens: 750 };
export const loggedCosts: HandHome = {
  name: 'logged-costs',
  rules: 'D-17: a logged cost, a logged 0, none, on another line of the response, of a model without a price; three modes',
  files: {
    [`projects/-h13/${S13}.jsonl`]: file(
      logged('a', 10, 9.99),
      logged('b', 11, 0),
      logged('c', 12, undefined),
      logged('d', 13, 0.5, { use: [100, 1] }),
      logged('d', 14, undefined),
      logged('e', 15, 0.25, { model: 'claude-quasar-7' }),
    ),
  },
  figures: [
    {
      totals: { ...tokens, totalCost: 10.7421, costIsLowerBound: false, unpricedTokens: 0 },
      rows: { models: { 'claude-sonnet-4-6': { requests: 4, totalCost: 10.4921 }, 'claude-quasar-7': { requests: 1, totalCost: 0.25 } } },
    },
    {
      mode: 'calculate',
      totals: { ...tokens, totalCost: 0.0042, costIsLowerBound: true, unpricedTokens: 150, unpricedModels: ['claude-quasar-7'] },
    },
    {
      mode: 'display',
      totals: { ...tokens, totalCost: 10.74, costIsLowerBound: true, unpricedTokens: 150, unpricedModels: ['claude-sonnet-4-6'] },
    },
  ],
};
