import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { openDatabase } from './driver.ts';
import { fileSumFaults } from './file-sums.ts';
import { openLedger } from './open.ts';
import { loadDirectory } from './queries/directory.ts';
import { totals } from './queries/reports.ts';
import { CLIENT_COUNTED } from './queries/unlogged.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './schema.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

test.each(['v1', 'v2', 'v3'])('REL-23: the golden ledger of schema %s opens and reports what its home says', (schema) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'tidemark-golden-'));
  dirs.push(dir);
  const file = path.join(dir, 'ledger.db');
  const db = openDatabase(file);
  db.exec(readFileSync(path.join(ROOT, `fixtures/ledgers/${schema}.sql`), 'utf8'));
  db.close();
  using ledger = openLedger({ path: file, table: builtinTable(), version: 'test', now: 1_800_000_000_000 });
  expect(ledger.notice).toBeNull();
  expect(ledger.db.sql('PRAGMA user_version').get()?.user_version).toBe(SCHEMA_VERSION);
  const directory = loadDirectory(ledger);
  const row = totals({
    ledger,
    directory,
    filter: { from: null, to: null, sessions: null, models: null, subagents: 'include' },
    mode: 'calculate',
    zone: 'UTC',
    weekStart: 1,
  });
  const want = JSON.parse(readFileSync(path.join(ROOT, 'fixtures/homes/stream-growth/expected.json'), 'utf8')).totals;
  expect(row.sum).toMatchObject({
    requests: want.requests,
    input: want.inputTokens,
    output: want.outputTokens,
    cacheRead: want.cacheReadTokens,
    cacheWrite5m: want.cacheCreation5mTokens,
    cacheWrite1h: want.cacheCreation1hTokens,
    pricedCost: Math.round(want.totalCost * 1e9),
  });
  expect(ledger.db.sql('SELECT sum(calc) AS n FROM rollup').get()?.n).toBe(Math.round(want.totalCost * 1e9));
  // Made from the events where the version of then did not write them (REL-15).
  expect(fileSumFaults(ledger.db)).toEqual([]);
  expect(ledger.db.sql('SELECT events, prompts FROM file_sum').all()).toEqual([{ events: want.requests, prompts: 2 }]);
  expect(ledger.db.sql('SELECT name, tags FROM label').all()).toEqual([{ name: 'release day', tags: '["golden"]' }]);
});

test("the schema of every ledger answers the reports' question for client counts from its index", () => {
  const db = openDatabase(':memory:');
  for (const migration of MIGRATIONS) db.exec(migration);
  const plan = db.sql(`EXPLAIN QUERY PLAN ${CLIENT_COUNTED}`).all();
  expect(plan.map(({ detail }) => detail)).toEqual(['SCAN session USING INDEX session_client']);
  db.close();
});
