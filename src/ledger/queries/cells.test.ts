import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtinTable } from '../../pricing/table.ts';
import { zoneSegments } from '../../usage/calendar.ts';
import { requestOf } from '../../usage/merge.ts';
import { emptySum } from '../../usage/sum.ts';
import { type Ledger, openLedger } from '../open.ts';
import { CELL_FLAGS as C, CELL_MS, PROMPT_CELL } from '../schema.ts';
import { aPart } from '../testing.ts';
import { type CellGroup, costIn, dayColumn, distinctSessionsOf, EVERYTHING, groupCells, groupOf, RowBuilder } from './cells.ts';
import { dayGroups } from './day-memo.ts';
import { loadDirectory } from './directory.ts';
import { modelRows, periodRows, projectRows, type ReportContext, sessionRows, totals } from './reports.ts';

const DAY = 86_400_000;
const T0 = Date.UTC(2026, 0, 1, 12);
let dir = '';
let ledger: Ledger;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tm-cells-'));
  ledger = openLedger({ path: join(dir, 'ledger.db'), table: builtinTable(), version: 'test', now: T0 });
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

function put(
  requests: readonly { readonly at: number; readonly session?: string; readonly model?: string; readonly sidechain?: boolean }[],
): void {
  const states = requests.map(({ at, session = 's', model = 'claude-sonnet-4-6', sidechain = false }, n) =>
    requestOf(
      {
        ...{
          key: `msg_${String(n).padStart(20, '0')}`,
          weak: false,
          rank: sidechain ? 1 : 2,
          input: 1,
          output: 0,
          cacheWrite5m: 0,
          cacheWrite1h: 0,
          cacheRead: 0,
        },
        ...{ model, speed: null, geo: null, webSearches: null, iterations: null, logged: null, hasStopReason: true },
        ...{ at, sessionId: session, origin: null, branched: false, sidechain, flagged: 0 },
      },
      { sessionFromPath: 's', firstAt: T0, birth: T0, mtime: T0 },
      n,
    ),
  );
  ledger.appender.append([aPart(states)]);
}
const inputs = (filter: Partial<typeof EVERYTHING>) =>
  groupCells(ledger, [], { ...EVERYTHING, ...filter }, 'auto').reduce((sum, group) => sum + group.sum.input, 0);
const idOf = (session: string): number => ledger.db.sql('SELECT id FROM session WHERE sid = ?').get(session)?.id as number;

describe('what a filter takes of the cells', () => {
  beforeEach(() =>
    put([{ at: T0 }, { at: T0 + DAY }, { at: T0 + 2 * DAY, session: 'b' }, { at: T0 + 2 * DAY, session: 'b', sidechain: true }]),
  );
  it('UR-20, UR-22: spans are half-open, sessions, models and agents are taken or left', () => {
    expect([inputs({}), inputs({ from: T0 + DAY }), inputs({ to: T0 + DAY }), inputs({ from: T0, to: T0 + 1 })]).toEqual([4, 3, 1, 1]);
    expect([inputs({ sessions: [idOf('b')] }), inputs({ sessions: [] }), inputs({ models: [] })]).toEqual([2, 0, 0]);
    expect([inputs({ subagents: 'only' }), inputs({ subagents: 'exclude' })]).toEqual([1, 3]);
  });
  it('AP-5: parts of sessions that another account had are left out, with a bound or without', () => {
    const without = (from: number | null, to: number | null) => inputs({ without: [{ session: idOf('s'), from, to }] });
    expect([without(null, null), without(null, T0 + DAY), without(T0 + DAY, null), without(T0, T0 + 2 * DAY)]).toEqual([2, 3, 3, 2]);
  });
});

it('D-17: what a part costs in each mode', () => {
  const kinds = [0, C.calculated, C.calculated | C.loggedPositive, C.calculated | C.loggedZero, C.loggedPositive];
  expect(kinds.map((flags) => costIn('calculate', flags, 5, 7))).toEqual([null, 5, 5, 5, null]);
  expect(kinds.map((flags) => costIn('auto', flags, 5, 7))).toEqual([null, 5, 7, 5, 7]);
  expect(kinds.map((flags) => costIn('display', flags, 5, 7))).toEqual([null, null, 7, 7, 7]);
});

it('D-27: the day of a cell, in a zone with and without changes of its clocks', () => {
  const dayOf = (zone: string, at: number): unknown =>
    ledger.db
      .sql(`SELECT ${dayColumn(zoneSegments(zone, T0, T0 + 365 * DAY))} AS day FROM (SELECT ${Math.floor(at / CELL_MS)} AS cell)`)
      .get()?.day;
  const march = Date.UTC(2026, 2, 29, 22, 30);
  expect([dayOf('UTC', march), dayOf('Europe/Berlin', march), dayOf('Europe/Berlin', march - DAY)]).toEqual([20_541, 20_542, 20_540]);
});

it('UR-7: models of a row by first use, then by name, fast before standard', () => {
  const group = (model: number, flags: number, firstAt: number): CellGroup => ({
    ...{ group: [], model, flags, sum: { ...emptySum(), requests: 1 }, prompts: 0, loggedEvents: 0, firstAt, lastAt: firstAt },
  });
  const orderOf = (...groups: readonly (readonly [number, string])[]) => {
    const builder = new RowBuilder();
    for (const [flags, name] of groups) builder.add(group(1, flags, name === 'first' ? 1 : 5), name);
    return builder.build().models.map(({ model, speed }) => `${model} ${speed}`);
  };
  const want = ['first standard', 'a standard', 'b standard', 'b fast'];
  expect(orderOf([0, 'b'], [C.fast, 'b'], [0, 'a'], [0, 'first'])).toEqual(want);
  expect(orderOf([C.fast, 'b'], [0, 'first'], [0, 'a'], [0, 'b'])).toEqual(want);
  expect(orderOf([PROMPT_CELL, 'x'])).toEqual([]);
});

describe('reports at their edges', () => {
  const context = (more: Partial<ReportContext> = {}): ReportContext => ({
    ...{ ledger, directory: loadDirectory(ledger), filter: EVERYTHING, mode: 'auto', zone: 'Asia/Kathmandu', weekStart: 1 },
    ...more,
  });
  it('D-2: an empty ledger has no rows and a total of nothing', () => {
    const c = context();
    expect([periodRows(c, 'day'), periodRows(c, 'week', true), sessionRows(c), projectRows(c), modelRows(c, 'month')]).toEqual([
      [],
      [],
      [],
      [],
      [],
    ]);
    expect(totals(c)).toMatchObject({ firstAt: null, sessions: 0, sum: { requests: 0 } });
  });
  it('D-13: sessions of several rows are counted once', () => {
    put([{ at: T0 }, { at: T0 + DAY }, { at: T0 + DAY, session: 'b' }]);
    const rows = periodRows(context(), 'day');
    expect([rows.map(({ sessions }) => sessions), distinctSessionsOf(rows), distinctSessionsOf([totals(context())])]).toEqual([
      [1, 2],
      2,
      2,
    ]);
    expect(distinctSessionsOf([])).toBe(0);
  });
  it('UR-23: a project has the name that the person gave it', () => {
    put([{ at: T0 }]);
    const root = [...loadDirectory(ledger).projects.keys()][0]!;
    const named = loadDirectory(ledger, { [root]: 'shop', '/not/here': 'other' });
    expect(projectRows(context({ directory: named }))[0]?.project).toBe('shop');
    expect([...named.projects]).toEqual([[root, 'shop']]);
  });
});

it('a ledger keeps the sums of finished days for a few zones, not for endless ones', () => {
  put(Array.from({ length: 230 }, (_, n) => ({ at: T0 + n * DAY })));
  const zones = [
    'UTC',
    'Asia/Kathmandu',
    'Asia/Kolkata',
    'Asia/Tokyo',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Darwin',
    'Asia/Kabul',
    'Asia/Tehran',
  ];
  const kept = () => Number(ledger.db.sql('SELECT count(*) AS n FROM memo').get()?.n);
  const sums = zones.map((zone) => {
    const segments = zoneSegments(zone, T0, T0 + 230 * DAY);
    const [fresh, warm] = [dayGroups(ledger, segments), dayGroups(ledger, segments)];
    expect(kept()).toBeLessThanOrEqual(8);
    return [fresh, warm].map(({ values }) => values.reduce((sum, each) => sum + groupOf(each, 1, 'auto').sum.input, 0));
  });
  expect(sums).toEqual(zones.map(() => [230, 230]));
  // The ninth made room for itself.
  expect(kept()).toBe(1);
  // What cannot be kept is made each time.
  ledger.db.exec('DELETE FROM memo; PRAGMA query_only = ON');
  expect(dayGroups(ledger, zoneSegments('UTC', T0, T0)).values).toHaveLength(230);
  ledger.db.exec('PRAGMA query_only = OFF');
  expect(kept()).toBe(0);
});
