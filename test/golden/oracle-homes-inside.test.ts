import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ingest } from '../../src/ledger/ingest.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { EVERYTHING } from '../../src/ledger/queries/cells.ts';
import { loadDirectory } from '../../src/ledger/queries/directory.ts';
import { modelRows, type Period, periodRows, type ReportContext, sessionRows, totals } from '../../src/ledger/queries/reports.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { modelLabel, sumsJson } from '../../src/surfaces/export/json-row.ts';
import type { ReportRow } from '../../src/usage/report.ts';
import { expectRow } from './expect-row.ts';
import { HAND_HOMES } from './homes/all.ts';
import { type Figures, type HandHome, writeHomes } from './homes/hand-home.ts';
import { discard, type Home, type Json } from './homes.ts';

/** The homes counted by hand, read and reported in this process: what the program prints comes from these functions, and here each of them can be seen. */
const NOW = Date.UTC(2026, 10, 20);
const homes: Home[] = [];
afterAll(() => homes.forEach(discard));

const PERIODS: Readonly<Record<string, Period>> = { daily: 'day', weekly: 'week', monthly: 'month' };

function rowsOf(c: ReportContext, report: string): Record<string, Json> {
  const named = (rows: readonly ReportRow[], key: (row: Json) => string) =>
    Object.fromEntries(rows.map((row) => [key(row), { ...sumsJson(row), subagents: sumsJson({ ...row, sum: row.subagents }) }]));
  const period = PERIODS[report];
  if (period !== undefined) return named(periodRows(c, period), (row) => row.period);
  if (report === 'sessions') return named(sessionRows(c), (row) => row.sessionId);
  return named(modelRows(c), (row) => modelLabel(row.model, row.speed));
}

function check(c: ReportContext, figures: Figures): void {
  expectRow(sumsJson(totals(c)), figures.totals, 'totals');
  for (const [report, want] of Object.entries(figures.rows ?? {})) {
    const rows = rowsOf(c, report);
    expect(Object.keys(rows).sort(), report).toEqual(Object.keys(want).sort());
    for (const [key, row] of Object.entries(want)) expectRow(rows[key], row, `${report}.${key}`);
  }
}

const open = (at: Home, name: string) => openLedger({ path: path.join(at.dir, name), table: builtinTable(), version: 'test', now: NOW });
const dirsOf = (at: Home): readonly string[] => [at.claude, path.join(at.home, '.config/claude')];

describe('REL-51: the engine gives what was counted by hand', () => {
  it.each(HAND_HOMES.map((home) => [home.name, home] as const))('%s, read once and read twice', async (_name, home: HandHome) => {
    const at = writeHomes([home]);
    homes.push(at);
    using ledger = open(at, 'ledger.db');
    for (const _again of [1, 2]) {
      await ingest(ledger, { claudeDirs: dirsOf(at), workers: 0, now: NOW });
      for (const figures of home.figures) {
        const { zone = 'UTC', mode = 'auto' } = figures;
        check({ ledger, directory: loadDirectory(ledger), filter: EVERYTHING, mode, zone, weekStart: 1 }, figures);
      }
      // As if nothing had been read yet: reading it again changes nothing (REL-1).
      ledger.db.exec('DELETE FROM file');
    }
  });

  it('all of them in one home add up, whichever was read first', async () => {
    const sums = await Promise.all(
      [HAND_HOMES, [...HAND_HOMES].reverse()].map(async (order, i) => {
        const at = writeHomes([]);
        homes.push(at);
        using ledger = open(at, `ledger-${i}.db`);
        for (const home of order) {
          const one = writeHomes([home]);
          homes.push(one);
          await ingest(ledger, { claudeDirs: dirsOf(one), workers: 0, now: NOW });
        }
        return sumsJson(totals({ ledger, directory: loadDirectory(ledger), filter: EVERYTHING, mode: 'auto', zone: 'UTC', weekStart: 1 }));
      }),
    );
    expect(sums[0]).toEqual(sums[1]);
    expect(sums[0]?.requests).toBe(HAND_HOMES.reduce((sum, { figures }) => sum + figures[0]!.totals.requests, 0));
  });
});
