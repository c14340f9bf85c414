import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../text/width.ts';
import { STATES, type State } from '../usage/membership.ts';
import type { Window } from '../usage/window.ts';
import { buildSnapshot } from './build.ts';
import type { AccountQuota } from './live-input.ts';
import type { Snapshot } from './snapshot.ts';
import { aLive, anEvent, anInput, aSession, at, NOW } from './testing.ts';
import { type Verdict, type VerdictWindow, verdictInTwo, verdictOf, verdictParts, verdictText } from './verdict.ts';

const style = (width = 400, more: Partial<Parameters<typeof verdictText>[1]> = {}) => ({ width, now: NOW, zone: 'UTC', ...more });
const official = (value: number, seenAt = NOW - 12_000) => ({ value, source: 'official' as const, at: seenAt });

const WINDOW: VerdictWindow = {
  accountId: 'work',
  label: 'work',
  others: 0,
  hours: 5,
  end: at('15:20:00'),
  source: 'official',
  uncertaintyMinutes: 0,
  usedPercent: official(62),
  stale: false,
  work: 1_200_000,
  limit: { tokens: null, count: 'all', source: 'official', rung: 'official', over: false },
  pace: { unit: 'percent', low: 74, high: 88, limitAt: null },
};
const ESTIMATED: VerdictWindow = {
  ...WINDOW,
  source: 'estimated',
  uncertaintyMinutes: 10,
  usedPercent: { value: null, source: 'unknown', at: null },
  pace: null,
};
const SET = { tokens: 2_500_000, count: 'all', source: 'configured', rung: 'configured', over: false } as const;
const GUESS = { tokens: 9, count: 'work', source: 'estimated', rung: 'p90', over: false } as const;
const NOTHING: Verdict = {
  needsYou: 0,
  failed: 0,
  limited: 0,
  working: 0,
  yourTurn: 0,
  active: 0,
  idle: 0,
  ended: 0,
  limitedUntil: null,
  window: null,
  weekly: null,
  accounts: 1,
  last: null,
  noData: false,
  reading: null,
};
const DEMO: Verdict = { ...NOTHING, needsYou: 2, working: 2, yourTurn: 1, active: 5, idle: 1, ended: 1, window: WINDOW };
const WORKING: Verdict = { ...NOTHING, working: 1 };
const used = (value: number, source: 'configured' | 'estimated') => ({ value, source, at: null });

const CASES: readonly (readonly [string, Verdict, string])[] = [
  [
    'LV-30 the demo home',
    DEMO,
    '2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20 · at this pace 74–88 % by reset',
  ],
  [
    'LV-30 one of everything, most urgent first',
    { ...NOTHING, needsYou: 1, failed: 1, limited: 1, working: 2, yourTurn: 1, limitedUntil: at('15:20:00') },
    '1 needs you · 1 failed · 1 limited until 15:20 · 2 working · 1 your turn · no window open',
  ],
  [
    'LV-30 a limit of another day',
    { ...NOTHING, limited: 1, limitedUntil: at('15:20:00') + 86_400_000 },
    '1 limited until Sat 21 Nov 15:20 · no window open',
  ],
  ['LV-32 no sample, no limit', { ...WORKING, window: ESTIMATED }, '1 working · 5h 1.20M work tokens, ends ≈ 15:20 ± 10 min'],
  [
    'LV-32 a guessed limit',
    { ...WORKING, window: { ...ESTIMATED, usedPercent: used(48, 'estimated'), limit: GUESS } },
    '1 working · 5h ≈ 48 % of your usual peak (estimated), ends ≈ 15:20 ± 10 min',
  ],
  [
    'D-34 a guessed limit is never exceeded',
    { ...WORKING, window: { ...ESTIMATED, usedPercent: used(100, 'estimated'), limit: { ...GUESS, over: true } } },
    '1 working · 5h > 100 % of your usual peak (estimated), ends ≈ 15:20 ± 10 min',
  ],
  [
    'LV-32 a set limit',
    { ...WORKING, window: { ...ESTIMATED, usedPercent: used(48, 'configured'), limit: SET } },
    '1 working · 5h 48 % of 2.50M (yours), ends ≈ 15:20 ± 10 min',
  ],
  [
    'LV-32 a stale sample keeps its age and says no pace',
    { ...WORKING, window: { ...WINDOW, usedPercent: official(62, NOW - 11 * 60_000), stale: true, pace: null } },
    '1 working · 5h 62 % (official, 11 m) resets 15:20',
  ],
  [
    'D-32 the limit before the reset',
    { ...WORKING, window: { ...WINDOW, pace: { unit: 'percent', low: 90, high: 120, limitAt: at('14:55:00') } } },
    '1 working · 5h 62 % (official, 12 s) resets 15:20 · limit ≈ 14:55 at this pace',
  ],
  [
    'D-30 a pace in tokens',
    { ...WORKING, window: { ...WINDOW, pace: { unit: 'tokens', low: 52_100_000, high: 61_000_000, limitAt: null } } },
    '1 working · 5h 62 % (official, 12 s) resets 15:20 · at this pace 52.10–61.00M tokens',
  ],
  ['LV-32 no open window', WORKING, '1 working · no window open'],
  [
    'LV-33 several accounts',
    { ...WORKING, accounts: 2, window: { ...WINDOW, others: 1, pace: null } },
    '1 working · 5h work 62 % (official, 12 s) resets 15:20 +1 account',
  ],
  [
    'LV-12 windows of two hours',
    { ...WORKING, window: { ...ESTIMATED, hours: 2 } },
    '1 working · 2h 1.20M work tokens, ends ≈ 15:20 ± 10 min',
  ],
  [
    'LV-34 nothing runs',
    { ...NOTHING, idle: 1, last: { name: 'api-docs', at: NOW - 7_200_000 } },
    'Nothing is running · last: api-docs, 2 h ago · no window open',
  ],
  ['LV-34 nobody ever spoke', NOTHING, 'Nothing is running · no window open'],
  ['LV-34 no data', { ...NOTHING, noData: true }, 'No Claude Code data found yet'],
  ['LV-35 history is read', { ...WORKING, window: ESTIMATED, reading: { percent: 68.4 } }, '1 working · reading history 68 %'],
  [
    'LV-35 an official figure stays while history is read',
    { ...WORKING, window: WINDOW, reading: { percent: null } },
    '1 working · 5h 62 % (official, 12 s) resets 15:20 · reading history',
  ],
];

describe('verdict, LV-30…LV-35', () => {
  test.each(CASES)('%s', (_name, verdict, expected) => expect(verdictText(verdict, style())).toBe(expected));

  test('LV-40: the weekly quota where there is room', () => {
    const weekly = { usedPercent: official(41), stale: false, resetsAt: Date.parse('2026-11-24T09:00:00Z') };
    const text = verdictText({ ...DEMO, weekly }, style(400, { weekly: true }));
    expect(text.endsWith('by reset · weekly 41 % (official) resets Tue 24 Nov 09:00')).toBe(true);
    expect(verdictText({ ...DEMO, weekly }, style())).not.toContain('weekly');
  });

  test.each([
    [120, '2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20 · at this pace 74–88 % by reset'],
    [100, '2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20'],
    [71, '2 need you · 2 working · 1 your turn · 5h 62 % (official) resets 15:20'],
    [62, '2 need you · 2 working · 1 your turn · 5h 62 % resets 15:20'],
    [50, '2 need you · 2 working · 5h 62 % resets 15:20'],
    [40, '2 need you · 2 working · 5h 62 %'],
    [24, '2! 2● 1✓ 62%'],
    [10, '2! 2● 1✓'],
    [4, '2!'],
  ])('LV-31: shortened to %d columns', (width, expected) => expect(verdictText(DEMO, style(width))).toBe(expected));

  test('LV-31, LV-102: any counts at any width fit, in ASCII too', () => {
    const n = fc.nat(999);
    const name = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(n, n, n, n, n, fc.integer({ min: 1, max: 200 }), name, fc.boolean(), (a, b, c, d, e, width, last, ascii) => {
        const verdict: Verdict = {
          ...NOTHING,
          needsYou: a,
          failed: b,
          limited: c,
          working: d,
          yourTurn: e,
          window: WINDOW,
          last: { name: last, at: NOW },
        };
        const lines = [verdictParts(verdict, style(width, { ascii })), ...verdictInTwo(verdict, style(width, { ascii }))];
        for (const parts of lines) {
          const text = parts.map((part) => part.text).join('');
          expect(displayWidth(text)).toBeLessThanOrEqual(width);
          if (ascii) expect(text).toMatch(/^[\x20-\x7e]*$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('LV-40: two lines on narrow screens', () => {
    const [first, second] = verdictInTwo(DEMO, style(36)).map((parts) => parts.map(({ text }) => text).join(''));
    expect([first, second]).toEqual(['2 need you · 2 working · 1 your turn', '5h 62 % (official) resets 15:20']);
  });

  test('LV-102: ASCII', () => {
    expect(verdictText(DEMO, style(90, { ascii: true }))).toBe('2 need you, 2 working, 1 your turn, 5h 62 % (official, 12 s) resets 15:20');
  });
});

describe('verdictOf', () => {
  const window: Window = {
    start: at('10:20:00'),
    end: at('15:20:00'),
    source: 'official',
    uncertaintyMinutes: 0,
    usedPercent: 62,
    usedPercentAt: NOW - 12_000,
  };
  const weekly: Window = { ...window, start: 0, end: at('09:00:00') + 4 * 86_400_000, usedPercent: 41 };
  const snapshotOf = (states: readonly State[], quota: Partial<AccountQuota> = {}): Snapshot => {
    const events = states.map((_, i) => anEvent({ sessionId: `s${i}` }));
    return buildSnapshot(
      anInput(events, {
        live: new Map(states.map((state, i) => [`s${i}`, aLive(`s${i}`, { state, alive: state !== 'ended' })])),
        windows: [{ account: 'default', windows: [window], finished: [] }],
        quotas: new Map([['default', { account: 'default', label: 'work', weekly, samples: [], ...quota }]]),
      }),
    );
  };

  test('LV-30: counts by state; compacting works; the weekly figure of the account', () => {
    const { verdict } = snapshotOf(STATES.map(([state]) => state));
    expect(verdict).toMatchObject({ needsYou: 2, failed: 1, limited: 1, working: 2, yourTurn: 1, active: 5, idle: 1, ended: 1 });
    expect(verdict.window).toMatchObject({
      label: 'work',
      others: 0,
      hours: 5,
      end: at('15:20:00'),
      usedPercent: { value: 62, source: 'official' },
    });
    expect(verdict.weekly).toMatchObject({ usedPercent: { value: 41 }, stale: false });
  });

  test('LV-30: a limited session says until when, by its own word or its full window', () => {
    const error = { kind: 'rate_limit', at: NOW, resetsAt: at('14:00:00') };
    const input = anInput([anEvent()], { live: new Map([['s1', aLive('s1', { state: 'rate-limited', error })]]) });
    expect(buildSnapshot(input).verdict.limitedUntil).toBe(at('14:00:00'));
  });

  test('D-31: the pace in percent from the samples of the open window', () => {
    const samples = [
      [50, '12:50'],
      [54, '13:10'],
      [58, '13:30'],
      [62, '13:41'],
    ].map(([value, time]) => ({ used: value as number, seenAt: at(`${time}:58`) }));
    const { windows, verdict } = snapshotOf(['working'], { samples });
    const projected = windows[0]!.percentProjection!;
    expect(projected.low).toBeLessThan(projected.percent);
    expect(projected.high).toBeGreaterThan(projected.percent);
    expect(verdict.window!.pace).toMatchObject({ unit: 'percent', low: projected.low });
  });

  test('LV-33: of two accounts the one nearest its limit', () => {
    const input = anInput([anEvent(), anEvent({ sessionId: 's2', account: 'home' })], {
      windows: [
        { account: 'default', windows: [window], finished: [] },
        { account: 'home', windows: [{ ...window, usedPercent: 90 }], finished: [] },
      ],
    });
    const { verdict, accounts } = buildSnapshot(input);
    expect(verdict.window).toMatchObject({ accountId: 'home', others: 1 });
    expect(verdict.accounts).toBe(2);
    expect(accounts.map((a) => a.id)).toEqual(['home', 'default']);
  });

  test('LV-34: who spoke last, and whether there is any data', () => {
    const empty = anInput([], { ingest: { reading: false, percent: null, files: 0, lines: 0, rejectedLines: 0, notice: null } });
    expect(buildSnapshot(empty).verdict.noData).toBe(true);
    const { last } = verdictOf(buildSnapshot(anInput([anEvent()], { sessions: [aSession('s1', [anEvent({ at: at('13:00:00') })])] })));
    expect(last).toEqual({ name: 's1', at: at('13:00:00') });
  });
});
