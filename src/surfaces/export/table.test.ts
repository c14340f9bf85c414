import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../text/width.ts';
import type { ReportMeta } from '../../usage/report.ts';
import {
  blocksTable,
  compareTable,
  instancesTable,
  modelsTable,
  periodTable,
  projectsTable,
  sessionCard,
  sessionsTable,
  type TableOptions,
} from './table.ts';
import { blockRows } from './test-blocks.ts';
import {
  at,
  dailyRows,
  dailyTotals,
  detail,
  meta,
  mixedSamples,
  modelRows,
  otherDetail,
  projectRows,
  rowOf,
  sessionRows,
  sessionTotals,
} from './test-rows.ts';

const november: ReportMeta = {
  ...meta,
  timezone: 'Europe/Berlin',
  since: '2026-11-16',
  until: '2026-11-20',
  unlogged: { cost: 310_000_000, sessions: 4, forksLeftOut: 0 },
};
const today: ReportMeta = { ...meta, since: '2026-11-20', until: '2026-11-20' };
const block = (lines: readonly string[]) => `\n${lines.join('\n')}\n`;

const WIDE_DAILY = `
 Daily usage · 2026-11-16 to 2026-11-20 · zone Europe/Berlin

 Date       Models                                 Input    Output  Cache write    Cache read         Total     Cost
 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 2026-11-16 opus-5-5, sonnet-5-5                  43,969   334,836    1,275,915     9,778,703    11,433,423   $13.04
 2026-11-17 opus-5-5                              32,965   192,774      210,816    19,526,717    19,963,272    $9.58
 2026-11-18 opus-5-5, haiku-5-5                   59,475   108,141      642,475    22,594,557    23,404,648    $6.59
 2026-11-19 opus-4-5, sonnet-5-5, haiku-5-5      115,564   550,095    1,585,841    15,393,790    17,645,290   $15.50
 2026-11-20 opus-4-5, opus-5-5, sonnet-5-5, h…    83,939   584,208    2,257,384    44,979,088    47,904,619   $26.91
 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 Total                                           335,912 1,770,054    5,972,431   112,272,855   120,351,252   $71.62

 API-equivalent cost, prices of 2026-11-20 · not in transcripts: $0.31 (4 sessions)
`;
const COMPACT_DAILY = `
 Daily usage · 2026-11-16 to 2026-11-20 · zone Europe/Berlin

 Date       Models                   In    Out Cache w Cache r  Total     Cost
 ─────────────────────────────────────────────────────────────────────────────
 2026-11-16 opus-5-5, sonnet-5-5  44.0K 334.8K   1.28M   9.78M 11.43M   $13.04
 2026-11-17 opus-5-5              33.0K 192.8K  210.8K  19.53M 19.96M    $9.58
 2026-11-18 opus-5-5, haiku-5-5   59.5K 108.1K  642.5K  22.59M 23.40M    $6.59
 2026-11-19 opus-4-5, sonnet-5-… 115.6K 550.1K   1.59M  15.39M 17.65M   $15.50
 2026-11-20 opus-4-5, opus-5-5,…  83.9K 584.2K   2.26M  44.98M 47.90M   $26.91
 ─────────────────────────────────────────────────────────────────────────────
 Total                           335.9K  1.77M   5.97M  112.3M 120.4M   $71.62

 API-equivalent cost · not in transcripts: $0.31
`;
const WIDE_SESSIONS = `
 Sessions · today · zone UTC · sorted by cost

 Session              Project (branch)         Models     Last           Input   Output   Cache w    Cache r     Cost
 ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 migrate-orders       orders-db (main)         opus-4-5   20 Nov 13:42  22,410  164,920   650,345 14,220,480   $17.70
 fix-login-flake      api-server (main)        opus-5-5   20 Nov 13:39  18,240   96,410   402,118  9,840,220    $7.19
 checkout-redesign    shop-web (feature/cart)  sonnet-5-5 20 Nov 13:41   9,120   71,300   288,400  6,120,900    $2.50
 review-418           shop-web (main)          sonnet-5-5 20 Nov 13:36   4,010   22,140    96,700  1,204,300    $0.74
 spike-logs           infra (main)             sonnet-5-5 20 Nov 12:58   2,980   14,480    60,330    808,400    $0.47
 api-docs             api-server (docs)        haiku-5-5  20 Nov 13:42  31,900   28,700   120,400  2,410,700    $0.06
 nightly-triage       infra (main)             haiku-5-5  20 Nov 12:54   6,700   12,050    41,200    602,110    $0.02
 ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 Total 7                                                                95,360  410,000 1,659,493 35,207,110   $28.67

 API-equivalent cost, prices of 2026-11-20
`;
const COMPACT_SESSIONS = `
 Sessions · today · zone UTC · sorted by cost

 Session           Project    Last             In    Out  Cache  Total    Cost
 ─────────────────────────────────────────────────────────────────────────────
 migrate-orders    orders-db  20 Nov 13:42  22.4K 164.9K 14.87M 15.06M  $17.70
 fix-login-flake   api-server 20 Nov 13:39  18.2K  96.4K 10.24M 10.36M   $7.19
 checkout-redesign shop-web   20 Nov 13:41   9.1K  71.3K  6.41M  6.49M   $2.50
 review-418        shop-web   20 Nov 13:36   4.0K  22.1K  1.30M  1.33M   $0.74
 spike-logs        infra      20 Nov 12:58   3.0K  14.5K 868.7K 886.2K   $0.47
 api-docs          api-server 20 Nov 13:42  31.9K  28.7K  2.53M  2.59M   $0.06
 nightly-triage    infra      20 Nov 12:54   6.7K  12.1K 643.3K 662.1K   $0.02
 ─────────────────────────────────────────────────────────────────────────────
 Total 7                                    95.4K 410.0K 36.87M 37.37M  $28.67

 API-equivalent cost
`;
const WIDE_BLOCKS = `
 5-hour windows · account work · zone UTC

 Window           Ends  Source    Used      Tokens       Work     Cost Burn now           At this pace
 ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 Thu 19 Nov 14:10 19:10 official  88 %  41,222,190  2,010,448   $31.07                    used 88 % at the reset
 gap 3 h 40 m
 Thu 19 Nov 22:50 03:50 est. ±10     –   9,120,334    402,118    $6.12
 gap 6 h 30 m
 Fri 20 Nov 10:20 15:20 official  62 %  37,371,963  2,164,853   $28.67 6,384/min HIGH     81 % (74–88 %) by 15:20

 limit 60,000,000 all tokens (configured), 62 % of it used
 API-equivalent cost, prices of 2026-11-20
`;
const COMPACT_BLOCKS = `
 5-hour windows · account work · zone UTC

 Window           Ends  Source   Used Tokens   Work    Cost At this pace
 ────────────────────────────────────────────────────────────────────────────
 Thu 19 Nov 14:10 19:10 official 88 % 41.22M  2.01M  $31.07 used 88 % at the…
 gap 3 h 40 m
 Thu 19 Nov 22:50 03:50 est. ±10    –  9.12M 402.1K   $6.12
 gap 6 h 30 m
 Fri 20 Nov 10:20 15:20 official 62 % 37.37M  2.16M  $28.67 81 % (74–88 %)

 limit 60,000,000 all tokens (configured), 62 % of it used
 API-equivalent cost
`;

describe('UR-52 the tables of §5', () => {
  test('daily', () => {
    expect(block(periodTable('daily', dailyRows, dailyTotals, november, at(120)))).toBe(WIDE_DAILY);
    expect(block(periodTable('daily', dailyRows, dailyTotals, november, at(80)))).toBe(COMPACT_DAILY);
    expect(block(periodTable('daily', dailyRows, dailyTotals, november, at(200, { compact: true })))).toBe(COMPACT_DAILY);
  });
  test('sessions', () => {
    expect(block(sessionsTable(sessionRows, sessionTotals, today, at(120)))).toBe(WIDE_SESSIONS);
    expect(block(sessionsTable(sessionRows, sessionTotals, today, at(80)))).toBe(COMPACT_SESSIONS);
  });
  test('blocks', () => {
    expect(block(blocksTable(blockRows, meta, at(120)))).toBe(WIDE_BLOCKS);
    expect(block(blocksTable(blockRows, meta, at(80)))).toBe(COMPACT_BLOCKS);
  });
});

/** Every table, also in the states the examples do not show. */
const mixed = rowOf(mixedSamples);
const broken: ReportMeta = {
  ...november,
  since: '2026-09-01',
  filters: { project: ['api*'], model: ['opus*', '!haiku*'] },
  ingest: { ...meta.ingest, rejectedLines: 3 },
};
const instanceRows = dailyRows.map((row, i) => ({
  ...row,
  project: i < 3 ? { name: 'api-server', path: '/a' } : { name: 'shop-web', path: '/b' },
}));
const twoAccounts = blockRows.map((row, i) => ({ ...row, account: i < 2 ? 'home' : 'work' }));
const tables: Record<string, (options: TableOptions) => string[]> = {
  daily: (options) => periodTable('daily', [...dailyRows, { period: '2026-11-21', ...mixed }], mixed, broken, options),
  weekly: (options) => periodTable('weekly', [{ period: '2026-11-16', ...dailyTotals }], dailyTotals, november, options),
  monthly: (options) => periodTable('monthly', [{ period: '2026-11', ...dailyTotals }], dailyTotals, meta, { ...options, breakdown: true }),
  instances: (options) => instancesTable(instanceRows, dailyTotals, november, options),
  sessions: (options) => sessionsTable(sessionRows, sessionTotals, today, { ...options, sort: 'last' }),
  'sessions, breakdown': (options) => sessionsTable(sessionRows.slice(0, 2), sessionTotals, today, { ...options, breakdown: true }),
  projects: (options) => projectsTable(projectRows, sessionTotals, today, options),
  models: (options) =>
    modelsTable(
      [...modelRows, { ...mixed, model: 'claude-quasar-7', speed: 'fast', period: null, prices: null }],
      sessionTotals,
      today,
      options,
    ),
  'models by month': (options) =>
    modelsTable(
      modelRows.map((row) => ({ ...row, period: '2026-11' })),
      sessionTotals,
      today,
      options,
    ),
  blocks: (options) => blocksTable(blockRows, meta, options),
  'blocks of two accounts': (options) => blocksTable(twoAccounts, meta, options),
  card: (options) => sessionCard(detail, meta, options),
  compare: (options) => compareTable([otherDetail, detail, { ...detail }, { ...otherDetail }], meta, options),
};
const widths = [20, 40, 60, 80, 100, 120, 200];
const names = Object.keys(tables);

describe.each(names)('%s', (name) => {
  test.each(widths)('at %i columns', (columns) => {
    const lines = tables[name]!(at(columns));
    expect(block(lines)).toMatchSnapshot();
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    for (const line of lines) expect(line).toBe(line.trimEnd());
  });

  test('UR-53 --ascii is ASCII only, at every width, also with --wide and --no-cost', () => {
    for (const columns of widths) {
      for (const more of [{}, { wide: true }, { cost: false }]) {
        const lines = tables[name]!(at(columns, { ascii: true, ...more }));
        expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/u);
        expect(Math.max(...lines.map((line) => displayWidth(line)))).toBeLessThanOrEqual(columns);
      }
    }
  });

  test('UR-30 --no-cost prints no dollar, UR-53 no colour unless asked for', () => {
    expect(tables[name]!(at(200, { cost: false })).join('\n')).not.toMatch(/\$/u);
    expect(tables[name]!(at(200)).join('')).not.toContain('\u001b');
  });

  test('UR-54 colour is SGR and nothing else, and changes no width', () => {
    const plain = tables[name]!(at(120)).join('\n');
    const coloured = tables[name]!(at(120, { colour: true })).join('\n');
    expect(coloured.replaceAll(/\u001b\[[\d;]*m/gu, '')).toBe(plain);
  });
});
