import { describe, expect, test } from 'vitest';
import { buildSnapshot } from './build.ts';
import { retentionConditions } from './retention.ts';
import type { SessionView } from './snapshot.ts';
import { aLive, anEvent, anInput, NOW } from './testing.ts';
import { Episodes } from './warning-episodes.ts';
import { conditionsOf, type Figures, NO_COST_THRESHOLDS, type WarningOptions } from './warnings.ts';
import {
  BASE,
  burning,
  context,
  figures,
  look,
  MINUTE,
  OPTIONS,
  over,
  PROJECT,
  SESSION,
  session,
  told,
  used,
  week,
} from './warnings-testing.ts';

/* The other rules of live-view §9 and alerts.md §2, each just below, at and above its edges; texts, hysteresis, holding times. */

describe('LV-92 burn', () => {
  test.each([
    [1000, null],
    [1000.1, "Project 'p0' has HIGH burn rate (1,000 > 1,000 tok/min)"],
    [1001, "Project 'p0' has HIGH burn rate (1,001 > 1,000 tok/min)"],
    [4260, "Project 'p0' has HIGH burn rate (4,260 > 1,000 tok/min)"],
    [12_000, "Project 'p0' has HIGH burn rate (12,000 > 1,000 tok/min)"],
  ])('%d tok/min for five minutes', (work, text) => {
    const episodes = new Episodes();
    look(burning(work), {}, episodes);
    expect(look({ takenAt: NOW + 5 * MINUTE - 1, ...burning(work) }, {}, episodes)).toEqual([]);
    expect(told(look({ takenAt: NOW + 5 * MINUTE, ...burning(work) }, {}, episodes))).toEqual(
      text === null ? [] : [['burn', 'warn', text]],
    );
  });

  /** After five minutes above the threshold, what is told of these rates, so many ms later. */
  const later = (...steps: readonly (readonly [ms: number, works: readonly number[]])[]) => {
    const episodes = new Episodes();
    const high = steps[0]![1].length > 1 ? [600, 600] : [1200];
    for (const ms of [0, 5 * MINUTE]) look({ takenAt: NOW + ms, ...burning(...high) }, {}, episodes);
    return steps.map(([ms, works]) => look({ takenAt: NOW + 5 * MINUTE + ms, ...burning(...works) }, {}, episodes).map(({ text }) => text));
  };

  test('20 % below the threshold it still holds, for ever; below that five minutes more', () => {
    const words = "Project 'p0' had HIGH burn rate (now 800 tok/min)";
    expect(later([MINUTE, [800]], [60 * MINUTE, [800]])).toEqual([[words], [words]]);
    expect(later([MINUTE, [800]], [6 * MINUTE, [799]], [6 * MINUTE + 1, [799]])).toEqual([[words], [words], []]);
  });

  test('all together where no project alone burns high; near it, it says what it is now', () => {
    expect(later([0, [600, 600]], [1, [450, 450]])).toEqual([
      ['Combined burn rate is HIGH (1,200 > 1,000 tok/min)'],
      ['Combined burn rate was HIGH (now 900 tok/min)'],
    ]);
  });
});

describe('LV-93 cost', () => {
  const NANO = 1e9;
  const spent = (dollars: number | null): Partial<Figures> => ({
    combined: { ...BASE.combined, cost: dollars === null ? null : dollars * NANO, today: { ...BASE.combined.today, cost: 3 * NANO } },
    projects: [{ ...PROJECT, name: 'p0', window: { ...PROJECT.window, cost: 2 * NANO } }],
    ...session({ window: { ...SESSION.window, cost: NANO } }),
  });
  const thresholds = (cost: Partial<WarningOptions['cost']>) => ({ cost: { ...NO_COST_THRESHOLDS, ...cost } });

  test.each([
    [24.99, []],
    [25, []],
    [28.665531, ['Combined cost $28.67 is above your $25.00']],
    [null, []],
  ])('$%d with $25: %j', (dollars, expected) => {
    expect(look(spent(dollars), thresholds({ combined: 25 * NANO })).map(({ text }) => text)).toEqual(expected);
  });

  test('by day, project and session; equality gives none', () => {
    const all = (less: number) => thresholds({ day: 3 * NANO - less, project: 2 * NANO - less, session: NANO - less });
    expect(look(spent(0), all(0))).toEqual([]);
    expect(look(spent(0), all(NANO / 100)).map(({ text }) => text)).toEqual([
      "Today's cost $3.00 is above your $2.99",
      "Project 'p0' cost $2.00 is above your $1.99",
      "Session 'fix' cost $1.00 is above your $0.99",
    ]);
  });
});

describe('LV-94 new session', () => {
  test.each([
    [0, 1],
    [59_999, 1],
    [60_000, 0],
  ])('first seen %d ms ago: %d', (ms, count) => {
    const found = look(session({ name: 'fix' }), { newSessions: new Map([[SESSION.id, NOW - ms]]) });
    expect(told(found)).toEqual(Array(count).fill(['new-session', 'info', "New session 'fix' in project 'api'"]));
  });

  test('those that were there at the start are none', () => expect(look(session({}))).toEqual([]));
});

describe('LV-95 context', () => {
  test.each([
    [79.9, null],
    [80, 'warn'],
    [89.9, 'warn'],
    [90, 'crit'],
  ])('%d %%: %s', (percent, severity) => {
    expect(look(context(percent)).map((w) => [w.rule, w.severity])).toEqual(severity === null ? [] : [['context', severity]]);
  });

  test('the text of the page; unknown and ended are none', () => {
    expect(look(context(88, { name: 'migrate-orders' }))[0]!.text).toBe('migrate-orders: context 88 %, compaction is near');
    expect([look(context(null)), look(context(88, { state: 'ended' }))]).toEqual([[], []]);
  });

  test('each level is left 5 points below it; gone after compaction', () => {
    const at = (ms: number, percent: number) => [ms, context(percent)] as const;
    expect(over([at(0, 90), at(1, 85), at(2, 84.9), at(3, 75), at(4, 74.9)])).toEqual([['crit'], ['crit'], ['warn'], ['warn'], []]);
  });
});

describe('LV-96 waiting, stuck, failed', () => {
  const state = (more: Partial<SessionView>) => told(look(session(more)));
  const waiting = (ms: number, kind: 'permission' | 'answer' = 'permission') =>
    state({ state: `needs-${kind}`, waiting: { for: kind, tool: null, since: NOW - ms } });

  test('waiting for more than two minutes', () => {
    expect([waiting(119_999), waiting(120_000)]).toEqual([[], []]);
    expect(waiting(120_001)).toEqual([['needs-you', 'warn', 'fix waits 2 m for permission']]);
    expect(waiting(134_000, 'answer')).toEqual([['needs-you', 'warn', 'fix waits 2 m 14 s for an answer']]);
  });

  test('working without a sign of life for more than fifteen minutes, by a process that runs', () => {
    const silent = (ms: number, alive: boolean | null = true) => state({ state: 'working', alive, lastAt: NOW - ms });
    expect([silent(15 * MINUTE - 1), silent(15 * MINUTE), silent(16 * MINUTE, null), silent(16 * MINUTE, false)]).toEqual([[], [], [], []]);
    expect(silent(15 * MINUTE + 1)).toEqual([['stuck', 'warn', 'fix works without a sign of life for 15 m']]);
  });

  test('failed, with the time', () => {
    const failed = (since: number | null, lastError: string | null = 'overloaded') => state({ state: 'error', since, lastError })[0]![2];
    expect([failed(NOW), failed(NOW - 3 * MINUTE), failed(NOW + 5), failed(null), failed(NOW - MINUTE, null)]).toEqual([
      'fix failed 0 s ago: overloaded',
      'fix failed 3 m ago: overloaded',
      'fix failed 0 s ago: overloaded',
      'fix failed: overloaded',
      'fix failed 1 m ago: unknown error',
    ]);
  });

  test('each clears at once', () => {
    const clears = (from: Partial<SessionView>) =>
      over([
        [0, session(from)],
        [1, session({ state: 'your-turn' })],
      ]);
    const wait = { for: 'permission', tool: null, since: NOW - 5 * MINUTE } as const;
    expect(clears({ state: 'needs-permission', waiting: wait })).toEqual([['warn'], []]);
    expect(clears({ state: 'working', alive: true, lastAt: NOW - 60 * MINUTE })).toEqual([['warn'], []]);
    expect(clears({ state: 'error', since: NOW })).toEqual([['warn'], []]);
  });
});

describe('LV-97 honesty', () => {
  const health = (lines: number, rejected: number, behindSince: number | null = null) => ({ health: { lines, rejected, behindSince } });

  test.each([
    [100_000, 9, false],
    [100_000, 10, true],
    [1000, 1, false],
    [999, 1, true],
    [0, 0, false],
  ])('of %d lines %d cannot be read: %s, for a minute', (lines, rejected, isTold) => {
    const at = (ms: number) => [ms, {}, health(lines, rejected)] as const;
    expect(over([at(0), at(MINUTE - 1), at(MINUTE)])).toEqual([[], [], isTold ? ['warn'] : []]);
  });

  test('it stays five minutes', () => {
    const behind = (ms: number, since: number | null) => [ms, {}, health(0, 0, since)] as const;
    const past = NOW - MINUTE;
    expect(over([behind(0, past), behind(1, past), behind(5 * MINUTE + 1, null), behind(5 * MINUTE + 2, null)])).toEqual([
      [],
      ['warn'],
      ['warn'],
      [],
    ]);
    expect(look({}, health(0, 0, past - 1))[0]!.text).toBe(
      'What was written in the last minute is not counted yet — tidemark ledger verify',
    );
  });

  const unpriced = (tokens: number) => {
    const snapshot = anInput([anEvent({ work: tokens, cost: null, model: 'claude-quasar-7' })]);
    return told(buildSnapshot(snapshot).warnings);
  };
  test('more than 10,000 tokens of a model without a price', () => {
    expect(unpriced(10_000)).toEqual([]);
    const text = "Model 'claude-quasar-7' has no price: 10,001 tokens are not in the cost — tidemark config set pricing.overrides";
    expect(unpriced(10_001)).toEqual([['unpriced', 'warn', text]]);
  });

  test('the ledger: disk full, damaged; gone with the fault', () => {
    const fault = (ledgerFault: string | null): Partial<Figures> => ({ ingest: { ...BASE.ingest, ledgerFault } });
    expect(told(look(fault('The ledger is damaged (malformed); start Tidemark again to have it repaired')))).toEqual([
      ['ledger', 'crit', 'The ledger is damaged (malformed); start Tidemark again to have it repaired — tidemark doctor'],
    ]);
    expect(look(fault('It is full.\u001b[2J'))[0]!.text).not.toContain('\u001b');
    expect(
      over([
        [0, fault('Full.')],
        [1, fault(null)],
      ]),
    ).toEqual([['crit'], []]);
    expect(look()).toEqual([]);
  });

  test('retention names the command', () => {
    const [warning] = look({}, { retention: [{ root: '/c', days: 30, silentMs: 20 * 86_400_000 }] });
    expect(warning).toMatchObject({ rule: 'retention', severity: 'warn', key: 'retention:/c' });
    expect(warning!.text).toContain('tidemark install service');
    expect(retentionConditions([])).toEqual([]);
  });
});

describe('alerts.md §3: levels', () => {
  test('a level rises at once and keeps its age and key', () => {
    const episodes = new Episodes();
    const first = look(used(80), {}, episodes)[0]!;
    const second = look({ takenAt: NOW + MINUTE, ...used(95) }, {}, episodes)[0]!;
    expect([second.severity, second.since, second.key]).toEqual(['crit', first.since, first.key]);
  });

  test('a figure that swings a point around a threshold for a day opens one episode of one level', () => {
    const episodes = new Episodes();
    const seen = Array.from({ length: 24 * 60 }, (_, i) => {
      const weekly = week(95 + (i % 2 === 0 ? 0.5 : -0.5));
      return look({ takenAt: NOW + i * MINUTE, ...weekly }, {}, episodes).map(({ severity, since }) => `${severity} ${since}`);
    });
    expect(new Set(seen.flat())).toEqual(new Set([`crit ${NOW}`]));
  });

  test('without a zone no clock time is told', () => {
    const { timezone: _, ...zoneless } = figures(used(81));
    const found = new Episodes().update(NOW, conditionsOf(zoneless, OPTIONS));
    expect(found[0]!.text).toBe('5-hour window 81 % (official)');
    const live = aLive('s1', { state: 'rate-limited' });
    expect(buildSnapshot(anInput([anEvent()], { live: new Map([['s1', live]]) })).warnings[0]!.rule).toBe('limited');
  });
});
