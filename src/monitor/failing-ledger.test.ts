import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ingest } from '../ledger/ingest.ts';
import type { Ledger } from '../ledger/open.ts';
import type { RecoverableLedger } from './monitor.ts';
import { FollowedHome, until } from './testing-home.ts';
import { responseLine } from './testing-lines.ts';

/* A ledger that cannot be asked for a moment: the last figures stand, with the reason, and are those of now again as soon as it can. */

const MINUTE = 60_000;
const NOON = Date.parse('2026-11-20T12:00:00Z');
let home: FollowedHome;

beforeEach(() => {
  home = new FollowedHome(NOON).makeFolders();
});
afterEach(() => home.remove());

/** The home's ledger; `before` is told each statement, and that all requests are about to be read. */
function spied(before: (what: string) => void, more: Pick<RecoverableLedger, 'recover'> = {}): Ledger {
  const { db } = home.ledger;
  const tell = (what: string): void => before(what);
  const spy = Object.create(db, {
    read: {
      value: <T>(work: () => T): T => {
        tell('all');
        return db.read(work);
      },
    },
    sql: {
      value: (text: string) => {
        tell(text);
        return db.sql(text);
      },
    },
  }) as Ledger['db'];
  return Object.assign(Object.create(home.ledger, { db: { value: spy } }), more) as Ledger;
}
const write = (ageMs: number, input: number) => appendFileSync(home.fileOf('s1'), responseLine({ at: NOON - ageMs, input, output: 0 }));

describe('a ledger that cannot be asked for a moment', () => {
  test.each([
    ['an error of SQLite', { code: 'ERR_SQLITE_ERROR', errcode: 10 }],
    ['an error of the disk', { code: 'EIO' }],
  ])('%s while a picture is made: the last one stands, with the reason', async (_, how) => {
    write(50 * MINUTE, 100);
    write(MINUTE, 3);
    let fails = false;
    const ledger = spied((what) => {
      if (fails && what === 'all') throw Object.assign(new Error('disk I/O error'), how);
    });
    const m = home.start({ ledger, refreshInterval: 20 });
    await m.ready;
    expect(m.get()).toMatchObject({ takenAt: NOON, combined: { tokens: { input: 103 } }, ingest: { notice: null } });
    fails = true;
    // Back behind what is known singly: all is read anew.
    home.now = NOON - 40 * MINUTE;
    const standing = await until(m, ({ ingest }) => ingest.notice !== null);
    expect(standing).toMatchObject({ takenAt: NOON, combined: { tokens: { input: 103 } } });
    fails = false;
    const again = await until(m, ({ ingest }) => ingest.notice === null);
    expect(again).toMatchObject({ takenAt: home.now, combined: { tokens: { input: 103 } } });
  });

  test('what could not be taken in is taken in at the next look, though nobody has written since', async () => {
    write(50 * MINUTE, 100);
    let fails = false;
    const ledger = spied((what) => {
      if (fails && what === 'all') throw new Error('disk I/O error');
    });
    const m = home.start({ ledger, refreshInterval: 20 });
    await m.ready;
    expect(m.get().combined.tokens.input).toBe(100);
    fails = true;
    write(49 * MINUTE, 3);
    const standing = await until(m, ({ ingest }) => ingest.notice !== null);
    expect(standing.combined.tokens.input).toBe(100);
    fails = false;
    await until(m, ({ combined, ingest }) => combined.tokens.input === 103 && ingest.notice === null);
  });

  test('REL-22: a sound ledger in the place of a damaged one is read before a picture is made of it', async () => {
    write(50 * MINUTE, 100);
    write(MINUTE, 3);
    let fails = false;
    const ledger = spied(
      (what) => {
        if (fails && what === 'all') throw Object.assign(new Error('malformed'), { code: 'ERR_SQLITE_ERROR', errcode: 11 });
      },
      { recover: () => home.open() },
    );
    const m = home.start({ ledger });
    await m.ready;
    expect(m.get().combined.tokens.input).toBe(103);
    fails = true;
    home.now = NOON - 40 * MINUTE;
    m.lookAgain();
    const seen: number[] = [];
    m.subscribe(() => seen.push(m.get().combined.tokens.input));
    await until(m, ({ takenAt }) => takenAt === home.now);
    expect(new Set(seen)).toEqual(new Set([103]));
  });

  test('REL-1: what another process writes just as everything was taken in shows at the next look', async () => {
    write(MINUTE, 100);
    await ingest(home.ledger, { claudeDirs: [home.claude], workers: 0, now: NOON });
    const other = home.open();
    const add = (input: number): void => {
      write(MINUTE, input);
      other.db.exec(`UPDATE event SET input = input + ${input}; UPDATE rollup SET input = input + ${input}`);
    };
    let isArmed = false;
    let isTaken = false;
    const ledger = spied((what) => {
      // The sums of sessions are the last that is asked for.
      if (what.includes('FROM rollup') && what.includes('session IN')) isTaken = isArmed;
      else if (isTaken && what === 'PRAGMA data_version') {
        [isArmed, isTaken] = [false, false];
        add(7);
      }
    });
    const m = home.start({ ledger, refreshInterval: 20, claudeDirs: [] });
    await m.ready;
    await until(m, ({ combined }) => combined.tokens.input === 100);
    isArmed = true;
    add(3);
    await until(m, ({ combined }) => combined.tokens.input === 110);
    expect(isArmed).toBe(false);
  });
});
