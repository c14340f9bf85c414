import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectCost, expectRow, expectSession } from '../golden/expect-row.ts';
import {
  copyHome,
  discard,
  hasPython,
  hasShared,
  type Json,
  materialise,
  readJson,
  runOracle,
  SHARED,
  SHARED_ABSENT,
} from '../golden/homes.ts';

/** The oracle (REL-50) is itself checked against answers that were counted by hand or by another program (REL-51). */
const python = await hasPython();
const ready = hasShared && python;
const absent = SHARED_ABSENT + (python ? '' : ' (skipped: python3 with zone data is absent, apt-get install python3 tzdata)');
const CASES = path.join(SHARED, 'fixtures/peer-cases');

/** run: responses, subagents, without stop_reason, input, output, cache read, 5-minute and 1-hour writes. */
const CAPTURED: Record<string, readonly number[]> = {
  '2.1.329': [39, 3, 1, 468, 1923, 585_000, 39_000, 19_500],
  '2.1.329-events': [14, 1, 0, 168, 588, 210_000, 14_000, 7_000],
  '2.1.329-generated': [24, 4, 0, 168, 2994, 288_000, 24_000, 96_000],
  '2.0.76': [49, 28, 1, 588, 2384, 735_000, 49_000, 24_500],
  '1.0.128': [23, 2, 1, 276, 1292, 345_000, 23_000, 11_500],
};

describe.skipIf(!ready)(`oracle on the captured runs${absent}`, () => {
  it.concurrent.each(Object.entries(CAPTURED))('%s gives the counted answers', async (run, want) => {
    const got = await runOracle(path.join(SHARED, 'fixtures/captured/transcripts', run));
    const t = got.totals;
    const kinds = [t.inputTokens, t.outputTokens, t.cacheReadTokens, t.cacheCreation5mTokens, t.cacheCreation1hTokens];
    expect([got.requests, got.subagentRequests, got.lowerBoundRequests, ...kinds]).toEqual(want);
    expect(got.rejectedLines).toBe(0);
  });
});

const probes: Json[] = ready ? readJson(path.join(CASES, '11-probes/probes.json')) : [];

describe.skipIf(!ready)(`oracle on the probes${absent}`, () => {
  it('finds all 50', () => expect(probes).toHaveLength(50));
  it.concurrent.each(probes.map((p) => [p.name, p] as const))('%s', async (_name, probe) => {
    const home = materialise(probe.files, probe.symlink);
    try {
      const got = await runOracle(home);
      expectRow(got.totals, probe.right, 'totals');
      for (const name of ['rejectedLines', 'flaggedCounters']) expect(got[name], name).toBe(probe.right[name] ?? 0);
      expect(got.timesGuessed).toBe(probe.right.timeIsGuess ? 1 : 0);
      if (probe.right.timeIsGuess) expect(Object.keys(got.daily)).toEqual(['2026-11-12']);
      for (const [id, want] of Object.entries(probe.rightBySession ?? {})) expectSession(got.sessions[id], want, id);
      for (const [day, want] of Object.entries(probe.rightByDay ?? {})) expectRow(got.daily[day], want, day);
    } finally {
      discard(home);
    }
  });
});

const WHOLE = ['01-stream-dup-most-complete', '02-dup-without-request-id', '03-daily-two-projects', '04-agent-progress-and-subagent'];
WHOLE.push('05-sidechain-replay', '05b-sidechain-replay-first-own-probe', '07-advisor-iterations', '10-repo-fixture');

describe.skipIf(!ready)(`oracle on the peer cases${absent}`, () => {
  it.concurrent.each(WHOLE)('%s', async (name) => {
    const right = readJson(path.join(CASES, name, 'tidemark.json'));
    const home = copyHome(path.join(CASES, name, 'claude'));
    try {
      const prices = name.startsWith('07') ? ['--prices', writePrices(home.dir, ADVISOR_PRICES)] : [];
      const got = await runOracle(home, ['--mode', right.mode, ...prices]);
      expectRow(got.totals, right.totals, 'totals');
      for (const [id, want] of Object.entries(right.bySession ?? {})) expectRow(got.sessions[id], want, id);
      for (const [project, want] of Object.entries(right.byProject ?? {})) expectRow(got.projects[project], want, project);
      for (const want of right.daily?.length ? right.daily : []) expectDay(got.daily[want.date], want);
      if (name.startsWith('10')) expectCase10(got, right);
    } finally {
      discard(home);
    }
  });

  it('05, the replay read first: the parent wins', async () => {
    const { orderVariant } = readJson(path.join(CASES, '05-sidechain-replay/tidemark.json'));
    const usage = (output: number, read: number) => ({ input_tokens: 0, output_tokens: output, cache_read_input_tokens: read });
    const line = (isSidechain: boolean, requestId: string, output: number, read: number) =>
      JSON.stringify({
        isSidechain,
        requestId,
        sessionId: 's',
        timestamp: '2026-11-10T10:00:00Z',
        message: { id: PARENT, model: 'claude-sonnet-4-6', usage: usage(output, read) },
      });
    const home = materialise({
      'projects/p/s.jsonl': [line(true, 'side', 10, 50_000), line(false, 'req', 10, 20), line(false, 'req', 5, 5)],
    });
    expectRow((await runOracle(home)).totals, orderVariant, 'totals');
    discard(home);
  });

  it('06: 5-minute and 1-hour writes and a whole-request tier', async () => {
    const [first, second, third, fourth] = readJson(path.join(CASES, '06-cache-creation-5m-1h/tidemark.json')).cases;
    const cases = readJson(path.join(CASES, '06-cache-creation-5m-1h/cases.json'));
    const costs = await Promise.all(
      [...cases.slice(0, 3).map((c: Json) => c.usage), { input_tokens: cases[3].tieredCost.tokens }].map(priceOne),
    );
    expectCost(costs[0].totalCost, first, 'split');
    expectCost(costs[1].totalCost, second, 'flat');
    expectRow(costs[2], third, 'third');
    expectCost(costs[3].totalCost, fourth.expectedCost, 'tier');
  });
});

const PARENT = 'msg_01aaaaaaaaaaaaaaaaaaaaaa';

/** One line with this usage, alone in a home; the tier case has a model of its own. */
async function priceOne(usage: Json): Promise<Json> {
  const model = usage.input_tokens === 300_000 ? 'tiered-model' : 'test-model';
  const home = materialise({
    'projects/p/s.jsonl': [JSON.stringify({ timestamp: '2026-11-10T10:00:00Z', message: { id: PARENT, model, usage } })],
  });
  const got = await runOracle(home, ['--prices', writePrices(home.dir, SPLIT_PRICES)]);
  discard(home);
  return got.totals;
}

/** Prices of models that the cases invent, USD per million tokens: input, output, 5-minute write, 1-hour write, read. */
const family = (name: string, rate: readonly number[], tier: Json = null) => ({
  family: name,
  match: [`^${name}$`],
  prices: [{ ...period(rate), tier }],
});
const period = ([input, output, cacheWrite5m, cacheWrite1h, cacheRead]: readonly number[]) => ({
  ...{ from: null, to: null, input, output, cacheWrite5m, cacheWrite1h, cacheRead },
  ...{ tier: null, fastMultiplier: null, geoUsMultiplier: null },
});
const ADVISOR_PRICES = [family('main-model', [100e6, 100e6, 0, 0, 0]), family('advisor-model', [2e6, 3e6, 0, 0, 0])];
const TIER = { promptTokensOver: 200_000, prices: period([6, 0, 0, 0, 0]) };
const SPLIT_PRICES = [family('test-model', [1e6, 10e6, 1.25e6, 2e6, 0.1e6]), family('tiered-model', [3, 0, 0, 0, 0], TIER)];

function writePrices(dir: string, models: readonly Json[]): string {
  writeFileSync(path.join(dir, 'prices.json'), JSON.stringify({ webSearchPer1000: 10, models }));
  return path.join(dir, 'prices.json');
}

/** The oracle names models in a row only by its own report, so a day is compared without `modelsUsed` and `date`. */
function expectDay(got: Json, { date, modelsUsed: _models, ...want }: Json): void {
  expectRow(got, want, date);
}

function expectCase10(got: Json, right: Json): void {
  expect(Object.keys(got.daily)).toEqual(Object.keys(right.daily));
  for (const [day, want] of Object.entries(right.daily)) expectRow(got.daily[day], want, day);
  for (const [report, want] of Object.entries({ weekly: right.weeksFromMonday, monthly: right.months, sessions: right.sessions })) {
    const costs = Object.entries<Json>(got[report]).map(([key, row]) => [key, Number(row.totalCost)]);
    expect(Object.fromEntries(costs), report).toEqual(want);
  }
}
