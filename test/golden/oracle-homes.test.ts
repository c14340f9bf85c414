import { afterAll, describe, expect, it } from 'vitest';
import { expectRow } from './expect-row.ts';
import { HAND_HOMES } from './homes/all.ts';
import { type Figures, type HandHome, writeHomes } from './homes/hand-home.ts';
import { discard, type Home, hasProduct, hasPython, type Json, PRODUCT_ABSENT, runOracle, runTidemark } from './homes.ts';
import { byKey, type Report } from './reports.ts';

/** REL-51: the oracle is checked itself, and the product with it, against figures worked out by hand. */
const python = await hasPython();
const SLOW = 60_000;
const named = HAND_HOMES.map((home) => [home.name, home] as const);
const homes: Home[] = [];
const open = (home: HandHome): Home => {
  const written = writeHomes([home]);
  homes.push(written);
  return written;
};
afterAll(() => homes.forEach(discard));

const modeOf = ({ mode = 'auto' }: Figures): readonly string[] => ['--mode', mode];
const nameOf = ({ zone = 'UTC', mode = 'auto' }: Figures): string => `${zone} ${mode}`;

/** The rows of a report are those worked out, no more and no fewer, and say what was worked out. */
function expectRows(report: string, rows: Record<string, Json>, want: Record<string, Json>, where: string): void {
  expect(Object.keys(rows).sort(), `${where} ${report}`).toEqual(Object.keys(want).sort());
  for (const [key, figures] of Object.entries(want)) expectRow(rows[key], figures, `${where} ${report}.${key}`);
}

it('REL-51: there are twelve homes and more, each with files and rules of its own', () => {
  expect(HAND_HOMES.length).toBeGreaterThanOrEqual(12);
  expect(new Set(HAND_HOMES.map(({ name }) => name)).size).toBe(HAND_HOMES.length);
  const files = HAND_HOMES.flatMap((home) => Object.keys(home.files));
  expect(new Set(files).size).toBe(files.length);
});

describe.skipIf(!python)(`REL-51: the oracle gives what was counted by hand${python ? '' : ' (skipped: python3 is absent)'}`, () => {
  it.concurrent.each(named)('%s', { timeout: SLOW }, async (_name, home) => {
    const at = open(home);
    for (const figures of home.figures) {
      const got = await runOracle(at, ['--zone', figures.zone ?? 'UTC', ...modeOf(figures)]);
      expectRow(got.totals, figures.totals, nameOf(figures));
      for (const [report, rows] of Object.entries(figures.rows ?? {})) expectRows(report, got[report], rows, nameOf(figures));
      expect([got.rejectedLines, got.flaggedCounters]).toEqual([home.rejectedLines ?? 0, home.flaggedFields ?? 0]);
    }
  });
});

describe.skipIf(!hasProduct)(`REL-51: the product gives what was counted by hand${PRODUCT_ABSENT}`, () => {
  it.concurrent.each(named)('%s', { timeout: SLOW }, async (_name, home) => {
    const at = open(home);
    for (const figures of home.figures) {
      const asked = ['daily', ...Object.keys(figures.rows ?? {}).filter((report) => report !== 'daily')] as Report[];
      for (const report of asked) {
        const got = await runTidemark(at, [report, '--json', '--timezone', figures.zone ?? 'UTC', ...modeOf(figures)]);
        expectRow(got.totals, figures.totals, `${nameOf(figures)} ${report}.totals`);
        const want = figures.rows?.[report as keyof Figures['rows']];
        if (want !== undefined) expectRows(report, byKey(report, got), want, nameOf(figures));
        const { rejectedLines, flaggedFields } = got.meta.ingest;
        expect([rejectedLines, flaggedFields], 'meta.ingest').toEqual([home.rejectedLines ?? 0, home.flaggedFields ?? 0]);
      }
    }
  });
});
