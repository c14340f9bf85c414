import { describe, expect, test } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { openDatabase } from './driver.ts';
import { inMemory } from './open.ts';
import { isSound, restoreTables } from './salvage.ts';
import { wholeRow } from './salvage-shape.ts';
import { isUnsettled, lineOf, settleSalvage } from './settle.ts';
import { damageBehind } from './sound.ts';
import { checkSchema } from './stored-schema.ts';

const ledger = () => inMemory({ path: ':memory:', table: builtinTable(), version: 'test', now: 0 }, '');
const COLUMNS =
  'key, at, session, model, rank, flags, input, output, write5m, write1h, read, speed, geo, web, logged, calc, iterations, ord_sum, ord_output, ord_at, ord_pos, orders, own_first, own_birth';
const event = (key: string, over = ''): string =>
  `INSERT INTO event (${COLUMNS}) VALUES ('${key}', 5000, 1, 1, 2, 0, 1, 2, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 3, 2, 5000, ${over || 70}, NULL, 5000, 4000)`;
const KEY = 'msg_01AAAAAAAAAAAAAAAAAAAAAB';

function withEvents(...sql: string[]) {
  const l = ledger();
  l.db.exec("INSERT INTO model VALUES (1, 'm'); INSERT INTO session (id, sid, folder, facts) VALUES (1, 's', '', '{}')");
  for (const one of sql) l.db.exec(one);
  return l;
}
const keys = (l: ReturnType<typeof ledger>): unknown[] =>
  l.db
    .sql('SELECT key FROM event ORDER BY key')
    .all()
    .map((row) => row.key);

describe('REL-22 rows of a damaged ledger', () => {
  test('are whole only with the values this program writes, whatever their columns are called now', () => {
    using l = withEvents(event(KEY));
    const row = l.db.sql('SELECT * FROM event').get()!;
    expect(wholeRow('event', row)).toMatchObject({ key: KEY, own_birth: 4000 });
    expect(wholeRow('event', row)).not.toHaveProperty('id');
    const renamed = Object.fromEntries(Object.entries(row).map(([name, value]) => [name === 'input' ? 'ijput' : name, value]));
    expect(wholeRow('event', renamed)).toMatchObject({ key: KEY, input: 1 });
    for (const [name, value] of [
      ['key', 'msg_short'],
      ['key', 'lsg_01AAAAAAAAAAAAAAAAAAAAAB'],
      ['key', `${KEY}\ufffd`],
      ['key', 7],
      ['at', 'text'],
      ['rank', 3],
      ['output', -1],
      ['output', 2e9],
      ['own_first', 'x'],
      ['orders', '[1'],
    ] as const)
      expect(wholeRow('event', { ...row, [name]: value }), `${name} ${value}`).toBeNull();
    expect(wholeRow('nothing', row)).toBeNull();
  });

  test('keep what no transcript knows any more', () => {
    using l = withEvents(event(KEY), event('u:a'), event(`g:x::1:0:0`, '71'), "INSERT INTO prompt VALUES ('p', 5000, 1, 0, NULL, 4000)");
    restoreTables(l.db);
    expect(isUnsettled(l.db)).toBe(true);
    settleSalvage(l, []);
    expect(isUnsettled(l.db)).toBe(false);
    expect(keys(l)).toEqual(['g:x::1:0:0', KEY, 'u:a']);
    expect(l.db.sql('SELECT count(*) AS n FROM prompt').get()?.n).toBe(1);
    expect(l.db.sql('SELECT sum(requests) AS n FROM rollup').get()?.n).toBe(3);
  });

  test('stand where their line stands, not where their counters say', () => {
    using l = withEvents(event(KEY));
    const row = l.db.sql('SELECT * FROM event').get()!;
    expect(lineOf({ ...row, output: 9 })).toBe(lineOf(row));
    expect(lineOf({ ...row, ord_pos: 71 })).not.toBe(lineOf(row));
  });
});

describe('REL-22 what is damage', () => {
  test('an error in a sound ledger is none; in one whose schema is not ours it is', () => {
    using l = ledger();
    expect(isSound(l.db)).toBe(true);
    expect(damageBehind(new TypeError('undefined'), l.db)).toBeNull();
    expect(() => checkSchema(l.db)).not.toThrow();
    l.db.exec('ALTER TABLE event RENAME COLUMN read TO raed');
    expect(() => checkSchema(l.db)).toThrow('schema');
    expect(damageBehind(new TypeError('undefined'), l.db)).toMatchObject({ errcode: 11 });
    expect(damageBehind(Object.assign(new Error('no'), { code: 'EACCES' }), l.db)).toBeNull();
  });

  test('a first reading without its index of keys is none', () => {
    using l = ledger();
    l.db.exec('DROP INDEX event_key');
    expect(() => checkSchema(l.db)).not.toThrow();
  });

  test('an empty file is', () => {
    const db = openDatabase(':memory:');
    expect(() => checkSchema(db)).toThrow('schema');
    db.close();
  });
});
