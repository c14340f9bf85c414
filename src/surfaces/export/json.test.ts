import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  blocksJson,
  dailyJson,
  instancesJson,
  jsonChunks,
  modelsJson,
  monthlyJson,
  projectsJson,
  sectionsJson,
  sessionDetailJson,
  sessionsJson,
  weeklyJson,
} from './json.ts';
import { folderOf, type Json } from './json-row.ts';
import { type ReportName, reportSchemas } from './schema.ts';
import { blockRows } from './test-blocks.ts';
import {
  dailyRows,
  dailyTotals,
  detail,
  meta,
  mixedSamples,
  modelRows,
  ours,
  projectRows,
  rowOf,
  type Sample,
  sessionRows,
  sessionTotals,
} from './test-rows.ts';
import type { JsonOptions } from './types.ts';

const mixedRow = rowOf(mixedSamples);
const instanceRows = dailyRows.map((row) => ({ ...row, project: { name: 'cost-service', path: '/home/dev/cost-service' } }));
const all = (options: JsonOptions): Record<ReportName, object> => {
  const reports = {
    daily: dailyJson([...dailyRows, { period: '2026-11-21', ...mixedRow }], dailyTotals, meta, options),
    instances: instancesJson(instanceRows, dailyTotals, meta, options),
    weekly: weeklyJson([{ period: '2026-11-16', ...dailyTotals }], dailyTotals, meta, options),
    monthly: monthlyJson([{ period: '2026-11', ...dailyTotals }], dailyTotals, meta, options),
    sessions: sessionsJson([...sessionRows, detail.row], sessionTotals, meta, options),
    projects: projectsJson(projectRows, sessionTotals, meta, options),
    models: modelsJson(
      [...modelRows, { ...mixedRow, model: 'claude-quasar-7', speed: 'standard', period: '2026-11', prices: null }],
      sessionTotals,
      meta,
      options,
    ),
    blocks: blocksJson(blockRows, meta, options),
    session: sessionDetailJson(detail, meta, options),
  };
  return { ...reports, sections: sectionsJson([reports.daily, reports.monthly]) };
};
const text = (report: object) => [...jsonChunks(report)].join('');
const names = Object.keys(reportSchemas) as ReportName[];

describe('UR-40 shapes', () => {
  test.each(names)('%s validates, has no field the schema does not name, and none is missing', (name) => {
    for (const cost of [true, false]) {
      const report = JSON.parse(text(all({ cost, parity: false })[name]));
      expect(v.parse(reportSchemas[name] as v.GenericSchema, report)).toEqual(report);
    }
    expect(JSON.parse(text(all(ours)[name]))).toMatchSnapshot();
  });

  test('UR-45 no number has more than 9 decimals, an exponent or the form -0', () => {
    for (const report of Object.values(all(ours))) {
      const printed = text(report);
      expect(printed).not.toMatch(/: -?\d+\.\d{10,}|: -0[,\n]|: -?[\d.]+e/u);
    }
    expect(text({ a: 1e-9, b: 0.37015, c: 1.1e-7, d: -2e-9 })).toBe(
      '{\n  "a": 0.000000001,\n  "b": 0.37015,\n  "c": 0.00000011,\n  "d": -0.000000002\n}\n',
    );
  });

  test('D-14 three requests of $0.1 are 0.3', () => {
    const tenth: Sample = { at: '2026-11-20T10:00:00Z', model: 'm', tokens: [1, 0, 0, 0, 0], usd: 0.1 };
    const totals = rowOf([tenth, tenth, tenth]);
    expect(text(dailyJson([], totals, meta, ours))).toContain('"totalCost": 0.3,');
  });

  test('UR-44 an empty report has zeros, not null or -0', () => {
    const empty = rowOf([]);
    const report = JSON.parse(text(dailyJson([], empty, meta, ours)));
    expect(report.daily).toEqual([]);
    expect(report.totals).toMatchObject({ totalCost: 0, totalTokens: 0, requests: 0, costIsLowerBound: false, unpricedModels: [] });
    expect(text(dailyJson([], empty, meta, { cost: true, parity: 'claude' }))).toBe(
      '{\n  "schemaVersion": 1,\n  "daily": [],\n  "totals": {\n    "inputTokens": 0,\n    "outputTokens": 0,\n    "cacheCreationTokens": 0,\n    "cacheReadTokens": 0,\n    "totalTokens": 0,\n    "totalCost": 0\n  }\n}\n',
    );
  });
});

describe('D-16 unpriced', () => {
  test('a priced and an unpriced request: the priced part, marked', () => {
    const { daily } = dailyJson([{ period: '2026-11-20', ...mixedRow }], mixedRow, meta, ours) as { daily: Json[] };
    expect(daily[0]).toMatchObject({
      totalCost: 0.0168,
      costIsLowerBound: true,
      unpricedModels: ['claude-quasar-7'],
      unpricedTokens: 150,
      outputIsLowerBound: true,
      subagents: { requests: 1, totalTokens: 150, totalCost: null },
      costSource: 'calculated',
    });
    expect(daily[0]!.modelBreakdowns).toMatchObject([
      { modelName: 'claude-sonnet-4-6', cost: 0.0168 },
      { modelName: 'claude-quasar-7', cost: null, missingPricing: true },
    ]);
  });

  test('only unpriced: null; with parity 0 and missingPricing', () => {
    const row = rowOf(mixedSamples.slice(1));
    const rows = [{ period: '2026-11-20', ...row }];
    expect(dailyJson(rows, row, meta, ours)).toMatchObject({
      daily: [{ totalCost: null, costSource: 'unknown' }],
      totals: { totalCost: null },
    });
    expect(dailyJson(rows, row, meta, { cost: true, parity: 'claude' })).toMatchObject({
      daily: [{ totalCost: 0, modelBreakdowns: [{ cost: 0, missingPricing: true }] }],
      totals: { totalCost: 0, unpricedModels: ['claude-quasar-7'] },
    });
  });

  test('logged cost is named', () => {
    const source = (loggedEvents: number) => {
      const { daily } = dailyJson([{ period: '2026-11-20', ...dailyTotals, loggedEvents }], dailyTotals, meta, ours) as { daily: Json[] };
      return daily[0]!.costSource;
    };
    expect([source(0), source(1), source(dailyTotals.sum.pricedEvents)]).toEqual(['calculated', 'mixed', 'logged']);
  });
});

describe('UR-30 --no-cost', () => {
  const keys = (value: unknown): string[] =>
    typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([key, inner]) => [Array.isArray(value) ? '' : key, ...keys(inner)]);

  test.each(names)('%s has no key of money at any depth', (name) => {
    const report = JSON.parse(text(all({ cost: false, parity: false })[name]));
    const money = keys(report).filter((key) => /cost|usd/i.test(key) || key === 'prices');
    // A folder's name is data: a project called cost-service stays in the report.
    expect(money).toEqual(name === 'instances' ? ['-home-dev-cost-service'] : []);
  });

  test('parity without cost, streamed', () => {
    for (const parity of ['claude', 'unified'] as const) {
      for (const report of Object.values(all({ cost: false, parity, stream: true }))) {
        expect(keys(JSON.parse(text(report))).filter((key) => /cost|usd/i.test(key) && !key.startsWith('-'))).toEqual([]);
      }
    }
  });
});

describe('UR-47 streaming', () => {
  test('lazy lists print the same bytes, and the bytes of JSON.stringify', () => {
    for (const name of names) {
      const whole = all(ours)[name];
      expect(text(whole)).toBe(`${JSON.stringify(whole, null, 2)}\n`);
      expect(text(all({ ...ours, stream: true })[name]).replace(/req_\d+/gu, '')).toBe(text(whole).replace(/req_\d+/gu, ''));
    }
  });

  test('a long list comes in many pieces and is never held', () => {
    let alive = 0;
    const rows = {
      *[Symbol.iterator]() {
        for (let i = 0; i < 3000; i += 1) {
          alive = i;
          yield sessionRows[0]!;
        }
      },
    };
    const pieces = jsonChunks(sessionsJson(rows, sessionTotals, meta, { ...ours, stream: true }));
    const first = pieces.next();
    expect(first.done).toBe(false);
    expect(alive).toBeLessThan(200);
    expect([...pieces].length).toBeGreaterThan(10);
  });
});

describe('sessions', () => {
  test('UR-46, UR-63 session show: entries add up to the total, metadata with it', () => {
    const report = sessionDetailJson(detail, meta, ours) as Json & { entries: { costUSD: number | null }[] };
    expect(report.entries.reduce((sum, entry) => sum + (entry.costUSD ?? 0), 0)).toBe(report.totalCost);
    expect(report).toMatchObject({
      sessionId: 'fix-login-flake',
      name: 'fix-login-flake',
      tags: ['flaky', 'auth'],
      description: 'retries',
      state: 'working',
      createdAt: '2026-11-20T09:30:00.000Z',
      updatedAt: '2026-11-20T12:00:00.000Z',
      clientCost: 1.720816,
      unloggedCost: 0.025916,
    });
  });

  test('parity keeps the keys of the peer alone', () => {
    expect(Object.keys(sessionDetailJson(detail, meta, { cost: true, parity: 'claude' }))).toEqual([
      'schemaVersion',
      'sessionId',
      'totalCost',
      'totalTokens',
      'entries',
    ]);
  });

  test('share is by cost, by tokens when a price is unknown or money is left out', () => {
    const share = (options: JsonOptions, totals = sessionTotals) =>
      (modelsJson(modelRows, totals, meta, options) as { models: Json[] }).models[0]!.share;
    expect(share(ours)).toBeCloseTo(17.7 / 28.6711, 6);
    const byTokens = share({ cost: false, parity: false });
    expect(byTokens).toBeCloseTo(15_058_155 / 37_371_963, 6);
    expect(share(ours, { ...sessionTotals, sum: { ...sessionTotals.sum, unpricedEvents: 1 } })).toBe(byTokens);
  });

  test('a folder is named as the client does', () => expect(folderOf('/home/a b/x_y.z')).toBe('-home-a-b-x-y-z'));
});
