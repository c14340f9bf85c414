import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectRow, expectSession } from './expect-row.ts';
import { copyHome, type Home, type Json, materialise, readJson, runTidemark } from './homes.ts';
import { absent, CASES, discardKept, keep, ready, SLOW } from './peer-home.ts';
import { byKey, expectReports, REPORTS, runReports, sumOfBlocks } from './reports.ts';

/** UR-1: one answer in every report, for the 50 probes and the peer's cases. Each home has a ledger of its own. */
afterAll(discardKept);

const probes: Json[] = ready ? readJson(path.join(CASES, '11-probes/probes.json')) : [];

describe.skipIf(!ready)(`probes${absent}`, () => {
  it.concurrent.each(probes.map((p) => [p.name, p] as const))(
    '%s: every report is right (UR-1)',
    { timeout: SLOW },
    async (_name, probe) => {
      const home = keep(materialise(probe.files, probe.symlink));
      const reports = await runReports(home, ['--mode', 'auto']);
      expectReports(reports, probe.right);
      const { ingest } = reports.daily.meta;
      expect(ingest.rejectedLines, 'rejectedLines (UR-4)').toBe(probe.right.rejectedLines ?? 0);
      expect(ingest.flaggedFields, 'flaggedFields (D-9)').toBe(probe.right.flaggedCounters ?? 0);
      const sessions = byKey('sessions', reports.sessions);
      for (const [id, want] of Object.entries(probe.rightBySession ?? {})) expectSession(sessions[id], want, `session ${id}`);
      const days = byKey('daily', reports.daily);
      for (const [day, want] of Object.entries(probe.rightByDay ?? {})) expectRow(days[day], want, day);
      if (probe.right.timeIsGuess) expect(Object.keys(days), 'the day of the file (D-12)').toEqual(['2026-11-12']);
      expectRow(sumOfBlocks(await runTidemark(home, ['blocks', '--json', '--timezone', 'UTC'])), tokensOf(probe.right), 'Σ blocks');
    },
  );
});

/** The part of a `right` that a sum of blocks has. */
function tokensOf({ requests, inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens, totalTokens, totalCost }: Json): Json {
  return { requests, inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens, totalTokens, totalCost };
}

const WHOLE = ['01-stream-dup-most-complete', '02-dup-without-request-id', '03-daily-two-projects', '04-agent-progress-and-subagent'];
WHOLE.push('05-sidechain-replay', '05b-sidechain-replay-first-own-probe', '07-advisor-iterations', '10-repo-fixture');

describe.skipIf(!ready)(`peer cases${absent}`, () => {
  it.concurrent.each(WHOLE)('%s: every report is right', { timeout: SLOW }, async (name) => {
    const right = readJson(path.join(CASES, name, 'tidemark.json'));
    const home = keep(copyHome(path.join(CASES, name, 'claude')));
    const reports = await runReports(home, ['--mode', right.mode, ...(name.startsWith('07') ? ['--config', advisorPrices(home)] : [])]);
    expectReports(reports, right.totals);
    const [days, sessions] = [byKey('daily', reports.daily), byKey('sessions', reports.sessions)];
    const projects = byKey('projects', reports.projects);
    for (const [id, want] of Object.entries(right.bySession ?? {})) expectRow(sessions[id], want, id);
    for (const [project, want] of Object.entries(right.byProject ?? {})) expectRow(projects[project], want, project);
    for (const want of Array.isArray(right.daily) ? right.daily : []) expectRow(days[want.date], inAnyOrder(want), want.date);
    if (right.modelsUsedInOrder) expect(reports.daily.daily[0].modelsUsed).toEqual(right.modelsUsedInOrder);
    if (name.startsWith('10')) expectCase10(reports, right);
  });

  it('02: the projects folder itself may be the config directory', { timeout: SLOW }, async () => {
    const home = keep(copyHome(path.join(CASES, '02-dup-without-request-id/claude')));
    const env = { CLAUDE_CONFIG_DIR: path.join(home.claude, 'projects') };
    const { totals } = await runTidemark(home, ['daily', '--json', '--mode', 'display'], env);
    expectRow(totals, readJson(path.join(CASES, '02-dup-without-request-id/tidemark.json')).totals, 'totals');
  });

  it('05: the replay read first, then the parent and a smaller repeat: the parent (D-10.3)', { timeout: SLOW }, async () => {
    const { orderVariant } = readJson(path.join(CASES, '05-sidechain-replay/tidemark.json'));
    const lines = [replay(true, 'side', 10, 50_000), replay(false, 'req', 10, 20), replay(false, 'req', 5, 5)];
    const home = keep(materialise({ 'projects/p/s.jsonl': lines }));
    for (const report of REPORTS) expectRow((await runTidemark(home, [report, '--json'])).totals, orderVariant, report);
  });

  it('10: weeks from Sunday (UR-12)', { timeout: SLOW }, async () => {
    const home = keep(copyHome(path.join(CASES, '10-repo-fixture/claude')));
    const { weekly } = await runTidemark(home, ['weekly', '--json', '--timezone', 'UTC', '--week-start', 'sunday']);
    expect(weekly.map((row: Json) => [row.week, row.totalCost])).toEqual([
      ['2026-01-04', 1.02],
      ['2026-02-01', 0.07],
    ]);
  });
});

/** `modelsUsed` of a `right` is a set unless the case says otherwise. */
function inAnyOrder({ modelsUsed, ...row }: Json): Json {
  return { ...row, modelsUsed: expect.toSatisfy((got: string[]) => [...got].sort().join() === [...modelsUsed].sort().join()) };
}

function replay(isSidechain: boolean, requestId: string, output: number, read: number): string {
  const usage = { input_tokens: 0, output_tokens: output, cache_read_input_tokens: read };
  const message = { id: 'msg_01aaaaaaaaaaaaaaaaaaaaaa', model: 'claude-sonnet-4-6', usage };
  return JSON.stringify({ isSidechain, requestId, sessionId: 's', timestamp: '2026-11-10T10:00:00Z', message });
}

/** Case 07 invents its models; their prices (USD per token 100/100 and 2/3) as overrides of a person. */
function advisorPrices(home: Home): string {
  const row = (pattern: string, input: number, output: number) => ({ pattern, input: input * 1e6, output: output * 1e6 });
  const file = path.join(home.dir, 'config.yaml');
  writeFileSync(file, JSON.stringify({ pricing: { overrides: [row('main-model', 100, 100), row('advisor-model', 2, 3)] } }));
  return file;
}

function expectCase10(reports: Awaited<ReturnType<typeof runReports>>, right: Json): void {
  const days = byKey('daily', reports.daily);
  expect(Object.keys(days)).toEqual(Object.keys(right.daily));
  for (const [day, want] of Object.entries(right.daily)) expectRow(days[day], want, day);
  const costs = { weekly: right.weeksFromMonday, monthly: right.months, sessions: right.sessions };
  for (const report of ['weekly', 'monthly', 'sessions'] as const) {
    const rows = Object.entries(byKey(report, reports[report])).map(([key, row]) => [key, row.totalCost]);
    expect(Object.fromEntries(rows), report).toEqual(costs[report]);
  }
}
