import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '../../src/ledger/ingest.ts';
import { isDamaged, openLedger, recover } from '../../src/ledger/open.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { type Count, ledgerCount, makeHome, NaiveCounter, random, remove, tempDir } from './home.ts';
import { ONCE, run } from './run.ts';

const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);
let dir: string;
let base: string;
let bytes: Buffer;
let want: Count;

const options = (path: string) => ({ path, table: builtinTable(), version: 'test', now: Date.now() });

beforeAll(async () => {
  dir = tempDir('damage');
  base = join(dir, 'base', 'ledger.db');
  makeHome(dir, 4, 60, seed);
  want = new NaiveCounter().see(dir).count();
  const ledger = openLedger(options(base));
  await ingest(ledger, { claudeDirs: [dir], workers: 0, now: Date.now() });
  expect(ledgerCount(ledger)).toEqual(want);
  ledger[Symbol.dispose]();
  bytes = readFileSync(base);
});
afterAll(() => remove(dir));

/** What a command does with a ledger: open, read, report; a damage that shows only later is recovered from, once. */
async function report(path: string): Promise<{ count: Count; notices: string[] }> {
  const notices: string[] = [];
  let ledger = openLedger(options(path));
  if (ledger.notice !== null) notices.push(ledger.notice);
  const read = async (): Promise<Count> => {
    await ingest(ledger, { claudeDirs: [dir], workers: 0, now: Date.now() });
    return ledgerCount(ledger);
  };
  try {
    return { count: await read(), notices };
  } catch (error) {
    if (!isDamaged(error)) throw error;
    ledger[Symbol.dispose]();
    ledger = recover(options(path), error);
    notices.push(ledger.notice ?? '');
    return { count: await read(), notices };
  } finally {
    ledger[Symbol.dispose]();
  }
}

const place = (name: string, content: Buffer): string => {
  const path = join(dir, 'try', name, 'ledger.db');
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

describe('REL-22 a damaged ledger', () => {
  it(`200 × 8 flipped bytes: no crash, and every damage SQLite can see is repaired to the exact totals (seed ${seed})`, {
    timeout: 120_000,
  }, async () => {
    const next = random(seed);
    let noticed = 0;
    let inexact = 0;
    for (let i = 0; i < 200; i++) {
      const damaged = Buffer.from(bytes);
      for (let k = 0; k < 8; k++) {
        const at = Math.floor(next() * damaged.length);
        damaged[at] = damaged[at]! ^ (1 << Math.floor(next() * 8));
      }
      const path = place('flip', damaged);
      let result: Awaited<ReturnType<typeof report>> | null = null;
      try {
        result = await report(path);
      } catch (error) {
        // A flip in the schema's version looks like a newer program's ledger: refused, not touched.
        if ((error as { exitCode?: number }).exitCode !== 78) throw new Error(`seed ${seed}, flip ${i}: ${(error as Error).stack}`);
      }
      if (result !== null && result.notices.length > 0) {
        noticed++;
        expect(result.notices).toHaveLength(1);
        // SQLite keeps no checksums: a flip inside a saved value or key cannot be told from the value.
        if (JSON.stringify(result.count) !== JSON.stringify(want)) inexact++;
      }
      rmSync(join(path, '..'), { recursive: true });
    }
    expect(noticed).toBeGreaterThan(5);
    expect(inexact, `seed ${seed}`).toBeLessThan(noticed / 2);
  });

  it('truncated at every page: exact totals, one notice or none', { timeout: 60_000 }, async () => {
    for (let size = 0; size < bytes.length; size += 4096) {
      const path = place(`cut-${size}`, bytes);
      truncateSync(path, size);
      const { count, notices } = await report(path);
      expect(count, `cut at ${size}`).toEqual(want);
      expect(notices.length).toBeLessThanOrEqual(1);
      if (size > 0) expect(notices[0], `cut at ${size}`).toContain('damaged');
    }
  });

  it('wrong magic: moved away whole, said once, rebuilt from transcripts', async () => {
    const wrong = Buffer.from(bytes);
    wrong.write('Not a database!!', 0, 'latin1');
    const path = place('magic', wrong);
    const ended = await run(ONCE, [dir, path]);
    expect(ended).toMatchObject({ code: 0, count: want });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    const away = readdirSync(join(path, '..')).find((name) => name.includes('.corrupt-')) ?? '';
    expect(readFileSync(join(path, '..', away)).equals(wrong)).toBe(true);
    expect(await run(ONCE, [dir, path])).toMatchObject({ code: 0, stderr: '', count: want });
  });

  it('REL-21: a WAL cut at every 512 bytes, or lost: exact after the next reading', { timeout: 60_000 }, async () => {
    const live = place('wal', Buffer.alloc(0));
    const ledger = openLedger(options(live));
    ledger.db.exec('PRAGMA wal_autocheckpoint = 0');
    await ingest(ledger, { claudeDirs: [dir], workers: 0, now: Date.now() });
    const wal = readFileSync(`${live}-wal`);
    const main = readFileSync(live);
    ledger[Symbol.dispose]();
    expect(wal.length).toBeGreaterThan(20_000);
    const step = process.env.TIDEMARK_LONG === '1' ? 512 : 512 * 7;
    for (let size = 0; size <= wal.length; size += step) {
      const path = place('walcut', main);
      writeFileSync(`${path}-wal`, wal.subarray(0, size));
      expect((await report(path)).count, `WAL cut at ${size}`).toEqual(want);
      rmSync(join(path, '..'), { recursive: true });
    }
  });

  it.each([0, 1])('rows of sessions whose transcripts are gone are saved (deleted project %i)', async (gone) => {
    const own = tempDir('salvage');
    const path = join(own, 'state', 'ledger.db');
    makeHome(own, 4, 60, 7);
    const all = new NaiveCounter().see(own).count();
    await (await run(ONCE, [own, path])).count;
    remove(join(own, 'projects', `-p-${gone}`));
    // Damage in the root page of one table that salvage does not need: the checkpoints.
    const db = new DatabaseSync(path);
    const page = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'file'").get()?.rootpage);
    db.close();
    const damaged = readFileSync(path);
    damaged.fill(0xa5, (page - 1) * 4096, page * 4096);
    writeFileSync(path, damaged);
    const ended = await (async () => {
      const ledger = openLedger(options(path));
      try {
        await ingest(ledger, { claudeDirs: [own], workers: 0, now: Date.now() });
        throw new Error('the damage was not seen');
      } catch (error) {
        expect(isDamaged(error)).toBe(true);
        ledger[Symbol.dispose]();
        const saved = recover(options(path), error);
        await ingest(saved, { claudeDirs: [own], workers: 0, now: Date.now() });
        const count = ledgerCount(saved);
        saved[Symbol.dispose]();
        return count;
      }
    })();
    expect(ended).toEqual(all);
    remove(own);
  });
});

describe('HZ-57 a newer ledger', () => {
  const newer = (name: string, journal: string): string => {
    const path = place(name, Buffer.alloc(0));
    copyFileSync(base, path);
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA journal_mode = ${journal}; PRAGMA user_version = 99; INSERT OR REPLACE INTO meta VALUES ('version', '9.9.9')`);
    db.close();
    return path;
  };

  it.each(['WAL', 'DELETE', 'TRUNCATE'])('exits 78 naming the version and leaves the file byte for byte (journal %s)', async (journal) => {
    const path = newer(`newer-${journal}`, journal);
    const before = readFileSync(path);
    const ended = await run(ONCE, [dir, path]);
    expect(ended.code).toBe(78);
    expect(ended.stderr).toContain('9.9.9');
    expect(ended.stdout).toBe('');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('leaves a WAL that its writer left behind, and the file, byte for byte', async () => {
    const path = newer('newer-live', 'WAL');
    const db = new DatabaseSync(path);
    db.exec("PRAGMA wal_autocheckpoint = 0; INSERT OR REPLACE INTO meta VALUES ('left', 'behind')");
    const files = [readFileSync(path), readFileSync(`${path}-wal`)] as const;
    db.close();
    writeFileSync(path, files[0]);
    writeFileSync(`${path}-wal`, files[1]);
    expect((await run(ONCE, [dir, path])).code).toBe(78);
    expect(readFileSync(path).equals(files[0])).toBe(true);
    expect(readFileSync(`${path}-wal`).equals(files[1])).toBe(true);
  });
});
