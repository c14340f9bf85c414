import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { fileSumFaults } from './file-sums.ts';
import { forgetSessions } from './forget.ts';
import { ingest } from './ingest.ts';
import { type Ledger, openLedger } from './open.ts';
import { rebuild } from './rebuild.ts';
import { verify } from './verify.ts';

const HOMES = path.resolve(import.meta.dirname, '../../fixtures/homes');
let dir: string;
let claude: string;
let ledger: Ledger;
const options = () => ({ claudeDirs: [claude], workers: 0, now: 1_800_000_000_000 });
const transcript = (): string => path.join(claude, 'projects/-nowhere-dev-api/aaaaaaaa-0000-4000-8000-000000000001.jsonl');
const open = (): Ledger => openLedger({ path: path.join(dir, 'd/ledger.db'), table: builtinTable(), version: 'test', now: 0 });
const sums = () => ledger.db.sql('SELECT * FROM file_sum ORDER BY first_at, birth').all();
const events = () => ledger.db.sql('SELECT key, at, input, output, calc FROM event ORDER BY key').all();

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tidemark-sums-'));
  claude = path.join(dir, '.claude');
  mkdirSync(claude);
  for (const home of ['stream-growth', 'fork-and-branch', 'subagents'])
    cpSync(path.join(HOMES, home, '.claude/projects'), path.join(claude, 'projects'), { recursive: true });
  ledger = open();
  await ingest(ledger, options());
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

describe('REL-15: the sums of a file', () => {
  test('are those of the requests and prompts it owns, once each, copies in forks included', () => {
    expect(fileSumFaults(ledger.db)).toEqual([]);
    const own = ledger.db.sql('SELECT sum(events) AS events, sum(prompts) AS prompts, sum(output) AS output FROM file_sum').get();
    const all = ledger.db
      .sql('SELECT count(*) AS events, (SELECT count(*) FROM prompt) AS prompts, sum(output) AS output FROM event')
      .get();
    expect(own).toEqual(all);
    expect(sums().length).toBeGreaterThan(3);
  });

  test('stay right whatever is read again, in any order, and when a session is forgotten', async () => {
    const before = sums();
    ledger.db.exec('DELETE FROM file');
    await ingest(ledger, options());
    expect(sums()).toEqual(before);
    const sid = String(ledger.db.sql('SELECT sid FROM session JOIN event ON event.session = session.id').get()?.sid);
    expect(forgetSessions(ledger, [sid], 1).requests).toBeGreaterThan(0);
    expect(fileSumFaults(ledger.db)).toEqual([]);
    expect(sums()).not.toEqual(before);
  });

  test('a row that changed by itself shows though its transcript is gone and all other sums were made from it', () => {
    rmSync(path.join(claude, 'projects'), { recursive: true });
    ledger.db.exec('UPDATE event SET input = input + 7 WHERE key = (SELECT min(key) FROM event)');
    ledger.appender.recountAll();
    expect(verify(ledger, [claude])).toMatchObject({ ok: false, counts: { 'file-sum': 1 } });
  });

  test.each([
    'UPDATE event SET at = at - 86400000 WHERE key = (SELECT min(key) FROM event)',
    'UPDATE event SET read = read + 1000000 WHERE key = (SELECT max(key) FROM event)',
    'UPDATE event SET model = (SELECT max(id) FROM model) + 0 WHERE key = (SELECT min(key) FROM event)',
    'UPDATE event SET rank = 1 - rank % 2, session = (SELECT max(id) FROM session)',
    'DELETE FROM event WHERE key = (SELECT min(key) FROM event)',
    'UPDATE prompt SET at = at - 60000',
    'DELETE FROM prompt',
    'UPDATE file_sum SET output = output + 1',
    'DELETE FROM file_sum',
  ])('`%s`, all other sums made anew: verify names it, rebuild mends it from the transcripts', async (sql) => {
    const before = [events(), sums()];
    ledger.db.exec(sql);
    ledger.appender.recountAll();
    if (fileSumFaults(ledger.db).length === 0) return expect([events(), sums()]).toEqual(before);
    const found = verify(ledger, [claude]);
    expect(found.ok).toBe(false);
    expect(found.counts['file-sum']).toBeGreaterThan(0);
    expect((await rebuild(ledger, options())).unproven).toBe(0);
    expect(verify(ledger, [claude]).differences).toEqual([]);
    expect([events(), sums()]).toEqual(before);
  });

  test('rebuild --file mends that file and leaves the others named', async () => {
    const key = String(
      ledger.db
        .sql("SELECT key FROM event WHERE session = (SELECT id FROM session WHERE sid = 'aaaaaaaa-0000-4000-8000-000000000001')")
        .get()?.key,
    );
    const before = events();
    ledger.db.sql('UPDATE event SET at = at - 1000 WHERE key = ?').run(key);
    ledger.db.exec('UPDATE file_sum SET prompts = prompts + 1 WHERE events > 0');
    ledger.appender.recountAll();
    const faults = fileSumFaults(ledger.db).length;
    await rebuild(ledger, { ...options(), file: transcript() });
    expect(fileSumFaults(ledger.db)).toHaveLength(faults - 1);
    expect(events()).toEqual(before);
  });

  test('what no transcript can prove any more is kept, and said', async () => {
    rmSync(path.join(claude, 'projects'), { recursive: true });
    ledger.db.exec('UPDATE event SET input = input + 7 WHERE key = (SELECT min(key) FROM event)');
    const changed = events();
    const result = await rebuild(ledger, options());
    expect(result).toMatchObject({ unproven: 1, mended: 0 });
    expect(events().map(({ calc: _, ...row }) => row)).toEqual(changed.map(({ calc: _, ...row }) => row));
  });

  test('a shortened transcript whose sum was damaged keeps the larger counters', async () => {
    ledger.db.exec('UPDATE event SET input = input + 5, ord_sum = ord_sum + 5');
    ledger.appender.recountAll();
    ledger.db.exec('UPDATE file_sum SET mark = mark + 1');
    const before = events();
    await rebuild(ledger, options());
    expect(events()).toEqual(before);
    expect(fileSumFaults(ledger.db)).toEqual([]);
  });
});
