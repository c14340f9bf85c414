import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ingest } from '../../src/ledger/ingest.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { ledgerCount, NaiveCounter, remove, tempDir } from './home.ts';
import { run, WRITER } from './run.ts';

const LINES = process.env.TIDEMARK_LONG === '1' ? 20_000 : 2_000;

describe('HZ-18 several writers', () => {
  it(`is exact while four writers append ${LINES} lines each, cut at random bytes, and share a file`, { timeout: 120_000 }, async () => {
    const dir = tempDir('writers');
    const folder = join(dir, 'projects', '-p');
    mkdirSync(folder, { recursive: true });
    const ledger = openLedger({ path: join(dir, 'state', 'ledger.db'), table: builtinTable(), version: 'test', now: Date.now() });
    let writing = 4;
    const writers = [0, 1, 2, 3].map(async (w) => {
      const ended = await run(WRITER, [join(folder, `w-${w}.jsonl`), join(folder, 'shared.jsonl'), String(w), String(LINES)]);
      writing--;
      return ended;
    });
    let passes = 0;
    let last = ledgerCount(ledger);
    while (writing > 0) {
      await ingest(ledger, { claudeDirs: [dir], workers: 1, now: Date.now() });
      const now = ledgerCount(ledger);
      // Figures only grow while lines are appended.
      expect(now.requests).toBeGreaterThanOrEqual(last.requests);
      expect(now.output).toBeGreaterThanOrEqual(last.output);
      last = now;
      passes++;
      await wait(5);
    }
    for (const ended of await Promise.all(writers)) expect(ended).toMatchObject({ code: 0, stderr: '' });
    const result = await ingest(ledger, { claudeDirs: [dir], workers: 1, now: Date.now() });
    expect(result.skipped).toEqual([]);
    expect(passes).toBeGreaterThan(5);
    expect(ledgerCount(ledger)).toEqual(new NaiveCounter().see(dir).count());
    ledger[Symbol.dispose]();
    remove(dir);
  });
});
