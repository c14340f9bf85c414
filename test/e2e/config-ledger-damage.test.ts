import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ingest } from '../../src/ledger/ingest.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { dayGroups } from '../../src/ledger/queries/day-memo.ts';
import { usageEvents } from '../../src/ledger/queries/events.ts';
import { modelRows, periodRows, projectRows, sessionRows, totals } from '../../src/ledger/queries/reports.ts';
import { rebuild } from '../../src/ledger/rebuild.ts';
import { verify } from '../../src/ledger/verify.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { zoneSegments } from '../../src/usage/calendar.ts';
import { contextOf, makeHome, random } from '../fault/home.ts';

/* REL-15: no figure is wrong in silence. One value of one row is changed, in any table that figures come from. */

const RUNS = process.env.TIDEMARK_LONG === '1' ? 2000 : 200;
/** Tables and their columns that hold figures or decide where they count. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  event: [
    'at',
    'session',
    'model',
    'rank',
    'flags',
    'input',
    'output',
    'write5m',
    'write1h',
    'read',
    'speed',
    'geo',
    'web',
    'logged',
    'calc',
    'ord_sum',
    'ord_output',
  ],
  rollup: [
    'cell',
    'session',
    'model',
    'flags',
    'requests',
    'events',
    'input',
    'output',
    'write5m',
    'write1h',
    'read',
    'web',
    'calc',
    'logged',
    'prompts',
    'first_at',
    'last_at',
  ],
  prompt: ['at', 'session'],
  file: ['size', 'mtime', 'offset', 'lines', 'malformed', 'too_long', 'flagged'],
  memo: ['until_cell', 'value'],
};

const dir = mkdtempSync(path.join(tmpdir(), 'tidemark-rel15-'));
const claude = path.join(dir, '.claude');
const sound = path.join(dir, 'sound.db');
const options = (file: string) => ({ path: file, table: builtinTable(), version: 'test', now: 0 });

beforeAll(async () => {
  mkdirSync(path.join(claude, 'projects'), { recursive: true });
  makeHome(claude, 4, 40, 11);
  using ledger = openLedger(options(sound));
  await ingest(ledger, { claudeDirs: [claude], workers: 0, now: 0 });
  // Half a year is kept as finished days only where it is long; a small share of it is enough to be damaged here.
  ledger.db
    .sql('INSERT INTO memo SELECT ?, ?, ?')
    .run('(cell * 300000 + 0) / 86400000', 2 ** 50, JSON.stringify({ untilDay: 0, values: [], sessions: [] }));
  ledger.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Everything that a report prints of a ledger. */
function figures(ledger: Ledger): string {
  const c = contextOf(ledger);
  const text = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  const events = usageEvents(ledger, c.directory, 'auto', 0, Number.MAX_SAFE_INTEGER);
  const days = dayGroups(ledger, zoneSegments('UTC', 0, 0));
  return JSON.stringify([
    totals(c),
    text(periodRows(c, 'day')),
    text(sessionRows(c)),
    text(projectRows(c)),
    text(modelRows(c)),
    text(events),
    text(days.values),
    text(days.sessions),
  ]);
}

/** Changes one value; says what. */
function damage(ledger: Ledger, next: () => number): string {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)]!;
  const table = pick(Object.keys(COLUMNS));
  const column = pick(COLUMNS[table]!);
  const rows = ledger.db.sql(`SELECT * FROM ${table}`).all();
  const row = pick(rows);
  const value =
    typeof row[column] === 'number'
      ? row[column] + pick([1, -1, 64, 1 << Math.floor(next() * 20), -row[column]])
      : column === 'value'
        ? '{}'
        : 7;
  const where = Object.keys(row)
    .map((name) => `${name} IS ?`)
    .join(' AND ');
  const sql = `UPDATE OR REPLACE ${table} SET ${column} = ? WHERE ${where}`;
  ledger.db.exec('PRAGMA foreign_keys = OFF');
  ledger.db.sql(sql).run(value, ...Object.values(row));
  return `${table}.${column}: ${row[column]} → ${value}`;
}

describe('REL-15', () => {
  test(`${RUNS} random changes of one value: none gives a wrong figure that verify does not name`, async () => {
    const seed = process.env.TIDEMARK_SEED === undefined ? 4711 : Number(process.env.TIDEMARK_SEED);
    const next = random(seed);
    const file = path.join(dir, 'damaged.db');
    copyFileSync(sound, file);
    let right = '';
    {
      using ledger = openLedger(options(file));
      right = figures(ledger);
      expect(verify(ledger, [claude]).differences).toEqual([]);
    }
    const silent: string[] = [];
    let [wrong, mended] = [0, 0];
    for (let run = 0; run < RUNS; run++) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
      copyFileSync(sound, file);
      using ledger = openLedger(options(file));
      const what = damage(ledger, next);
      const isWrong = figures(ledger) !== right;
      const result = verify(ledger, [claude]);
      const isNamed = !result.ok || result.larger.count > 0;
      if (isWrong) wrong++;
      if (isWrong && !isNamed) silent.push(what);
      // A counter that only grew may be what a rewritten transcript had: it is named and kept (REL-2). All else is mended.
      if (run % 10 === 0 && !result.ok && result.larger.count === 0) {
        await rebuild(ledger, { claudeDirs: [claude], workers: 0, now: 0 });
        const again = verify(ledger, [claude]);
        if (again.ok && again.larger.count === 0) mended++;
        else silent.push(`${what}: not mended: ${again.differences[0]?.message ?? 'larger'}`);
      }
    }
    expect(silent).toEqual([]);
    expect(wrong).toBeGreaterThan(RUNS / 5);
    expect(mended).toBeGreaterThan(0);
  });
});
