import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/driver.ts';
import { type Count, makeHome, NaiveCounter, random, remove, tempDir } from './home.ts';
import { ONCE, run } from './run.ts';

/** Large enough to be read in threads, without the index of keys (24 MiB). */
const FILES = 24;
const KILLS = process.env.TIDEMARK_LONG === '1' ? 60 : 6;
const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);

let dir: string;
let want: Count;
let number = 0;
const ledger = (): string => join(dir, `state-${number++}`, 'ledger.db');

beforeAll(() => {
  dir = tempDir('first');
  makeHome(dir, FILES, 1000, seed);
  want = new NaiveCounter().see(dir).count();
});
afterAll(() => remove(dir));

function hasEvents(path: string): boolean {
  try {
    const db = openDatabase(path, { readOnly: true });
    try {
      return db.sql('SELECT 1 FROM event LIMIT 1').get() !== undefined;
    } finally {
      db.close();
    }
  } catch {
    return false;
  }
}

describe('REL-1 the first reading of a large history', () => {
  it(`REL-63: killed ${KILLS} times at random moments, ends exact (seed ${seed})`, { timeout: KILLS * 20_000 }, async () => {
    const next = random(seed);
    const whole = await run(ONCE, [dir, ledger()]);
    expect(whole).toMatchObject({ code: 0, stderr: '', count: want });
    let hits = 0;
    for (let k = 0; hits < KILLS && k < KILLS * 3; k++) {
      const db = ledger();
      // Once, or twice in a row: the second reader finds what the first one left.
      for (let again = k % 2; again >= 0; again--) {
        const ended = await run(ONCE, [dir, db], { killAfter: { from: 'go', ms: next() * whole.ms } });
        if (ended.signal === 'SIGKILL') hits++;
        else expect(ended, `kill ${k}`).toMatchObject({ code: 0, stderr: '', count: want });
      }
      expect(await run(ONCE, [dir, db]), `kill ${k}`).toMatchObject({ code: 0, stderr: '', count: want });
      remove(join(db, '..'));
    }
    expect(hits).toBeGreaterThanOrEqual(KILLS);
  });

  it('HZ-45: three processes that begin it at once all finish, exact', { timeout: 60_000 }, async () => {
    const db = ledger();
    const waiting: NodeJS.WritableStream[] = [];
    const runs = [0, 1, 2].map(() => run(ONCE, [dir, db, 'wait'], { onStart: (stdin) => waiting.push(stdin) }));
    for (const stdin of waiting) stdin.write('x');
    for (const ended of await Promise.all(runs)) expect(ended).toMatchObject({ code: 0, stderr: '', count: want });
    expect(await run(ONCE, [dir, db])).toMatchObject({ code: 0, stderr: '', count: want });
  });

  it('HZ-45: one that begins while another is in the middle of it: both exact', { timeout: 60_000 }, async () => {
    const db = ledger();
    const first = run(ONCE, [dir, db]);
    while (!hasEvents(db)) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const ended of await Promise.all([first, run(ONCE, [dir, db])])) expect(ended).toMatchObject({ code: 0, stderr: '', count: want });
    expect(await run(ONCE, [dir, db])).toMatchObject({ code: 0, stderr: '', count: want });
  });
});
