import { expect } from 'vitest';
import { expectCost } from './expect-row.ts';
import type { Json } from './homes.ts';
import { byKey, type Report } from './reports.ts';

/** Figures that the product and the oracle must give alike, in every row. */
const SAME = [
  'requests',
  'inputTokens',
  'outputTokens',
  'cacheCreation5mTokens',
  'cacheCreation1hTokens',
  'cacheCreationTokens',
  'cacheReadTokens',
];
SAME.push('totalTokens', 'workTokens', 'webSearchRequests', 'unpricedTokens', 'costIsLowerBound', 'outputIsLowerBound', 'sessions');

const picked = (row: Json, names: readonly string[]): Json => Object.fromEntries(names.map((name) => [name, row[name]]));

/** The product's report and the oracle's part of the same name: the same keys, and for each key the same figures. */
export function expectSame(report: Report, product: Json, oracle: Json): void {
  expect(pickedRow(product.totals), `${report}.totals`).toEqual(pickedRow(oracle.totals));
  expectCost(product.totals.totalCost, oracle.totals.totalCost, `${report}.totals.totalCost`);
  if (report === 'projects') expectSameShares(product, oracle);
  else expectSameRows(report, product, oracle);
}

function expectSameRows(report: Report, product: Json, oracle: Json): void {
  const [got, want] = [byKey(report, product), oracle[report]];
  expect(mapped(got), report).toEqual(mapped(want));
  for (const [key, row] of Object.entries<Json>(want)) {
    expectCost(got[key].totalCost, row.totalCost, `${report}.${key}.totalCost`);
    if (report === 'sessions') expectSameSubagents(got[key], row, key);
  }
}

const pickedRow = (row: Json): Json => ({ ...picked(row, SAME), unpricedModels: [...row.unpricedModels].sort() });
const mapped = (rows: Record<string, Json>): Json => Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, pickedRow(row)]));

function expectSameSubagents(got: Json, want: Json, key: string): void {
  const names = ['requests', 'totalTokens'];
  expect(picked(got.subagents, names), `sessions.${key}.subagents`).toEqual(picked(want.subagents, names));
  expectCost(got.subagents.totalCost, want.subagents.totalCost, `sessions.${key}.subagents.totalCost`);
}

/** Projects have a name in the product and a directory in the oracle: the parts themselves are compared. */
function expectSameShares(product: Json, oracle: Json): void {
  const shares = (rows: readonly Json[]) => rows.map((row) => JSON.stringify(pickedRow(row))).sort();
  expect(shares(product.projects), 'projects').toEqual(shares(Object.values(oracle.projects)));
}

/** The counts of what could not be read (UR-4, D-9). */
export function expectSameIngest(product: Json, oracle: Json): void {
  const { files, rejectedLines, flaggedFields } = product.meta.ingest;
  expect({ files, rejectedLines, flaggedFields }, 'meta.ingest').toEqual({
    ...{ files: oracle.files, rejectedLines: oracle.rejectedLines, flaggedFields: oracle.flaggedCounters },
  });
}
