import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { requestOf } from '../usage/merge.ts';
import { isDamaged, isUnwritable, type Ledger, openLedger } from './open.ts';
import { salvage } from './salvage.ts';
import { aPart } from './testing.ts';

const T0 = Date.UTC(2026, 10, 10, 10);
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tm-damage-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const path = () => join(dir, 'ledger.db');
const open = (): Ledger => openLedger({ path: path(), table: builtinTable(), version: 'test', now: T0 });
const request = (n: number) =>
  requestOf(
    {
      ...{
        key: `msg_${String(n).padStart(20, '0')}`,
        weak: false,
        rank: 2,
        input: n,
        output: 1,
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        cacheRead: 0,
      },
      ...{ model: 'claude-sonnet-4-6', speed: null, geo: null, webSearches: null, iterations: null, logged: null, hasStopReason: true },
      ...{ at: T0 + n, sessionId: `s${n % 7}`, origin: null, branched: false, sidechain: false, flagged: 0 },
    },
    { sessionFromPath: 's', firstAt: T0, birth: T0, mtime: T0 },
    n,
  );
const count = (ledger: Ledger): number => Number(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n);

function fill(requests: number): void {
  using ledger = open();
  ledger.appender.append([aPart(Array.from({ length: requests }, (_, n) => request(n)))]);
  ledger.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

describe('REL-22: opening what is no ledger any more', () => {
  it('saves the rows around damaged pages, from both ends', () => {
    fill(2000);
    const bytes = readFileSync(path());
    const page = bytes.readUInt16BE(16);
    const middle = Math.floor(bytes.length / page / 2) * page;
    bytes.fill(0xff, middle, middle + 12 * page);
    const away = join(dir, 'away.db');
    writeFileSync(away, bytes);
    rmSync(path());
    using fresh = open();
    const saved = salvage(away, fresh.db);
    expect(saved).toBeGreaterThan(100);
    expect(saved).toBeLessThan(2000);
    expect(count(fresh)).toBe(saved);
    // Each is one of those that were written.
    const inputs = fresh.db.sql('SELECT key, input FROM event').all();
    expect(inputs.every(({ key, input }) => key === request(input as number).key)).toBe(true);
  });
  it('a file of another kind gives an empty ledger beside it', () => {
    writeFileSync(path(), 'no database at all, but longer than the header of one'.repeat(50));
    {
      using ledger = open();
      expect([ledger.mode, count(ledger)]).toEqual(['disk', 0]);
      expect(ledger.notice).toContain('damaged');
    }
    expect(readdirSync(dir)).toContain(`ledger.db.corrupt-${T0}`);
    using again = open();
    expect(again.notice).toBeNull();
  });
  it('every row whose form is not ours is left behind, the others are saved', () => {
    fill(5);
    {
      using ledger = open();
      ledger.db.exec(`UPDATE event SET input = 'many' WHERE key = '${request(3).key}'`);
    }
    const away = join(dir, 'away.db');
    renameSync(path(), away);
    using fresh = open();
    expect(salvage(away, fresh.db)).toBe(4);
    expect(salvage(join(dir, 'nothing.db'), fresh.db)).toBe(0);
  });
  it('a ledger of a newer program is named and left as it was, whether it says who wrote it or not', () => {
    fill(1);
    for (const change of ['PRAGMA user_version = 99', 'DROP TABLE meta']) {
      {
        using ledger = changing(change);
        void ledger;
      }
      const before = readFileSync(path());
      expect(open).toThrow(
        expect.objectContaining({
          exitCode: 78,
          message: expect.stringMatching(change.startsWith('DROP') ? /newer version/ : /Tidemark test/),
        }),
      );
      expect(readFileSync(path())).toEqual(before);
    }
  });
});

/** A connection of no program of ours, closed by the caller. */
function changing(sql: string): Disposable {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db = new DatabaseSync(path());
  db.exec(sql);
  return { [Symbol.dispose]: () => db.close() };
}

describe('REL-7: where nothing can be written', () => {
  it('figures come from memory, with the reason', () => {
    mkdirSync(path());
    using ledger = open();
    expect(ledger.mode).toBe('memory');
    expect(ledger.notice).toMatch(/cannot be written \(.+\): figures come from memory/);
    ledger.appender.append([aPart([request(1)])]);
    expect(count(ledger)).toBe(1);
  });
  it('a path through a file is no directory', () => {
    writeFileSync(join(dir, 'file'), '');
    using ledger = openLedger({ path: join(dir, 'file', 'ledger.db'), table: builtinTable(), version: 'test', now: T0 });
    expect(ledger.mode).toBe('memory');
    expect(existsSync(join(dir, 'file', 'ledger.db'))).toBe(false);
    chmodSync(dir, 0o700);
  });
});

it('REL-22: tells damage from other errors, and a full or closed disk from both', () => {
  const sqlite = (errcode: number, message = 'x') => Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
  const damaged = [sqlite(11), sqlite(26), sqlite(1, 'no such table: event'), sqlite(1, 'table event has 3 columns but 4 values')];
  expect(damaged.map(isDamaged)).toEqual([true, true, true, true]);
  expect([sqlite(1, 'near "SELCT": syntax error'), sqlite(5), new Error('no such table: x')].map(isDamaged)).toEqual([false, false, false]);
  const unwritable = [sqlite(8), sqlite(13), sqlite(14), sqlite(10), Object.assign(new Error('x'), { code: 'EROFS' })];
  expect(unwritable.map(isUnwritable)).toEqual([true, true, true, true, true]);
  expect([sqlite(11), new Error('x'), null].map(isUnwritable)).toEqual([false, false, false]);
});
