import type { TokenCounts } from '../pricing/types.ts';
import type { DemoTool } from './demo-lines.ts';

/** A stretch of requests whose counters add up to exactly `tokens`. Times are seconds before "now"; the first and the last request lie on them. */
export interface Stretch {
  readonly requests: number;
  readonly from: number;
  readonly to: number;
  readonly tokens: TokenCounts;
  /** Cache reads grow from one to the other: the context fills. */
  readonly context: readonly [number, number];
  /** How many prompts of a person are spread over it. */
  readonly prompts: number;
  /** A compaction right before it. */
  readonly compacted?: boolean;
  /** Seconds from the first prompt to its answer, where it takes longer than usual. */
  readonly thinks?: number;
}

export interface DemoAgent {
  readonly id: string;
  readonly type: string;
  readonly description: string;
  readonly finished: boolean;
  readonly stretches: readonly Stretch[];
}

export interface DemoSession {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly project: string;
  readonly branch: string;
  readonly model: string;
  readonly stretches: readonly Stretch[];
  readonly agents: readonly DemoAgent[];
  /** How the newest request ended: with the turn, or with a call of this tool that has no result yet. */
  readonly ends: 'turn' | DemoTool;
  /** The client's own total, USD (D-18). */
  readonly clientCost?: number;
}

/** The table of LV-145 is as of this moment; everything moves with the real one. */
export const DEMO_NOW = Date.parse('2026-11-20T13:42:10Z');

/** Seconds from a UTC time of the table's day (or the day before) to its "now". */
export const ago = (clock: string, day = '2026-11-20'): number => (DEMO_NOW - Date.parse(`${day}T${clock}Z`)) / 1000;

const counts = (input: number, output: number, cacheWrite5m: number, cacheWrite1h: number, cacheRead: number): TokenCounts => ({
  input,
  output,
  cacheWrite5m,
  cacheWrite1h,
  cacheRead,
});

const KINDS = ['input', 'output', 'cacheWrite5m', 'cacheWrite1h', 'cacheRead'] as const;

/** What is left of a total for the rest of a session. */
function less(total: TokenCounts, ...parts: readonly TokenCounts[]): TokenCounts {
  const left = KINDS.map((kind) => parts.reduce((rest, part) => rest - part[kind], total[kind]));
  return counts(left[0]!, left[1]!, left[2]!, left[3]!, left[4]!);
}

const one = (clock: string, tokens: TokenCounts): Stretch => {
  const at = ago(clock);
  return { requests: 1, from: at, to: at, tokens, context: [tokens.cacheRead, tokens.cacheRead], prompts: 0 };
};

const stretch = (
  requests: number,
  from: number,
  to: number,
  tokens: TokenCounts,
  context: readonly [number, number],
  prompts: number,
): Stretch => ({
  requests,
  from,
  to,
  tokens,
  context,
  prompts,
});

/** The last five minutes make the rates of LV-145: 624, 290, 4,260 and 1,210 work tokens a minute. */
const FIX = [counts(12, 310, 0, 700, 338_172), counts(9, 402, 0, 800, 338_970), counts(14, 273, 0, 600, 339_786)] as const;
const CHECKOUT = [counts(8, 391, 0, 500, 579_578), counts(11, 240, 0, 300, 580_089)] as const;
const REVIEW = counts(6, 820, 0, 1900, 218_494);
const NIGHTLY = counts(180, 402, 900, 0, 29_320);
const DOCS = { busy: counts(430, 1220, 3800, 0, 628_000), last: counts(40, 160, 400, 0, 79_960) };

const MIGRATE = {
  window: counts(22_410, 164_920, 40_112, 610_233, 14_220_480),
  yesterday: counts(19_496, 136_858, 31_128, 409_885, 8_469_854),
  first: counts(9_600, 78_400, 14_000, 330_000, 6_320_000),
  busy: counts(71, 2906, 0, 5000, 1_000_000),
  last: [
    counts(14, 96, 0, 1016, 167_776),
    counts(11, 2377, 0, 3402, 168_792),
    counts(15, 145, 0, 880, 172_194),
    counts(9, 1022, 0, 2110, 173_074),
    counts(12, 310, 0, 1204, 175_184),
  ],
  explore: counts(1900, 900, 13_000, 0, 394_400),
  plan: counts(1150, 250, 900, 0, 1_212_000),
  planNow: counts(300, 100, 300, 0, 404_000),
} as const;

const migrateRest = less(MIGRATE.window, MIGRATE.first, MIGRATE.busy, ...MIGRATE.last, MIGRATE.explore, MIGRATE.plan, MIGRATE.planNow);

/** The seven sessions of the open window (LV-145). */
export const DEMO_SESSIONS: readonly DemoSession[] = [
  {
    id: '7d0c3f52-84ab-4e19-9c66-0f2b7a51e8d3',
    name: 'fix-login-flake',
    title: 'Fix the flaky login test',
    project: 'api-server',
    branch: 'main',
    model: 'claude-opus-5-5',
    stretches: [
      stretch(48, ago('10:41:05'), ago('13:36:30'), less(counts(18_240, 96_410, 0, 402_118, 9_840_220), ...FIX), [30_000, 336_000], 7),
      one('13:37:40', FIX[0]),
      one('13:38:52', FIX[1]),
      one('13:39:55', FIX[2]),
    ],
    agents: [],
    ends: { tool: 'Bash', target: 'npm test' },
  },
  {
    id: 'c41e9a07-2b6d-4f83-8d15-93e07c4f6ab2',
    name: 'checkout-redesign',
    title: 'Redesign the checkout',
    project: 'shop-web',
    branch: 'feature/cart',
    model: 'claude-sonnet-5-5',
    stretches: [
      stretch(16, ago('11:02:05'), ago('13:35:10'), less(counts(9120, 71_300, 0, 288_400, 6_120_900), ...CHECKOUT), [40_000, 575_000], 5),
      one('13:38:00', CHECKOUT[0]),
      one('13:41:28', CHECKOUT[1]),
    ],
    agents: [],
    ends: { tool: 'AskUserQuestion' },
  },
  {
    id: '58b2d6e1-f0c9-4a37-b1e4-6d9a25c80f74',
    name: 'review-418',
    title: 'Review pull request 418',
    project: 'shop-web',
    branch: 'main',
    model: 'claude-sonnet-5-5',
    stretches: [
      stretch(8, ago('13:08:05'), ago('13:35:10'), less(counts(4010, 22_140, 0, 96_700, 1_204_300), REVIEW), [20_000, 215_000], 2),
      one('13:36:05', REVIEW),
    ],
    agents: [],
    ends: 'turn',
  },
  {
    id: '32085a6f-1c1e-4b5a-9a3e-51f0c2a7d6e4',
    name: 'migrate-orders',
    title: 'Migrate orders to v2',
    project: 'orders-db',
    branch: 'main',
    model: 'claude-opus-4-5',
    stretches: [
      stretch(59, ago('16:48:05', '2026-11-19'), ago('18:31:40', '2026-11-19'), MIGRATE.yesterday, [20_000, 178_000], 6),
      stretch(48, ago('10:23:05'), ago('12:35:40'), MIGRATE.first, [70_000, 178_000], 5),
      { ...stretch(40, ago('12:37:00'), ago('13:35:20'), migrateRest, [24_000, 166_000], 2), compacted: true },
      { ...stretch(6, ago('13:37:20'), ago('13:40:10'), MIGRATE.busy, [165_800, 167_600], 1), thinks: 75 },
      one('13:40:31', MIGRATE.last[0]),
      one('13:40:57', MIGRATE.last[1]),
      one('13:41:20', MIGRATE.last[2]),
      one('13:41:48', MIGRATE.last[3]),
      one('13:42:09', MIGRATE.last[4]),
    ],
    agents: [
      {
        id: 'a3f81c02d9e64b75a',
        type: 'Explore',
        description: 'made-up task',
        finished: true,
        stretches: [stretch(5, ago('13:22:10'), ago('13:25:30'), MIGRATE.explore, [60_000, 95_000], 0)],
      },
      {
        id: 'b71e05fa4c2d98036',
        type: 'Plan',
        description: 'made-up task',
        finished: false,
        stretches: [
          stretch(9, ago('13:33:10'), ago('13:36:40'), MIGRATE.plan, [130_000, 138_000], 0),
          stretch(3, ago('13:38:05'), ago('13:41:52'), MIGRATE.planNow, [133_000, 136_000], 0),
        ],
      },
    ],
    ends: { tool: 'Edit', target: 'schema.sql' },
    clientCost: 29.775577,
  },
  {
    id: 'e6f4a8b3-5d21-4c70-a9f8-1b7e30d2c659',
    name: 'api-docs',
    title: 'Write the API reference',
    project: 'api-server',
    branch: 'docs',
    model: 'claude-haiku-5-5',
    stretches: [
      stretch(
        38,
        ago('13:31:05'),
        ago('13:37:00'),
        less(counts(31_900, 28_700, 120_400, 0, 2_410_700), DOCS.busy, DOCS.last),
        [10_000, 76_000],
        2,
      ),
      stretch(8, ago('13:37:20'), ago('13:41:40'), DOCS.busy, [77_400, 79_600], 1),
      one('13:42:06', DOCS.last),
    ],
    agents: [],
    ends: { tool: 'Read', target: 'openapi.yaml' },
  },
  {
    id: '0a93c7d8-e452-4b16-8f3d-c2716e5b94fa',
    name: 'nightly-triage',
    title: 'Triage the nightly failures',
    project: 'infra',
    branch: 'main',
    model: 'claude-haiku-5-5',
    stretches: [
      stretch(30, ago('10:20:05'), ago('12:51:30'), less(counts(6700, 12_050, 41_200, 0, 602_110), NIGHTLY), [8000, 30_000], 4),
      one('12:53:50', NIGHTLY),
    ],
    agents: [],
    ends: 'turn',
  },
  {
    id: '94de1f60-37c8-4a5b-b20d-7e8fa1c3d506',
    name: 'spike-logs',
    title: 'Spike: structured logs',
    project: 'infra',
    branch: 'main',
    model: 'claude-sonnet-5-5',
    stretches: [stretch(12, ago('12:10:05'), ago('12:58:05'), counts(2980, 14_480, 0, 60_330, 808_400), [15_000, 120_000], 3)],
    agents: [],
    ends: 'turn',
    clientCost: 0.47292,
  },
];

/** Earlier today, before the open window: 14,820,000 tokens, $9.41. Their window closed before the next one opened (D-21). */
export const EARLIER_TODAY: readonly DemoSession[] = [
  {
    id: 'b8150e7c-9a4f-4d62-83b7-e5c90f2d1a46',
    name: 'release-prep',
    title: 'Prepare the release',
    project: 'api-server',
    branch: 'main',
    model: 'claude-opus-5-5',
    stretches: [stretch(62, ago('05:02:05'), ago('08:41:30'), counts(14_000, 92_000, 0, 480_000, 11_900_000), [30_000, 350_000], 8)],
    agents: [],
    ends: 'turn',
  },
  {
    id: '2f7ac914-60be-4385-9e1c-d84b36f07a5e',
    name: 'css-cleanup',
    title: 'Clean up the style sheets',
    project: 'shop-web',
    branch: 'main',
    model: 'claude-sonnet-5-5',
    stretches: [stretch(18, ago('06:15:05'), ago('07:20:40'), counts(5971, 45_000, 0, 154_809, 2_128_220), [20_000, 210_000], 4)],
    agents: [],
    ends: 'turn',
  },
];
