import { expect } from 'vitest';
import { expectCost, expectRow } from './expect-row.ts';
import { type Home, type Json, runTidemark } from './homes.ts';

/** The reports that must agree on every total (UR-2); the name is the command and the key of its rows. */
export const REPORTS = ['daily', 'weekly', 'monthly', 'sessions', 'projects', 'models'] as const;
export type Report = (typeof REPORTS)[number];

const SUMMED = [
  'requests',
  'inputTokens',
  'outputTokens',
  'cacheCreationTokens',
  'cacheCreation5mTokens',
  'cacheCreation1hTokens',
  'cacheReadTokens',
];
SUMMED.push('totalTokens', 'workTokens', 'webSearchRequests', 'unpricedTokens');

/** All six reports of one home. The first run reads the transcripts, the others find them in the ledger. */
export async function runReports(home: Home, args: readonly string[] = []): Promise<Record<Report, Json>> {
  const run = (report: Report) => runTidemark(home, [report, '--json', ...zoned(args)]);
  const first = await run('daily');
  const rest = await Promise.all(REPORTS.slice(1).map(async (report) => [report, await run(report)] as const));
  return { daily: first, ...Object.fromEntries(rest) } as Record<Report, Json>;
}

const zoned = (args: readonly string[]): readonly string[] => (args.includes('--timezone') ? args : [...args, '--timezone', 'UTC']);

/** Every report has the totals of `right` and rows that add up to them (UR-1, UR-2). */
export function expectReports(reports: Record<Report, Json>, right: Json): void {
  for (const report of REPORTS) {
    const { totals } = reports[report];
    expectRow(totals, right, `${report}.totals`);
    const rows: Json[] = reports[report][report];
    for (const name of SUMMED) {
      const sum = rows.reduce((total, row) => total + row[name], 0);
      expect(sum, `${report}: Σ ${name} of the rows`).toBe(totals[name]);
    }
    expectCost(sumOfCosts(rows), totals.totalCost, `${report}: Σ totalCost of the rows`);
  }
}

/** D-16: null only when no row has a price, and there is a row. */
function sumOfCosts(rows: readonly Json[]): number | null {
  const known = rows.filter((row) => row.totalCost !== null);
  return rows.length > 0 && known.length === 0 ? null : known.reduce((sum, row) => sum + row.totalCost, 0);
}

/** Rows by their key: the date, the week's first day, the month, the session's id, the project's name, the model with `-fast`. */
export function byKey(report: Report, answer: Json): Record<string, Json> {
  return Object.fromEntries(answer[report].map((row: Json) => [KEYS[report](row), row]));
}

const KEYS: Record<Report, (row: Json) => string> = {
  daily: (row) => row.date,
  weekly: (row) => row.week,
  monthly: (row) => row.month,
  sessions: (row) => row.sessionId,
  projects: (row) => row.project,
  models: (row) => (row.speed === 'fast' && !row.model.endsWith('-fast') ? `${row.model}-fast` : row.model),
};

/** What the windows of `blocks` add up to, with the names of a row; they show whole windows, so without a date filter they equal the totals. */
export function sumOfBlocks(answer: Json): Json {
  const blocks: Json[] = answer.blocks.filter((block: Json) => !block.isGap);
  const sum = (of: (block: Json) => number) => blocks.reduce((total, block) => total + of(block), 0);
  return {
    requests: sum((b) => b.requests),
    inputTokens: sum((b) => b.tokenCounts.inputTokens),
    outputTokens: sum((b) => b.tokenCounts.outputTokens),
    cacheCreationTokens: sum((b) => b.tokenCounts.cacheCreationInputTokens),
    cacheReadTokens: sum((b) => b.tokenCounts.cacheReadInputTokens),
    totalTokens: sum((b) => b.totalTokens),
    totalCost: sumOfCosts(blocks.map((b) => ({ totalCost: b.costUSD }))),
  };
}
