import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { findSession, lastUses } from './find-session.ts';
import { forgetUsage, isForgotten, unforget } from './forget.ts';
import { ingest } from './ingest.ts';
import { checkedName, checkedTag, clearLabel, labelOf, setName, setNote, setTags } from './labels.ts';
import { type Ledger, openLedger } from './open.ts';
import { loadDirectory } from './queries/directory.ts';

const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const B = 'bbbbbbbb-0000-4000-8000-000000000002';
const C = 'cccccccc-0000-4000-8000-000000000003';
let dir: string;
let ledger: Ledger;
const HOME = ['fixtures/homes/two-projects/.claude'];
const read = () => ingest(ledger, { claudeDirs: HOME, workers: 0, now: 1 });
const count = (table: string) => ledger.db.sql(`SELECT count(*) AS n FROM ${table}`).get()?.n as number;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-labels-'));
  ledger = openLedger({ path: join(dir, 'x.db'), table: builtinTable(), version: '0', now: 1 });
  await read();
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

describe('labels', () => {
  test('UR-61 a name is trimmed, unique regardless of case, and can be cleared', () => {
    expect(setName(ledger, A, '  Übung ', 5)).toMatchObject({ name: 'Übung', createdAt: 5, updatedAt: 5 });
    expect(() => setName(ledger, B, 'übung', 6)).toThrow(A);
    expect(setName(ledger, A, 'ÜBUNG', 7)).toMatchObject({ createdAt: 5, updatedAt: 7 });
    expect(setName(ledger, A, null, 8)).toBeNull();
    expect(setName(ledger, B, 'übung', 9)?.name).toBe('übung');
  });

  test('UR-61 what is no name', () => {
    for (const wrong of ['', '  ', 'a\u0007b', 'a\nb', 'x'.repeat(65), A, 'aaaaaaaa', '-', '@last', 'a\u202eb'])
      expect(() => checkedName(wrong)).toThrow();
    expect(checkedName('👩‍👩‍👧'.repeat(64))).toHaveLength(64 * 8);
  });

  test('UR-62 tags are added, removed, checked and at most 20', () => {
    expect(setTags(ledger, A, ['b', 'a'], [], 1)?.tags).toEqual(['a', 'b']);
    expect(setTags(ledger, A, ['c'], ['a'], 2)?.tags).toEqual(['b', 'c']);
    expect(() =>
      setTags(
        ledger,
        A,
        Array.from({ length: 19 }, (_, i) => `t${i}`),
        [],
        3,
      ),
    ).toThrow('20');
    expect(labelOf(ledger, A)?.tags).toEqual(['b', 'c']);
    for (const wrong of ['', 'Big', 'a b', 'x'.repeat(33)]) expect(() => checkedTag(wrong)).toThrow();
  });

  test('UR-62, UR-67 a note has lines and a limit; clearing a label removes all', () => {
    expect(setNote(ledger, A, ' one\r\ntwo ', 1)?.note).toBe('one\ntwo');
    expect(() => setNote(ledger, A, 'x'.repeat(2001), 1)).toThrow('2000');
    expect(clearLabel(ledger, A)).toBe(true);
    expect(clearLabel(ledger, A)).toBe(false);
    expect(labelOf(ledger, A)).toBeNull();
  });
});

describe('UR-60 look-up', () => {
  const find = (which: string, current?: string) =>
    findSession(loadDirectory(ledger), which, { lastUse: lastUses(ledger), current }).sessionId;

  test('id, name, prefix of an id from 4, prefix of a name', () => {
    setName(ledger, C, 'Alpha', 1);
    setName(ledger, B, 'alpine', 1);
    const table: [string, string][] = [
      [A, A],
      [A.toUpperCase(), A],
      ['alpha', C],
      ['ALPINE', B],
      ['aaaa', A],
      ['bbbbbbbb-0', B],
      ['alph', C],
      ['alpi', B],
    ];
    for (const [which, sid] of table) expect(find(which), which).toBe(sid);
    expect(() => find('al')).toThrow(/2 sessions:[\s\S]*Alpha[\s\S]*last use/);
    expect(() => find('aaa')).toThrow('no session');
  });

  test('an exact name wins over the beginning of an id', () => {
    setName(ledger, B, 'aaaa', 1);
    expect(find('aaaa')).toBe(B);
  });

  test('@last, - and what is near', () => {
    expect(find('-', A)).toBe(A);
    expect(() => find('-')).toThrow('CLAUDE_CODE_SESSION_ID');
    expect(() => find('-', 'aaaa')).toThrow('no session');
    const newest = ledger.db
      .sql('SELECT sid FROM rollup JOIN session ON session.id = rollup.session ORDER BY last_at DESC LIMIT 1')
      .get()?.sid;
    expect(find('@last')).toBe(newest);
    setName(ledger, B, 'refactor', 1);
    try {
      find('refcator');
      expect.unreachable();
    } catch (error) {
      expect((error as { hint?: string }).hint).toContain('refactor');
    }
  });
});

describe('UR-67 forget', () => {
  /** By the client's id: a session that is read again has another row. */
  const sums = () =>
    ledger.db
      .sql(
        'SELECT sid, cell, model, flags, requests, input, output, read, calc, prompts FROM rollup JOIN session ON session.id = rollup.session ORDER BY 1, 2, 3, 4',
      )
      .all();

  test('its figures leave, no re-read brings them back, undo does', async () => {
    const before = { event: count('event'), rollup: sums() };
    expect(forgetUsage(ledger, A, 1)).toMatchObject({ requests: 2 });
    expect(count('event')).toBe(before.event - 2);
    ledger.db.exec('DELETE FROM file');
    await read();
    expect(count('event')).toBe(before.event - 2);
    expect(isForgotten(ledger, A)).toBe(true);
    expect(unforget(ledger, A, HOME)).toBe(true);
    await read();
    expect(sums()).toEqual(before.rollup);
  });

  test('undo refuses when the transcript is gone', () => {
    forgetUsage(ledger, A, 1);
    expect(unforget(ledger, A, [dir])).toBe(false);
    expect(isForgotten(ledger, A)).toBe(true);
  });
});
