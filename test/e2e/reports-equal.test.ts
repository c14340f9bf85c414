import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inMemory, type Ledger } from '../../src/ledger/open.ts';
import { blockRows, FIVE_HOURS } from '../../src/ledger/queries/blocks.ts';
import { loadDirectory } from '../../src/ledger/queries/directory.ts';
import { cellFilter, NO_FILTER, type ReportFilter } from '../../src/ledger/queries/filters.ts';
import { modelRows, periodRows, projectRows, type ReportContext, sessionRows, totals } from '../../src/ledger/queries/reports.ts';
import { factOrder } from '../../src/ledger/session-facts.ts';
import { aPart } from '../../src/ledger/testing.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import type { CostMode } from '../../src/pricing/types.ts';
import { dayStartUtc } from '../../src/usage/calendar.ts';
import type { RequestState } from '../../src/usage/merge.ts';
import type { ReportRow } from '../../src/usage/report.ts';
import { addSums, emptySum } from '../../src/usage/sum.ts';
import type { UsageSum } from '../../src/usage/types.ts';

/* UR-2, UR-22, UR-23: every report adds up to the same, whatever the data, zone, week, cost mode and filter. */

const LONG = process.env.TIDEMARK_LONG === '1';
const HOMES = LONG ? 500 : 100;
const ZONES = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'America/St_Johns'] as const;
const WEEK_STARTS = [1, 0] as const;
const MODES: readonly CostMode[] = ['auto', 'calculate', 'display'];
const MODELS = ['claude-opus-4-5-20251101', 'claude-haiku-4-5', 'claude-sonnet-4-5-20250929', 'claude-quasar-7', null] as const;
const FROM = Date.UTC(2025, 10, 1);
const UNTIL = Date.UTC(2026, 10, 20);
const table = builtinTable();

const tokens = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300_000 }));
const anIteration = fc.record({
  model: fc.constantFrom('claude-opus-4-5-20251101', 'claude-quasar-7', null),
  input: tokens,
  output: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  cacheRead: tokens,
});
const aRequest = fc.record({
  at: fc.integer({ min: FROM, max: UNTIL }),
  session: fc.integer({ min: 0, max: 5 }),
  model: fc.constantFrom(...MODELS),
  main: fc.boolean(),
  fast: fc.boolean(),
  input: tokens,
  output: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  cacheRead: tokens,
  webSearches: fc.constantFrom(null, 0, 3),
  logged: fc.constantFrom(null, null, 0, 1, 990_000_001),
  stop: fc.boolean(),
  iterations: fc.option(fc.array(anIteration, { maxLength: 2 }), { nil: null, freq: 5 }),
});
const aHome = fc.record({
  requests: fc.array(aRequest, { maxLength: 40 }),
  bursts: fc.boolean(),
  prompts: fc.array(fc.integer({ min: FROM, max: UNTIL }), { maxLength: 5 }),
});
type Home = typeof aHome extends fc.Arbitrary<infer T> ? T : never;

const owner = (session: number) => ({ sessionId: `s${session}`, named: false, fileFirstAt: FROM, fileBirth: FROM });

function ledgerOf({ requests, bursts, prompts }: Home): Ledger {
  const ledger = inMemory({ path: ':memory:', table, version: 'test', now: FROM }, '');
  const states = requests.map((r, i): RequestState => {
    const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = r;
    // Many requests within some hours make windows, gaps and whole cells; otherwise they lie all over the year.
    const at = bursts ? FROM + (r.at % 90_000_000) : r.at;
    return {
      key: `msg_01${String(i).padStart(22, 'A')}`,
      weak: false,
      rank: r.main ? 2 : 1,
      input,
      output,
      cacheWrite5m,
      cacheWrite1h,
      cacheRead,
      at,
      atIsGuess: false,
      hasStopReason: r.stop,
      model: r.model,
      speed: r.fast ? 'fast' : 'standard',
      geo: null,
      webSearches: r.webSearches,
      iterations: r.iterations,
      logged: r.logged,
      order: [output, input + output + cacheWrite5m + cacheWrite1h + cacheRead, at, i],
      orders: null,
      owner: owner(r.session),
    };
  });
  const part = aPart(states, {
    // Two sessions of each project, one of them on another branch.
    sessions: [0, 1, 2, 3, 4, 5].map((s) => [
      `s${s}`,
      { cwd: [`/nowhere/p${s >> 1}`, factOrder(false, FROM, s)], branch: [s % 2 ? 'main' : 'fix', factOrder(false, FROM, s)] },
    ]),
    prompts: prompts.map((at, i) => ({ uuid: `u${i}`, at, owner: owner(i) })),
  });
  ledger.appender.append([part]);
  ledger.db.exec(`INSERT INTO label VALUES ('s0', 'first', '["big"]', NULL, 1, 1), ('s3', NULL, '["big","old"]', NULL, 1, 1)`);
  return ledger;
}

const added = (rows: readonly { readonly sum: UsageSum }[]): UsageSum => rows.reduce((sum, row) => addSums(sum, row.sum), emptySum());

interface Case {
  readonly zone: string;
  readonly weekStart: number;
  readonly mode: CostMode;
  readonly filter: ReportFilter;
}

function contextOf(ledger: Ledger, { zone, weekStart, mode, filter }: Case): ReportContext {
  const directory = loadDirectory(ledger);
  return { ledger, directory, filter: cellFilter(filter, directory), mode, zone, weekStart };
}

/** All reports of one case: their sums, and the sums of their models, must be the total. */
function expectEqual(ledger: Ledger, one: Case): void {
  const c = contextOf(ledger, one);
  const whole = totals(c);
  const blocks = blockRows(c, FIVE_HOURS, UNTIL).flatMap(({ row }) => (row === null ? [] : [row]));
  const hasDates = one.filter.from !== null || one.filter.to !== null;
  const reports: Readonly<Record<string, readonly ReportRow[]>> = {
    daily: periodRows(c, 'day'),
    instances: periodRows(c, 'day', true),
    weekly: periodRows(c, 'week'),
    monthly: periodRows(c, 'month'),
    sessions: sessionRows(c),
    projects: projectRows(c),
    models: modelRows(c),
    'models by day': modelRows(c, 'day'),
    // Whole windows: they take part where no date cuts one.
    ...(hasDates ? {} : { blocks }),
  };
  for (const [name, rows] of Object.entries(reports)) {
    const where = `${name} ${one.zone} ${one.weekStart} ${one.mode}`;
    expect(added(rows), where).toEqual(whole.sum);
    expect(added(rows.flatMap((row) => row.models)), `${where}, by model`).toEqual(whole.sum);
    for (const row of rows) expect(row.subagents.requests, where).toBeLessThanOrEqual(row.sum.requests);
  }
}

const FILTERS: readonly Partial<ReportFilter>[] = [
  {},
  { projects: ['p0', 'p2'] },
  { excludeProjects: ['p1'] },
  { models: ['*opus*'] },
  { tags: ['big'] },
  { branches: ['main'] },
  { sessions: ['s1', 's5'] },
  { subagents: 'only' },
  { subagents: 'exclude', models: ['!*haiku*'], projects: ['!p2'] },
];

describe('UR-2', () => {
  test(`daily = weekly = monthly = sessions = projects = models = blocks (${HOMES} random homes, each in ${ZONES.length} zones, 2 week starts, 3 modes)`, () => {
    let round = 0;
    fc.assert(
      fc.property(aHome, (home) => {
        using ledger = ledgerOf(home);
        const filter = { ...NO_FILTER, ...FILTERS[round++ % FILTERS.length] };
        for (const zone of ZONES)
          for (const weekStart of WEEK_STARTS) for (const mode of MODES) expectEqual(ledger, { zone, weekStart, mode, filter });
      }),
      { numRuns: HOMES },
    );
  });

  test('with days as bounds, in every zone', () => {
    fc.assert(
      fc.property(aHome, fc.integer({ min: 20_390, max: 20_760 }), fc.integer({ min: 0, max: 60 }), (home, since, length) => {
        using ledger = ledgerOf(home);
        for (const zone of ZONES) {
          const filter = { ...NO_FILTER, from: dayStartUtc(since, zone), to: dayStartUtc(since + length, zone) };
          expectEqual(ledger, { zone, weekStart: 1, mode: 'auto', filter });
        }
      }),
      { numRuns: LONG ? 200 : 15 },
    );
  });
});

test('UR-22, UR-23 a filter and its complement are the whole', () => {
  const pairs: readonly (readonly [Partial<ReportFilter>, Partial<ReportFilter>])[] = [
    [{ projects: ['p0', 'p2'] }, { projects: ['!p0', '!p2'] }],
    [{ projects: ['p1'] }, { excludeProjects: ['p1'] }],
    [{ models: ['*opus*'] }, { models: ['!*opus*'] }],
    [{ tags: ['big'] }, { tags: ['!big'] }],
    [{ branches: ['main'] }, { branches: ['!main'] }],
    [{ sessions: ['s1'] }, { sessions: ['!s1'] }],
    [{ accounts: ['default'] }, { accounts: ['!default'] }],
    [{ subagents: 'only' }, { subagents: 'exclude' }],
  ];
  fc.assert(
    fc.property(aHome, fc.constantFrom(...MODES), (home, mode) => {
      using ledger = ledgerOf(home);
      const sum = (filter: Partial<ReportFilter>) =>
        totals(contextOf(ledger, { zone: 'UTC', weekStart: 1, mode, filter: { ...NO_FILTER, ...filter } })).sum;
      const whole = sum({});
      for (const [taken, left] of pairs) expect(addSums(sum(taken), sum(left)), JSON.stringify(taken)).toEqual(whole);
    }),
    { numRuns: LONG ? 500 : 60 },
  );
});
