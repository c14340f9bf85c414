import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, hasSafeWal, isBusy, openDatabase, sqliteCode, sqliteVersion } from './driver.ts';

let dir = '';
let db: Database;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tm-driver-'));
  db = openDatabase(join(dir, 'x.db'));
  db.exec('CREATE TABLE t (a INTEGER, b TEXT)');
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true, force: true });
});
const count = () => db.sql('SELECT count(*) AS n FROM t').get()?.n;

describe('HZ-23: integers beyond what a number holds exactly', () => {
  const big = 'SELECT 9223372036854775807 AS a, 7 AS b';
  it('are read as the nearest number, alone, in rows and as arrays; the rest of the row is as it was', () => {
    expect(db.sql(big).get()).toEqual({ a: 2 ** 63, b: 7 });
    expect(db.sql(big).all()).toEqual([{ a: 2 ** 63, b: 7 }]);
    expect(db.sql(`${big}, 'x' AS c`).arrays()).toEqual([[2 ** 63, 7, 'x']]);
  });
  it('leave the statement as it was: the next row has plain numbers again', () => {
    const statement = db.sql('SELECT ? + 0 AS a');
    expect(db.sql(big).get()?.a).toBe(2 ** 63);
    expect(statement.get(5)).toEqual({ a: 5 });
    const same = db.sql('SELECT CASE WHEN ? THEN 9223372036854775807 ELSE 1 END AS a');
    expect([same.get(1)?.a, same.get(0)?.a]).toEqual([2 ** 63, 1]);
  });
  it('other errors are not swallowed', () => {
    expect(() => db.sql("SELECT json('{') AS a").get()).toThrow();
    expect(() => db.sql("SELECT json('{') AS a").arrays()).toThrow();
  });
});

describe('transactions', () => {
  it('REL-1: an error takes everything back, also where the work ended the transaction itself', () => {
    const failing = (more: string) => () =>
      db.write(() => {
        db.sql('INSERT INTO t VALUES (1, ?)').run('x');
        if (more !== '') db.exec(more);
        throw new Error('no');
      });
    expect(failing('')).toThrow('no');
    expect(failing('ROLLBACK')).toThrow('no');
    expect(count()).toBe(0);
    expect(db.write(() => db.sql('INSERT INTO t VALUES (1, NULL)').run())).toBe(1);
    expect(count()).toBe(1);
  });
  it('reads inside a write, and inside each other, are one state', () => {
    expect(db.write(() => db.read(count))).toBe(0);
    expect(db.read(() => db.read(count))).toBe(0);
    expect(() =>
      db.read(() => {
        db.exec('COMMIT');
        throw new Error('gone');
      }),
    ).toThrow('gone');
    expect(db.write(() => 5)).toBe(5);
  });
});

describe('REL-20: the library and its errors', () => {
  it('has the version that is safe with several writers', () => {
    expect(hasSafeWal(sqliteVersion(db))).toBe(true);
    const versions = [[3, 51, 3], [3, 51, 2], [3, 52], [3, 50, 9], [4], [2, 99], []].map((version) => hasSafeWal(version));
    expect(versions).toEqual([true, false, true, false, true, false, false]);
  });
  it('tells SQLite’s codes, extended ones by their kind, and nobody else’s', () => {
    const error = (errcode: unknown, code = 'ERR_SQLITE_ERROR') => Object.assign(new Error('x'), { code, errcode });
    expect([
      sqliteCode(error(5)),
      sqliteCode(error(5 | (2 << 8))),
      sqliteCode(error('5')),
      sqliteCode(error(5, 'EIO')),
      sqliteCode(null),
    ]).toEqual([5, 5, null, null, null]);
    expect([isBusy(error(5)), isBusy(error(11))]).toEqual([true, false]);
  });
});
