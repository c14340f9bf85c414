import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeHome, NaiveCounter, random, remove, tempDir, usageLine, vendorId, writeTranscript } from './home.ts';
import { ONCE, run } from './run.ts';

const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);
/** Kills that must hit a living process. */
const HITS = process.env.TIDEMARK_LONG === '1' ? 300 : 60;
const PER_LEDGER = 10;
/** Written before each kill, so that the reader always has something left to do. Lines; two make one request. */
const NEW_LINES = 1200;
const dirs: string[] = [];
const fresh = (name: string): string => {
  const dir = tempDir(name);
  dirs.push(dir);
  return dir;
};
afterAll(() => dirs.forEach(remove));

interface Tally {
  tries: number;
  hits: number;
  /** Hits before the ledger was open, and after. */
  early: number;
  late: number;
}

/**
 * Kills one ledger's readers while its transcripts grow, then lets one finish and compares. A moment is a random part of the time that a whole reading
 * took here, from its start or from when its ledger was open; it counts as a hit only when the process ended by the signal.
 */
async function series(number: number, ms: number, tally: Tally): Promise<void> {
  const next = random(seed + number);
  const dir = fresh('kill');
  const db = join(dir, 'state', 'ledger.db');
  const grow = (k: number): void => {
    const lines = Array.from({ length: NEW_LINES }, (_, i) =>
      usageLine({ id: vendorId(`${number}k${k}x${i >> 1}`), session: 's-0', output: 1 + Math.floor(next() * 99) }),
    );
    writeTranscript(dir, `-p-0/s-${Math.floor(next() * 8)}.jsonl`, lines);
  };
  makeHome(dir, 6, 250, seed + number);
  for (let k = 0; k < PER_LEDGER && tally.hits < HITS; k++) {
    const from = next() < 0.15 ? ('start' as const) : ('go' as const);
    // A reading that follows a killed one has less left to do.
    const after = from === 'start' ? next() * 200 : next() * ms * (k === 0 ? 1 : 0.6);
    const ended = await run(ONCE, [dir, db], { killAfter: { from, ms: after } });
    tally.tries++;
    if (ended.signal === 'SIGKILL') {
      tally.hits++;
      if (ended.stdout === '') tally.early++;
      else tally.late++;
      expect(ended.code).toBeNull();
    } else expect(ended, `seed ${seed}, series ${number}, kill ${k}`).toMatchObject({ code: 0, stderr: '' });
    grow(k);
  }
  const last = await run(ONCE, [dir, db]);
  expect(last, `seed ${seed}, series ${number}`).toMatchObject({ code: 0, stderr: '', count: new NaiveCounter().see(dir).count() });
  const again = await run(ONCE, [dir, db]);
  expect(again.count).toEqual(last.count);
  remove(dir);
}

describe('REL-1 exactly once', () => {
  it(`HZ-1: ${HITS} readers killed with -9 at random moments lose and double nothing (seed ${seed})`, {
    timeout: HITS * 4000,
  }, async () => {
    const tally: Tally = { tries: 0, hits: 0, early: 0, late: 0 };
    const whole = fresh('measure');
    makeHome(whole, 6, 250, seed);
    const { ms } = await run(ONCE, [whole, join(whole, 'state', 'ledger.db')]);
    let number = 0;
    const lane = async (): Promise<void> => {
      while (tally.hits < HITS && tally.tries < HITS * 4) await series(number++, ms, tally);
    };
    await Promise.all([lane(), lane()]);
    if (process.env.TIDEMARK_LONG === '1') console.log(`kill -9: ${JSON.stringify({ ...tally, ms })}`);
    expect(tally.hits, JSON.stringify(tally)).toBeGreaterThanOrEqual(HITS);
    // Most while events are being written, not while the program starts.
    expect(tally.late, JSON.stringify(tally)).toBeGreaterThan(tally.hits / 2);
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
