import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Value } from '../../src/ledger/driver.ts';
import { ingest } from '../../src/ledger/ingest.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { modelRows, periodRows, sessionRows } from '../../src/ledger/queries/reports.ts';
import { rebuild } from '../../src/ledger/rebuild.ts';
import { verify } from '../../src/ledger/verify.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { contextOf, makeHome, random, remove, tempDir } from './home.ts';

/* REL-15: values that change by themselves in rows SQLite finds whole. Every figure that is wrong after that is named by verify. */

const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);
const TIMES = process.env.TIDEMARK_LONG === '1' ? 200 : 60;
/** So many wrong figures must have been there to be found: most damages change none. Some seeds need more damages for that. */
const WRONG = TIMES / 10;
const TABLES = { event: 'key', prompt: 'uuid', rollup: 'cell', file_sum: 'birth', file: 'path' } as const;
/** What a damage may change without any figure being another: names of rows, and what only a further line would ask. */
const NAMES = new Set(['id', 'key', 'uuid', 'path', 'folder']);
let dir: string;
let base: string;
let want: string;

const options = (path: string) => ({ path, table: builtinTable(), version: 'test', now: 0 });
const open = (path: string): Ledger => openLedger(options(path));
const homeOf = (i: number): string => join(dir, `home-${i}`);

/** Days, sessions and models as reports print them. */
function figures(ledger: Ledger): string {
  const c = contextOf(ledger);
  return JSON.stringify([periodRows(c, 'day'), sessionRows(c).map((row) => ({ ...row, transcript: '' })), modelRows(c)]);
}

beforeAll(async () => {
  dir = tempDir('rows');
  base = join(dir, 'base', 'ledger.db');
  makeHome(homeOf(0), 4, 25, seed);
  using ledger = open(base);
  await ingest(ledger, { claudeDirs: [homeOf(0)], workers: 0, now: 1 });
  expect(verify(ledger, [homeOf(0)]).differences).toEqual([]);
  want = figures(ledger);
  ledger.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  // Homes of which a part, or everything, is gone: nothing but the ledger's own sums can tell what was there.
  for (const gone of [1, 4]) {
    cpSync(homeOf(0), homeOf(gone), { recursive: true, preserveTimestamps: true });
    for (let i = 0; i < gone; i++) remove(join(homeOf(gone), 'projects', `-p-${i}`));
  }
});
afterAll(() => remove(dir));

/** Changes one value of one row by a bit, or takes the row away. */
function damage(ledger: Ledger, next: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const table = pick(['event', 'event', 'event', 'prompt', 'rollup', 'file_sum', 'file'] as const);
  const rows = ledger.db.sql(`SELECT * FROM ${table} ORDER BY ${TABLES[table]}`).all();
  const row = pick(rows);
  const names = Object.keys(row).filter((name) => typeof row[name] === 'number' && !NAMES.has(name));
  const keys = table === 'rollup' ? ['cell', 'session', 'model', 'flags'] : table === 'file_sum' ? ['first_at', 'birth'] : [TABLES[table]];
  const where = keys.map((name) => `${name} = ?`).join(' AND ');
  const values = keys.map((name) => row[name] as Value);
  if (next() < 0.1) {
    ledger.db.sql(`DELETE FROM ${table} WHERE ${where}`).run(...values);
    return `${table} row lost`;
  }
  const name = pick(names);
  const before = row[name] as number;
  const bit = 2 ** Math.floor(next() * 24);
  const after = Math.floor(before / bit) % 2 === 0 ? before + bit : before - bit;
  try {
    ledger.db.sql(`UPDATE ${table} SET ${name} = ? WHERE ${where}`).run(after, ...values);
  } catch {
    // The new key is another row's: SQLite refuses what a disk would do.
  }
  return `${table}.${name} ${before} → ${after}`;
}

describe(`REL-15 a value that changed by itself (seed ${seed})`, () => {
  it(`${TIMES} random damages, transcripts there, partly gone or gone, sums made anew or not: no wrong figure is silent`, {
    timeout: 240_000,
  }, async () => {
    const next = random(seed);
    const seen = { wrong: 0, named: 0, mended: 0, unproven: 0 };
    for (let i = 0; i < TIMES || (seen.wrong < WRONG && i < 10 * TIMES); i++) {
      const path = join(dir, `try-${i}`, 'ledger.db');
      mkdirSync(join(path, '..'), { mode: 0o700 });
      copyFileSync(base, path);
      using ledger = open(path);
      const what = damage(ledger, next);
      // A new price table makes all sums anew, from the damaged rows too.
      if (next() < 0.5) ledger.appender.recountAll();
      const gone = [0, 1, 4][Math.floor(next() * 3)]!;
      const home = homeOf(gone);
      const which = `seed ${seed}, damage ${i}: ${what}, ${gone} projects gone`;
      const isWrong = figures(ledger) !== want;
      const found = verify(ledger, [home]);
      if (isWrong) seen.wrong++;
      if (!found.ok) seen.named++;
      expect(isWrong && found.ok, which).toBe(false);
      const mended = await rebuild(ledger, { claudeDirs: [home], workers: 0, now: 1 });
      if (mended.unproven > 0) {
        seen.unproven++;
        expect(gone, which).toBeGreaterThan(0);
      } else if (gone === 0) {
        seen.mended++;
        expect(verify(ledger, [home]).differences, which).toEqual([]);
        expect(figures(ledger), which).toBe(want);
      }
      remove(join(path, '..'));
    }
    expect(seen.wrong, JSON.stringify(seen)).toBeGreaterThanOrEqual(WRONG);
  });
});
