import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '../../src/ledger/ingest.ts';
import { isDamaged, type Ledger, openLedger, recover } from '../../src/ledger/open.ts';
import { rebuild } from '../../src/ledger/rebuild.ts';
import { settleSalvage } from '../../src/ledger/settle.ts';
import { damageBehind, openSoundLedger } from '../../src/ledger/sound.ts';
import { verify } from '../../src/ledger/verify.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { type Count, ledgerCount, makeHome, NaiveCounter, random, remove, tempDir } from './home.ts';
import { ONCE, run } from './run.ts';

const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);
const SOME = process.env.TIDEMARK_LONG === '1' ? 200 : 60;
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

interface Reported {
  readonly count: Count;
  readonly notices: readonly string[];
  readonly ledger: Ledger;
  [Symbol.dispose](): void;
}

/** What a command does with a ledger: open, read, report; a damage that shows only later is recovered from, once. */
async function report(path: string, home = dir): Promise<Reported> {
  const notices: string[] = [];
  let ledger = openSoundLedger(options(path));
  if (ledger.notice !== null) notices.push(ledger.notice);
  const read = async (): Promise<Count> => {
    settleSalvage(ledger, [home]);
    await ingest(ledger, { claudeDirs: [home], workers: 0, now: Date.now() });
    return ledgerCount(ledger);
  };
  let open = true;
  const close = (): void => {
    if (open) ledger[Symbol.dispose]();
    open = false;
  };
  try {
    return { count: await read(), notices, ledger, [Symbol.dispose]: close };
  } catch (error) {
    const damage = damageBehind(error, ledger.db);
    close();
    if (damage === null) throw error;
    ledger = recover(options(path), damage);
    open = true;
    notices.push(ledger.notice ?? '');
    return { count: await read(), notices, ledger, [Symbol.dispose]: close };
  }
}

/** A wrong figure that nothing noticed is named by `verify`, and `rebuild` mends it; damage that rebuild meets is recovered from. */
async function mended(result: Reported, which: string): Promise<void> {
  const found = verify(result.ledger, [dir]);
  expect(found.ok, which).toBe(false);
  let count: Count;
  try {
    await rebuild(result.ledger, { claudeDirs: [dir], workers: 0, now: Date.now() });
    count = ledgerCount(result.ledger);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const { path } = result.ledger.db;
    result[Symbol.dispose]();
    recover(options(path), error)[Symbol.dispose]();
    using again = await report(path);
    count = again.count;
  }
  expect(count, `${which}: ${JSON.stringify(found.counts)}`).toEqual(want);
}

const place = (name: string, content: Buffer): string => {
  const path = join(dir, 'try', name, 'ledger.db');
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

describe('REL-22 a damaged ledger', () => {
  it.each([
    ['anywhere', 200, () => true],
    ['where something is written', SOME, (byte: number) => byte !== 0],
    ['in text', SOME, (byte: number) => byte >= 0x20 && byte < 0x7f],
  ] as const)(
    `8 flipped bytes %s, %i times: no crash; what SQLite sees is repaired to the exact totals, all else verify finds and rebuild mends (seed ${seed})`,
    {
      timeout: 240_000,
    },
    async (_, times, takes) => {
      const next = random(seed);
      // The file's header and the price table's mark have tests of their own.
      const mark = bytes.indexOf(builtinTable().fingerprint);
      const places = [...bytes.keys()].filter((at) => at >= 100 && (at < mark || at >= mark + 64) && takes(bytes[at]!));
      const seen = { noticed: 0, unnoticed: 0, wrong: 0, refused: 0 };
      for (let i = 0; i < 200; i++) {
        const damaged = Buffer.from(bytes);
        for (let k = 0; k < 8; k++) {
          const at = places[Math.floor(next() * places.length)]!;
          damaged[at] = damaged[at]! ^ (1 << Math.floor(next() * 8));
        }
        const path = place('flip', damaged);
        const which = `seed ${seed}, flip ${i}`;
        try {
          using result = await report(path);
          if (result.notices.length > 0) {
            seen.noticed++;
            expect(result.notices, which).toHaveLength(1);
            expect(result.count, which).toEqual(want);
          } else {
            seen.unnoticed++;
            // SQLite keeps no checksums: a flip inside a value reads as a value (REL-15).
            if (JSON.stringify(result.count) !== JSON.stringify(want)) {
              seen.wrong++;
              await mended(result, which);
            }
          }
        } catch (error) {
          // A flip in the schema's version looks like a newer program's ledger: refused, not touched.
          const { exitCode } = error as { exitCode?: number };
          if (exitCode !== 78) {
            // The ledger holds times and inodes of this run: the seed alone does not make it again.
            const kept = join(tempDir('damaged'), 'ledger.db');
            writeFileSync(kept, damaged);
            throw new Error(`${which}, kept as ${kept}: ${(error as Error).stack}`);
          }
          seen.refused++;
        }
        rmSync(join(path, '..'), { recursive: true });
      }
      expect(seen.noticed, JSON.stringify(seen)).toBeGreaterThan(times / 40);
    },
  );

  it('a column of the stored schema renamed, and the prices to be made anew', async () => {
    const damaged = Buffer.from(bytes);
    // Also where a migration left an old copy of it.
    for (let at = 0; ; at += 7) {
      at = damaged.indexOf('write1h INTEGER NOT NULL, read INTEGER NOT NULL,\n  speed', at);
      if (at < 0) break;
      damaged.write('wrote1h', at);
    }
    const mark = damaged.indexOf(builtinTable().fingerprint);
    damaged[mark] = damaged[mark]! ^ 1;
    using result = await report(place('renamed', damaged));
    expect(result.count).toEqual(want);
    expect(result.notices).toHaveLength(1);
  });

  it('every bit of the file header flipped: repaired to the exact totals, or refused as a newer ledger', {
    timeout: 120_000,
  }, async () => {
    const failed: string[] = [];
    // Always: the format's versions and the two of user_version that look like an older and a negative one.
    const always = new Set([...Array.from({ length: 24 }, (_, i) => 44 * 8 + i), 47 * 8, 60 * 8 + 7, 63 * 8]);
    for (let bit = 0; bit < 800; bit++) {
      if (process.env.TIDEMARK_LONG !== '1' && bit % 5 !== 0 && !always.has(bit)) continue;
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
      const path = place('header', damaged);
      try {
        using result = await report(path);
        if (JSON.stringify(result.count) !== JSON.stringify(want)) failed.push(`byte ${bit >> 3} bit ${bit & 7}: wrong totals`);
      } catch (error) {
        if ((error as { exitCode?: number }).exitCode !== 78) failed.push(`byte ${bit >> 3} bit ${bit & 7}: ${(error as Error).message}`);
      }
      rmSync(join(path, '..'), { recursive: true });
    }
    expect(failed).toEqual([]);
  });

  it('truncated at every page: exact totals, one notice or none', { timeout: 60_000 }, async () => {
    for (let size = 0; size < bytes.length; size += 4096) {
      const path = place(`cut-${size}`, bytes);
      truncateSync(path, size);
      using reported = await report(path);
      const { count, notices } = reported;
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
      using reported = await report(path);
      expect(reported.count, `WAL cut at ${size}`).toEqual(want);
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
    using ended = await report(path, own);
    expect(ended.notices).toHaveLength(1);
    expect(ended.count).toEqual(all);
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
