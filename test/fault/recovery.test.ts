import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReady, recoverAppLedger } from '../../src/app/open.ts';
import { forgetUsage } from '../../src/ledger/forget.ts';
import { isDamaged, openLedger, recover } from '../../src/ledger/open.ts';
import { isUnsettled } from '../../src/ledger/settle.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { DamagedHome, TABLES } from './damaged-home.ts';
import { ledgerCount, NaiveCounter, usageLine, vendorId, writeTranscript } from './home.ts';

let home: DamagedHome;
beforeEach(async () => {
  home = await DamagedHome.make();
});
afterEach(() => home.remove());

describe('REL-22 damage found while a report reads', () => {
  it.each(TABLES)('in %s: a report or the one after it is exact, and says it once', async (table) => {
    await home.damage(table);
    writeTranscript(home.dir, '-p-0/new.jsonl', [usageLine({ id: vendorId('new'), output: 9 })]);
    const full = new NaiveCounter().see(home.dir).count();
    const ready = await openReady(home.app);
    const notices = [...ready.notices];
    try {
      expect(ledgerCount(ready.ledger)).toEqual(full);
    } catch (error) {
      // Reading never came by the page; the question did.
      if (!isDamaged(error)) throw error;
      ready[Symbol.dispose]();
      notices.push(recoverAppLedger(home.app, error));
      expect(await home.soundLater()).toEqual({ count: full, notices: [] });
    }
    if (notices.length > 0) {
      expect(notices).toHaveLength(1);
      expect(notices[0]).toMatch(/was damaged.*moved to .*corrupt-/);
    }
  });

  it('a kill between saving rows and comparing them: the next opening compares', async () => {
    await home.damage('file');
    const options = { path: home.db, table: builtinTable(), version: 'test', now: 1 };
    recover(options, new Error('killed'))[Symbol.dispose]();
    const between = openLedger(options);
    expect(isUnsettled(between.db)).toBe(true);
    // A key that no damage check sees, as a flip would leave it.
    between.db.exec("UPDATE event SET key = substr(key, 1, 24) || 'Z' || substr(key, 26) WHERE key = (SELECT min(key) FROM event)");
    between[Symbol.dispose]();
    expect((await home.soundLater()).count).toEqual(home.want);
    const settled = openLedger(options);
    expect(isUnsettled(settled.db)).toBe(false);
    settled[Symbol.dispose]();
  });

  it('REL-2: a salvaged request whose transcript was shortened keeps what was counted; a forgotten one stays forgotten', async () => {
    const path = writeTranscript(home.dir, '-p-0/cut.jsonl', [
      usageLine({ id: vendorId('cut'), session: 's-cut', output: 1, stop: null }),
      usageLine({ id: vendorId('cut'), session: 's-cut', output: 400 }),
      usageLine({ id: vendorId('gone'), session: 's-cut', output: 50 }),
    ]);
    writeTranscript(home.dir, '-p-0/forget.jsonl', [usageLine({ id: vendorId('forget'), session: 's-forget', output: 1000 })]);
    const full = new NaiveCounter().see(home.dir).count();
    const ready = await openReady(home.app);
    forgetUsage(ready.ledger, 's-forget', 1);
    ready[Symbol.dispose]();
    writeFileSync(path, `${readFileSync(path, 'utf8').split('\n')[0]}\n`);
    await home.damage('file');
    const { count, notices } = await home.soundLater();
    expect(notices).toHaveLength(1);
    expect(count).toEqual({ ...full, requests: full.requests - 1, input: full.input - 1, output: full.output - 1000 });
  });
});
