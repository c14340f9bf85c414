import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtinTable } from '../../pricing/table.ts';
import { zoneSegments } from '../../usage/calendar.ts';
import type { RequestState } from '../../usage/merge.ts';
import { forgetUsage } from '../forget.ts';
import { inMemory, type Ledger } from '../open.ts';
import { aPart } from '../testing.ts';
import { dayColumn, EVERYTHING, groupCells, groupOf, sessionsByGroup } from './cells.ts';
import { checkKeptDays, dayGroups } from './day-memo.ts';

/** October 2023 to March 2024, with the changes of the clocks of all zones below. */
const FROM = Date.UTC(2023, 9, 1);
const SPAN = 180 * 86_400_000;
/** Beirut goes back over midnight: a later cell there has an earlier day. */
const ZONES = ['UTC', 'Asia/Beirut', 'Australia/Lord_Howe', 'America/New_York', 'Asia/Kathmandu'] as const;

let keys = 0;
const request = (at: number, session: number, key: string): RequestState => ({
  key,
  weak: false,
  rank: 2,
  input: 1 + (at % 97),
  output: 3,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: at % 11,
  at,
  atIsGuess: false,
  hasStopReason: true,
  model: session % 2 ? 'claude-opus-4-5' : 'claude-haiku-4-5',
  speed: null,
  geo: null,
  webSearches: null,
  iterations: null,
  logged: null,
  order: [3, 4 + (at % 97) + (at % 11), at, 0],
  orders: null,
  owner: { sessionId: `s${session}`, named: false, fileFirstAt: FROM, fileBirth: FROM },
});
const byText = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

function expectTrue(ledger: Ledger, zone: string): void {
  const segments = zoneSegments(zone, FROM, FROM + SPAN);
  const day = dayColumn(segments);
  const memo = dayGroups(ledger, segments);
  expect(byText(memo.values.map((values) => groupOf(values, 1, 'auto')))).toEqual(byText(groupCells(ledger, [day], EVERYTHING, 'auto')));
  expect(byText(memo.sessions)).toEqual(byText(sessionsByGroup(ledger, day, EVERYTHING)));
}

const history = (ledger: Ledger, count: number): void => {
  const all = Array.from({ length: count }, (_, i) => request(FROM + Math.floor((i * SPAN) / count) + (i % 7) * 61_000, i % 3, `k${i}`));
  ledger.appender.append([aPart(all)]);
};

const change = fc.record({
  at: fc.integer({ min: FROM, max: FROM + SPAN - 1 }),
  session: fc.integer({ min: 0, max: 4 }),
  known: fc.boolean(),
  zone: fc.constantFrom(...ZONES),
  act: fc.constantFrom('add', 'add', 'add', 'grow', 'forget', 'recount'),
});

test('kept days equal fresh sums after any changes, in every zone, also where clocks go back over midnight', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
      using ledger = inMemory({ path: ':memory:', table: builtinTable(), version: 'test', now: FROM }, '');
      history(ledger, 700);
      for (const zone of ZONES) expectTrue(ledger, zone);
      for (const { at, session, zone, act } of changes) {
        if (act === 'forget') forgetUsage(ledger, `s${session}`, at);
        else if (act === 'recount') ledger.appender.recountAll();
        else if (act === 'grow') ledger.appender.append([aPart([{ ...request(at, session, 'k5'), output: 90, order: [90, 200, at, 0] }])]);
        else ledger.appender.append([aPart([request(at, session, `n${keys++}`)])]);
        expectTrue(ledger, zone);
      }
      for (const zone of ZONES) expectTrue(ledger, zone);
    }),
    { numRuns: 25 },
  );
});

test('a report over a long history keeps its finished days, and a change in the past shortens what is kept', () => {
  using ledger = inMemory({ path: ':memory:', table: builtinTable(), version: 'test', now: FROM }, '');
  history(ledger, 700);
  expectTrue(ledger, 'UTC');
  const until = () => ledger.db.sql('SELECT until_cell AS n FROM memo').get()?.n;
  const kept = until();
  expect(kept).toBeGreaterThan(FROM / 300_000);
  ledger.appender.append([aPart([request(FROM + SPAN / 2, 1, 'late')])]);
  expect(until()).toBe(Math.floor((FROM + SPAN / 2) / 300_000));
  expectTrue(ledger, 'UTC');
});

const faults = (ledger: Ledger): string[] => {
  const found: string[] = [];
  checkKeptDays(ledger, (form, message) => found.push(`${form}: ${message}`));
  return found;
};

test('REL-15: kept days are compared with fresh sums, in every zone', () => {
  using ledger = inMemory({ path: ':memory:', table: builtinTable(), version: 'test', now: FROM }, '');
  history(ledger, 700);
  for (const zone of ZONES) expectTrue(ledger, zone);
  expect(checkKeptDays(ledger, () => {})).toBe(ZONES.length);
  expect(faults(ledger)).toEqual([]);
  ledger.appender.append([aPart([request(FROM + SPAN / 2, 1, 'late')])]);
  expect(faults(ledger)).toEqual([]);
});

test.each([
  ['UPDATE rollup SET output = output + 1 WHERE cell = (SELECT min(cell) FROM rollup)', 'the sums of days kept'],
  [`UPDATE memo SET value = json_replace(value, '$.values[0][4]', 7777777)`, 'the sums of days kept'],
  [`UPDATE memo SET value = json_replace(value, '$.sessions[0][1]', 99)`, 'the sessions of days kept'],
  [`UPDATE memo SET until_cell = until_cell + 1, value = '{}'`, 'cannot be read'],
  [`UPDATE memo SET name = '(SELECT 1)'`, 'no form of day'],
] as const)('REL-15: finds `%s`', (sql, message) => {
  using ledger = inMemory({ path: ':memory:', table: builtinTable(), version: 'test', now: FROM }, '');
  history(ledger, 700);
  expectTrue(ledger, 'America/New_York');
  ledger.db.exec(sql);
  expect(faults(ledger)).toEqual([expect.stringContaining(message)]);
});
