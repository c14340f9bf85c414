import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { archiveEvents } from '../../src/ledger/archive.ts';
import { adoptOrphans } from '../../src/ledger/archive-orphans.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { verify } from '../../src/ledger/verify.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { ledgerCount, makeHome, NaiveCounter, random, remove, tempDir, usageLine, vendorId, writeTranscript } from './home.ts';
import { ONCE, run } from './run.ts';

const ARCHIVE = join(import.meta.dirname, 'archive-once.ts');
const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);
const KILLS = process.env.TIDEMARK_LONG === '1' ? 60 : 12;
const dirs: string[] = [];
const fresh = (name: string): string => {
  const dir = tempDir(name);
  dirs.push(dir);
  return dir;
};
afterAll(() => dirs.forEach(remove));

const grow = (dir: string, k: number, requests: number): void => {
  const lines = Array.from({ length: requests }, (_, i) =>
    usageLine({ id: vendorId(`k${k}x${i}`), session: `s-${k % 3}`, output: 1 + (i % 99) }),
  );
  writeTranscript(dir, `-p-0/s-${k % 3}.jsonl`, lines);
};
const open = (path: string) => openLedger({ path, table: builtinTable(), version: 'test', now: Date.now() });

describe(`REL-24 archiving (seed ${seed})`, () => {
  it(`killed ${KILLS} times at random moments: each request counts once, in one place`, { timeout: 240_000 }, async () => {
    const next = random(seed);
    const dir = fresh('archive-kill');
    const db = join(dir, 'state', 'ledger.db');
    makeHome(dir, 6, 500, seed);
    expect((await run(ONCE, [dir, db])).code).toBe(0);
    let hits = 0;
    for (let k = 0; k < KILLS; k++) {
      const ended = await run(ARCHIVE, [db], { killAfter: { from: 'go', ms: next() * 120 } });
      if (ended.signal === 'SIGKILL') hits++;
      else expect(ended).toMatchObject({ code: 0, stderr: '' });
      grow(dir, k, 900);
      const read = await run(ONCE, [dir, db]);
      expect(read, `seed ${seed}, kill ${k}`).toMatchObject({ code: 0, stderr: '', count: new NaiveCounter().see(dir).count() });
    }
    expect(hits).toBeGreaterThan(0);
    const want = new NaiveCounter().see(dir).count();
    using ledger = open(db);
    archiveEvents(ledger, 4e12, Date.now());
    expect(ledgerCount(ledger)).toEqual(want);
    expect(verify(ledger, [dir]).differences).toEqual([]);
    expect(adoptOrphans(ledger)).toEqual({ back: 0, lost: [] });
    const used = new Set(
      ledger.db
        .sql('SELECT DISTINCT file FROM archive_block')
        .all()
        .map(({ file }) => file),
    );
    const folder = join(dir, 'state', 'archive');
    expect(existsSync(folder)).toBe(true);
    expect(readdirSync(folder).filter((name) => !used.has(name))).toEqual([]);
    // Nothing but the archive is left to prove it.
    remove(join(dir, 'projects'));
    expect(ledgerCount(ledger)).toEqual(want);
    expect(verify(ledger, [dir])).toMatchObject({ ok: true, ledgerOnly: want.requests });
  });

  it('three archivers and two readers at once: all finish, exact', { timeout: 120_000 }, async () => {
    const dir = fresh('archive-race');
    const db = join(dir, 'state', 'ledger.db');
    makeHome(dir, 6, 500, seed);
    expect((await run(ONCE, [dir, db])).code).toBe(0);
    grow(dir, 1, 3000);
    const all = await Promise.all([run(ARCHIVE, [db]), run(ONCE, [dir, db]), run(ARCHIVE, [db]), run(ONCE, [dir, db]), run(ARCHIVE, [db])]);
    for (const ended of all) expect(ended).toMatchObject({ code: 0, stderr: '' });
    const last = await run(ONCE, [dir, db]);
    expect(last.count).toEqual(new NaiveCounter().see(dir).count());
    using ledger = open(db);
    expect(verify(ledger, [dir]).differences).toEqual([]);
  });
});
