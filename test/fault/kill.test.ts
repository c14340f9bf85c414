import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeHome, NaiveCounter, random, remove, tempDir, usageLine, vendorId, writeTranscript } from './home.ts';
import { ONCE, run } from './run.ts';

const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);
const KILLS = process.env.TIDEMARK_LONG === '1' ? 1500 : 300;
const PER_LEDGER = 10;
const dirs: string[] = [];
const fresh = (name: string): string => {
  const dir = tempDir(name);
  dirs.push(dir);
  return dir;
};
afterAll(() => dirs.forEach(remove));

/** Kills one ledger's readers at random moments while its transcripts grow, then lets one finish and compares. */
async function series(number: number, ms: number): Promise<number> {
  const next = random(seed + number);
  const dir = fresh('kill');
  const db = join(dir, 'state', 'ledger.db');
  makeHome(dir, 6, 250, seed + number);
  let killed = 0;
  for (let k = 0; k < PER_LEDGER; k++) {
    const from = next() < 0.15 ? ('start' as const) : ('go' as const);
    // A ledger half written by the reader before has less left to read: mostly early moments, some late ones.
    const after = from === 'start' ? next() * 250 : next() * ms * (k === 0 ? 1 : next() < 0.2 ? 0.6 : 0.2);
    const ended = await run(ONCE, [dir, db], { killAfter: { from, ms: after } });
    if (ended.signal === 'SIGKILL') killed++;
    else expect(ended, `seed ${seed}, series ${number}`).toMatchObject({ code: 0, stderr: '' });
    const lines = Array.from({ length: 150 }, (_, i) =>
      usageLine({ id: vendorId(`${number}k${k}x${i >> 1}`), session: 's-0', output: 1 + Math.floor(next() * 99) }),
    );
    writeTranscript(dir, `-p-0/s-${Math.floor(next() * 8)}.jsonl`, lines);
  }
  const last = await run(ONCE, [dir, db]);
  expect(last, `seed ${seed}, series ${number}`).toMatchObject({ code: 0, stderr: '', count: new NaiveCounter().see(dir).count() });
  const again = await run(ONCE, [dir, db]);
  expect(again.count).toEqual(last.count);
  remove(dir);
  return killed;
}

describe('REL-1 exactly once', () => {
  it(`HZ-1: kill -9 at ${KILLS} random moments of an ingest loses and doubles nothing (seed ${seed})`, {
    timeout: KILLS * 2000,
  }, async () => {
    const dir = fresh('measure');
    makeHome(dir, 6, 250, seed);
    const { ms } = await run(ONCE, [dir, join(dir, 'state', 'ledger.db')]);
    let killed = 0;
    let number = 0;
    const lane = async (): Promise<void> => {
      while (number * PER_LEDGER < KILLS) killed += await series(number++, ms);
    };
    await Promise.all([lane(), lane()]);
    // Some moments lie behind the end of a short reading; most must not.
    expect(killed).toBeGreaterThan(KILLS / 3);
  });

  it(`HZ-45: eight processes that start reading at once all finish, exact, without an error (seed ${seed})`, {
    timeout: 120_000,
  }, async () => {
    for (let round = 0; round < 3; round++) {
      const dir = fresh('eight');
      makeHome(dir, 10, 300, seed + round);
      const db = join(dir, 'state', 'ledger.db');
      const want = new NaiveCounter().see(dir).count();
      const waiting: NodeJS.WritableStream[] = [];
      const runs = Array.from({ length: 8 }, () => run(ONCE, [dir, db, 'wait'], { onStart: (stdin) => waiting.push(stdin) }));
      if (round === 2) mkdirSync(join(dir, 'state'), { mode: 0o700 });
      for (const stdin of waiting) stdin.write('x');
      for (const ended of await Promise.all(runs))
        expect(ended, `seed ${seed}, round ${round}`).toMatchObject({ code: 0, stderr: '', count: want });
      expect((await run(ONCE, [dir, db])).count).toEqual(want);
    }
  });
});
