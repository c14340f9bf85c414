import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { type RequestState, requestOf } from '../usage/merge.ts';
import type { FilePart } from './file-part.ts';
import { type Ledger, openLedger } from './open.ts';
import { pack, unpack } from './pack.ts';
import { aPart } from './testing.ts';

const T0 = Date.UTC(2026, 9, 5, 8);
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-first-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (): Ledger => openLedger({ path: join(dir, 'ledger.db'), table: builtinTable(), version: 'test', now: T0 });
const hasIndex = (ledger: Ledger): boolean => ledger.db.sql("SELECT 1 FROM sqlite_master WHERE name = 'event_key'").get() !== undefined;
const outputs = (ledger: Ledger): unknown =>
  ledger.db
    .sql('SELECT key, output FROM event ORDER BY key')
    .all()
    .map((row) => [row.key, row.output]);

const request = (key: string, output: number, over: Partial<RequestState> = {}): RequestState => ({
  ...requestOf(
    {
      key,
      weak: false,
      rank: 2,
      input: 5,
      output,
      cacheWrite5m: 1,
      cacheWrite1h: 2,
      cacheRead: 3,
      model: 'claude-opus-4-5',
      speed: null,
      geo: 'us',
      webSearches: null,
      iterations: null,
      logged: null,
      hasStopReason: true,
      at: T0,
      sessionId: 's1',
      origin: null,
      branched: false,
      sidechain: false,
      flagged: 0,
    },
    { sessionFromPath: 's1', firstAt: T0, birth: T0, mtime: T0 },
    output,
  ),
  ...over,
});

const part = (...requests: RequestState[]): FilePart => aPart(requests);

test('a first reading merges repeats without the index of keys, and makes it at the end', () => {
  using ledger = open();
  ledger.appender.beginFirst();
  expect(hasIndex(ledger)).toBe(false);
  ledger.appender.append([part(request('a', 1), request('b', 2)), part(request('a', 9))]);
  ledger.appender.append([part(request('b', 3), request('c', 4))]);
  ledger.appender.endFirst();
  expect(hasIndex(ledger)).toBe(true);
  ledger.appender.append([part(request('c', 8), request('d', 1))]);
  expect(outputs(ledger)).toEqual([
    ['a', 9],
    ['b', 3],
    ['c', 8],
    ['d', 1],
  ]);
});

test('a ledger with requests is never read as a first one', () => {
  using ledger = open();
  ledger.appender.append([part(request('a', 1))]);
  ledger.appender.beginFirst();
  expect(hasIndex(ledger)).toBe(true);
});

test('REL-1: after a kill in the middle of a first reading the next opening makes the index, and nothing counts twice', () => {
  const killed = open();
  killed.appender.beginFirst();
  killed.appender.append([part(request('a', 1), request('b', 2))]);
  killed.db.close();
  using ledger = open();
  expect(hasIndex(ledger)).toBe(true);
  ledger.appender.append([part(request('a', 5), request('c', 1))]);
  expect(outputs(ledger)).toEqual([
    ['a', 5],
    ['b', 2],
    ['c', 1],
  ]);
});

test('another process that writes during a first reading ends its special ways; both stay exact', () => {
  using first = open();
  first.appender.beginFirst();
  first.appender.append([part(request('a', 1), request('b', 2))]);
  using other = open();
  other.appender.append([part(request('b', 7), request('c', 1))]);
  first.appender.append([part(request('c', 6), request('a', 3), request('d', 1))]);
  first.appender.endFirst();
  expect(outputs(other)).toEqual([
    ['a', 3],
    ['b', 7],
    ['c', 6],
    ['d', 1],
  ]);
  expect(hasIndex(first)).toBe(true);
});

test('a process that opened the ledger before the first reading began makes the index before it writes', () => {
  using other = open();
  using first = open();
  first.appender.beginFirst();
  first.appender.append([part(request('a', 1))]);
  other.appender.append([part(request('a', 4), request('b', 1))]);
  first.appender.append([part(request('b', 5))]);
  expect(outputs(first)).toEqual([
    ['a', 4],
    ['b', 5],
  ]);
});

test('what passes between threads is what was read', () => {
  const requests = [
    request('a', 1),
    request('b', 2, { model: null, speed: 'fast', geo: null, webSearches: 0, logged: 0, iterations: [], atIsGuess: true, weak: true }),
    request('c', 3, {
      iterations: [{ model: null, input: 1, output: 2, cacheWrite5m: 3, cacheWrite1h: 4, cacheRead: 5 }],
      orders: { model: [1, 2, 3, 4] },
      owner: { sessionId: 's2', named: true, fileFirstAt: Number.POSITIVE_INFINITY, fileBirth: 7 },
      rank: 0,
      hasStopReason: false,
      logged: 12_345,
    }),
  ];
  const whole = part(...requests);
  expect(unpack(structuredClone(pack(whole)))).toEqual(whole);
});
