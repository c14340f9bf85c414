import { appendFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAppLedger, openReady } from '../../src/app/open.ts';
import type { Ledger } from '../../src/ledger/open.ts';
import { heldBackText } from '../../src/monitor/held-back.ts';
import { type Monitor, startMonitor } from '../../src/monitor/monitor.ts';
import { followOptions, until as snapshotWhen } from '../../src/monitor/testing-home.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { KnownError } from '../../src/platform/errors.ts';
import { DamagedHome, TABLES } from './damaged-home.ts';
import { NaiveCounter, usageLine, vendorId, writeTranscript } from './home.ts';

let home: DamagedHome;
beforeEach(async () => {
  home = await DamagedHome.make();
});
afterEach(() => home.remove());

const follow = (ledger: Ledger, clock = systemClock): Monitor =>
  startMonitor(followOptions(ledger, home.dir, { clock, refreshInterval: 50 }));
/** A disk that fails is tried again only after a while. */
const until = (m: Monitor, holds: () => boolean) => snapshotWhen(m, holds, 8000);

describe('REL-22 damage found while following', () => {
  it.each(TABLES)('in %s: following goes on with a sound ledger and says so', async (table) => {
    await home.damage(table);
    using ledger = openAppLedger(home.app);
    const m = follow(ledger);
    try {
      await m.ready;
      writeTranscript(home.dir, '-p-0/new.jsonl', [usageLine({ id: vendorId('new'), session: 's-new', output: 9, at: systemClock.now() })]);
      await until(m, () => m.get().combined.all === 10 && !m.get().ingest.reading);
      if (table !== 'event' && table !== 'prompt') expect(m.get().ingest.notice).toMatch(/was damaged/);
    } finally {
      m.close();
    }
    ledger[Symbol.dispose]();
    const full = new NaiveCounter().see(home.dir).count();
    const sound = await home.soundLater();
    if (table !== 'prompt') expect(sound.count).toEqual(full);
  });

  it('shown only after following began: recovered from at the next change', async () => {
    (await openReady(home.app))[Symbol.dispose]();
    using ledger = openAppLedger(home.app);
    const m = follow(ledger);
    try {
      await m.ready;
      const { recover } = ledger;
      let met = 0;
      // A page that goes bad under an open connection cannot be made by writing to the file: its pages are in memory already.
      Object.assign(ledger.db, {
        sql: () => {
          met++;
          throw Object.assign(new Error('database disk image is malformed'), { code: 'ERR_SQLITE_ERROR', errcode: 11 });
        },
      });
      expect(recover).toBeTypeOf('function');
      writeTranscript(home.dir, '-p-0/new.jsonl', [usageLine({ id: vendorId('new'), session: 's-new', output: 9, at: systemClock.now() })]);
      await until(m, () => m.get().combined.all === 10 && !m.get().ingest.reading);
      expect(met).toBeGreaterThan(0);
      expect(m.get().ingest.notice).toMatch(/was damaged/);
    } finally {
      m.close();
    }
    ledger[Symbol.dispose]();
    expect((await home.soundLater()).count).toEqual(new NaiveCounter().see(home.dir).count());
  });
});

describe('REL-7 following a ledger that cannot be written', () => {
  it('HZ-3: goes on from memory with all figures, says so, and comes back to the disk by itself', async () => {
    (await openReady(home.app))[Symbol.dispose]();
    using ledger = openAppLedger(home.app);
    // A hundred times as fast, so that nobody waits for the next try.
    const m = follow(ledger, { ...systemClock, monotonic: () => systemClock.monotonic() * 100 });
    const seen: (string | null)[] = [];
    const end = m.subscribe(() => seen.push(m.get().ingest.notice));
    try {
      await m.ready;
      ledger.db.exec('PRAGMA query_only = ON');
      writeTranscript(home.dir, '-p-0/new.jsonl', [usageLine({ id: vendorId('new'), session: 's-new', output: 9, at: systemClock.now() })]);
      await until(m, () => seen.some((notice) => notice?.includes('figures come from memory') ?? false));
      await until(m, () => m.get().combined.all === 10 && !m.get().ingest.reading);
      await until(m, () => m.get().ingest.notice === null && m.get().combined.all === 10);
    } finally {
      end();
      m.close();
    }
    ledger[Symbol.dispose]();
    expect((await home.soundLater()).count).toEqual(new NaiveCounter().see(home.dir).count());
  });
});

describe('REL-3 what is held back is said as what it is', () => {
  const sqlite = (errcode: number, message = 'text of SQLite') => Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
  const system = (code: string, path?: string) => Object.assign(new Error(`${code}: no`), { code, path });

  it.each([
    [system('EACCES', '/a/b.jsonl'), '/a/b.jsonl cannot be read (EACCES)'],
    [system('EIO'), 'A transcript cannot be read (EIO)'],
    [sqlite(8), 'The ledger cannot be written (text of SQLite)'],
    [sqlite(13), 'The ledger cannot be written (disk full)'],
    [sqlite(5), 'The ledger is held by another process'],
    [sqlite(11), 'The ledger is damaged (text of SQLite)'],
    [sqlite(7), 'The ledger cannot be used (text of SQLite)'],
    [new KnownError('no place', { cause: system('EROFS', '/s') }), 'The ledger cannot be written (EROFS: no)'],
    [new Error('odd'), 'Reading stopped (odd)'],
  ])('%s', (error, text) => expect(heldBackText(error, null)).toContain(text));

  it('HZ-6: a transcript that turns unreadable while it is followed is named, not taken for a ledger that cannot be written', async () => {
    using ledger = openAppLedger(home.app);
    const m = follow(ledger);
    try {
      await m.ready;
      const path = writeTranscript(home.dir, '-p-0/x.jsonl', [
        usageLine({ id: vendorId('x'), session: 's-x', output: 3, at: systemClock.now() }),
      ]);
      await until(m, () => m.get().combined.all === 4);
      if (process.getuid?.() === 0) return;
      chmodSync(path, 0);
      appendFileSync(join(path, '..', 's-0.jsonl'), '\n');
      await until(m, () => m.get().ingest.notice !== null);
      expect(m.get().ingest.notice).toContain('cannot be read (EACCES)');
    } finally {
      m.close();
    }
  });
});
