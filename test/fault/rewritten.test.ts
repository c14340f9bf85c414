import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ingest } from '../../src/ledger/ingest.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { SAMPLE_FILES, sampleFiles } from '../../src/ledger/sample.ts';
import { verify } from '../../src/ledger/verify.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { discover } from '../../src/transcripts/discover.ts';
import { ledgerCount, makeHome, NaiveCounter, random, remove, tempDir, usageLine, vendorId, writeTranscript } from './home.ts';

/* HZ-12: bytes before the offset change, size and time stay. */

const FILES = 40;
/** Each file has its turn within so many starts. */
const STARTS = Math.ceil(FILES / SAMPLE_FILES);
const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);
let dir: string;
let ledger: Ledger;

const now = 1_800_000_000_000;
const read = (more: object = {}) => ingest(ledger, { claudeDirs: [dir], workers: 0, now, ...more });
/** What the live view's first reading does. */
const start = async (): Promise<readonly string[]> => {
  ledger.chores = { sample: true, keepMs: null };
  return (await read()).rewritten;
};

beforeEach(async () => {
  dir = tempDir('rewritten');
  makeHome(dir, FILES, 6, seed);
  for (const { path } of discover([dir]).files) utimesSync(path, 1_790_000_000, 1_790_000_000);
  ledger = openLedger({ path: join(dir, 'state', 'ledger.db'), table: builtinTable(), version: 'test', now: 0 });
  await read();
});
afterEach(() => {
  ledger[Symbol.dispose]();
  remove(dir);
});

/** Writes other bytes of the same number, under the same time and into the same file. */
function rewrite(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  const { mtimeMs, ino } = statSync(path);
  change(bytes);
  writeFileSync(path, bytes);
  utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
  expect(statSync(path)).toMatchObject({ mtimeMs, ino, size: bytes.length });
}

/** A letter of a text: no line and no counter changes, and neither the head nor the tail that a checkpoint knows. */
function flipText(bytes: Buffer): void {
  const at = bytes.indexOf('quoted', 1100);
  expect(at).toBeGreaterThan(0);
  bytes[at] = 'Q'.charCodeAt(0);
}

describe(`REL-13 a rewrite with equal size and time (seed ${seed})`, () => {
  it('a flipped bit anywhere before the offset: verify finds it always', () => {
    const next = random(seed);
    const files = discover([dir]).files;
    expect(verify(ledger, [dir]).differences).toEqual([]);
    for (let i = 0; i < 30; i++) {
      const file = files[Math.floor(next() * files.length)]!;
      const place = Math.floor(next() * file.size);
      const bit = 1 << Math.floor(next() * 8);
      const flip = (bytes: Buffer): void => {
        bytes[place] = bytes[place]! ^ bit;
      };
      rewrite(file.path, flip);
      const found = verify(ledger, [dir]);
      expect(found.ok, `byte ${place} of ${file.path}`).toBe(false);
      rewrite(file.path, flip);
    }
    expect(verify(ledger, [dir]).differences).toEqual([]);
  });

  it(`text of one of ${FILES} files: a sample finds it within ${STARTS} starts, once, whichever it is`, async () => {
    const next = random(seed);
    for (let i = 0; i < 4; i++) {
      const file = discover([dir]).files[Math.floor(next() * FILES)]!;
      const before = ledgerCount(ledger);
      // Each time another letter.
      rewrite(file.path, (bytes) => (i === 0 ? flipText(bytes) : bytes.write(String(i), bytes.indexOf('uoted', 1100))));
      const found: string[] = [];
      for (let n = 0; n < STARTS; n++) found.push(...(await start()));
      expect(found).toEqual([file.path]);
      expect(ledgerCount(ledger)).toEqual(before);
    }
    expect(verify(ledger, [dir]).differences).toEqual([]);
    expect(ledger.db.sql('SELECT sum(rewritten) AS n FROM file').get()?.n).toBe(4);
  });

  it('a larger counter is counted after it was found, a request of another file stays', async () => {
    const path = writeTranscript(dir, '-p-9/s-99.jsonl', [
      usageLine({ id: vendorId('x'), session: 's-99', output: 100, text: 'a'.repeat(2000) }),
      usageLine({ id: vendorId('y'), session: 's-99', output: 1, text: 'b'.repeat(2000) }),
    ]);
    await read();
    const before = ledgerCount(ledger);
    rewrite(path, (bytes) => bytes.write('900', bytes.indexOf('"output_tokens":100') + '"output_tokens":'.length));
    await read();
    expect(ledgerCount(ledger)).toEqual(before);
    const found: string[] = [];
    for (let n = 0; n <= STARTS; n++) found.push(...(await start()));
    expect(found).toEqual([path]);
    expect(ledgerCount(ledger)).toEqual({ ...before, output: before.output + 800 });
    expect(verify(ledger, [dir]).differences).toEqual([]);
  });

  it('a reading that is not asked to looks into no file that seems unchanged', async () => {
    rewrite(discover([dir]).files[0]!.path, flipText);
    for (let n = 0; n <= STARTS; n++) expect((await read()).rewritten).toEqual([]);
    expect(ledger.db.sql("SELECT 1 FROM meta WHERE name = 'sampled'").get()).toBeUndefined();
  });

  it('a file whose checksum is not known yet gets it at its turn, and verify gives it to all', async () => {
    ledger.db.exec('UPDATE file SET content = NULL');
    const known = (): number => Number(ledger.db.sql('SELECT count(content) AS n FROM file').get()?.n);
    await start();
    expect(known()).toBe(SAMPLE_FILES);
    expect(verify(ledger, [dir]).ok).toBe(true);
    expect(known()).toBe(FILES);
    rewrite(discover([dir]).files[0]!.path, flipText);
    expect(verify(ledger, [dir])).toMatchObject({ ok: false, counts: { file: 1 } });
  });

  it('files that grow keep their checksum from piece to piece', async () => {
    const next = random(seed);
    const lines = Array.from({ length: 30 }, (_, i) => `${usageLine({ id: vendorId(`g${i}`), session: 's-98', output: i + 1 })}\n`).join(
      '',
    );
    const path = writeTranscript(dir, '-p-8/s-98.jsonl', []);
    const bytes = Buffer.from(lines);
    for (let at = 0; at < bytes.length; ) {
      at = Math.min(bytes.length, at + 1 + Math.floor(next() * 900));
      writeFileSync(path, bytes.subarray(0, at));
      await read();
    }
    expect(ledgerCount(ledger)).toEqual(new NaiveCounter().see(dir).count());
    expect(verify(ledger, [dir]).differences).toEqual([]);
    expect(
      (
        await sampleFiles(
          ledger,
          discover([dir]).files.filter((file) => file.path === path),
        )
      ).rewritten,
    ).toEqual([]);
  });
});
