import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectRow } from './expect-row.ts';
import { copyHome, discard, type Home, hasProduct, hasPython, type Json, PRODUCT_ABSENT, ROOT, readJson, runOracle } from './homes.ts';
import { byKey, expectReports, REPORTS, runReports } from './reports.ts';

/** The committed homes and what was counted for them by hand; needs nothing beside the repository. */
const HOMES = path.join(ROOT, 'fixtures/homes');
const names = readdirSync(HOMES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const python = await hasPython();
const SLOW = 60_000;

const homes: Home[] = [];
const open = (name: string): Home => {
  const home = copyHome(path.join(HOMES, name, '.claude'));
  homes.push(home);
  return home;
};
afterAll(() => homes.forEach(discard));

/** Every row of `expected` under each report's name; nothing more than these when the report is named. */
function expectRows(rowsOf: (report: (typeof REPORTS)[number]) => Record<string, Json>, expected: Json): void {
  for (const report of REPORTS.filter((name) => name in expected)) {
    const rows = rowsOf(report);
    expect(Object.keys(rows).sort(), report).toEqual(Object.keys(expected[report]).sort());
    for (const [key, want] of Object.entries(expected[report])) expectRow(rows[key], want, `${report}.${key}`);
  }
}

it('has the homes', () => expect(names.length).toBeGreaterThanOrEqual(8));

describe.skipIf(!hasProduct)(`the product on the homes written by hand${PRODUCT_ABSENT}`, () => {
  it.concurrent.each(names)('%s: every report (UR-1, UR-2)', { timeout: SLOW }, async (name) => {
    const expected = readJson(path.join(HOMES, name, 'expected.json'));
    const reports = await runReports(open(name), ['--mode', 'auto']);
    expectReports(reports, expected.totals);
    expectRows((report) => byKey(report, reports[report]), expected);
    const { rejectedLines, flaggedFields } = reports.daily.meta.ingest;
    expect({ rejectedLines, flaggedFields }, 'meta.ingest').toEqual(expected.ingest);
  });
});

describe.skipIf(!python)(`the oracle on the homes written by hand${python ? '' : ' (skipped: python3 is absent)'}`, () => {
  it.concurrent.each(names)('%s', { timeout: SLOW }, async (name) => {
    const { projects: _named, ...expected } = readJson(path.join(HOMES, name, 'expected.json'));
    const got = await runOracle(open(name));
    expectRow(got.totals, expected.totals, 'totals');
    expectRows((report) => got[report], expected);
    expect([got.rejectedLines, got.flaggedCounters]).toEqual([expected.ingest.rejectedLines, expected.ingest.flaggedFields]);
  });
});
