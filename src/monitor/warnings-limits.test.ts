import { describe, expect, test } from 'vitest';
import type { WindowView } from './snapshot.ts';
import { at, NOW } from './testing.ts';
import { Episodes } from './warning-episodes.ts';
import { ACCOUNT, limit, look, MINUTE, over, session, told, used, WINDOW, week } from './warnings-testing.ts';

/* Limits of live-view §9 and alerts.md §2, each just below, at and above its edges; texts, hysteresis, holding times. */

describe('LV-90 token limit (budget)', () => {
  test.each([
    [49.9, null, ''],
    [50, 'info', '50 %'],
    [79.9, 'info', '80 %'],
    [80, 'warn', '80 %'],
    [99.9, 'warn', '100 %'],
    [100, 'crit', '100 %'],
    [130, 'crit', '130 %'],
  ])('%d %%: %s', (percent, severity, shown) => {
    const expected = severity === null ? [] : [['budget', severity, `Combined usage is at ${shown} of your daily limit`]];
    expect(told(look(limit(percent)))).toEqual(expected);
  });

  test('the text of the page, and of a window', () => {
    expect(look(limit(52))[0]!.text).toBe('Combined usage is at 52 % of your daily limit');
    expect(look(limit(52, 'window'))[0]!.text).toBe('Combined usage is at 52 % of your window limit');
  });

  test('each level is left 2 points below it; it stays two minutes', () => {
    const at = (ms: number, percent: number) => [ms, limit(percent)] as const;
    expect(over([at(0, 100), at(1, 98), at(2, 97.9), at(3, 78), at(4, 77.9), at(5, 48)])).toEqual([
      ['crit'],
      ['crit'],
      ['warn'],
      ['warn'],
      ['info'],
      ['info'],
    ]);
    expect(over([at(0, 50), at(1, 47.9), at(2 * MINUTE, 0), at(2 * MINUTE + 1, 0)])).toEqual([['info'], ['info'], ['info'], []]);
  });

  test('a new day ends it at once', () => {
    const midnight = Date.UTC(2026, 10, 21) - NOW;
    expect(
      over([
        [midnight - 1000, limit(90)],
        [midnight - 1, limit(0)],
        [midnight, limit(0)],
      ]),
    ).toEqual([['warn'], ['warn'], []]);
  });

  test('the key stays the same through the levels: what is muted stays muted', () => {
    expect(new Set([50, 80, 100].map((percent) => look(limit(percent))[0]!.key))).toEqual(new Set(['budget:day']));
  });
});

describe('LV-91 quota (window, week, window-runout, limited)', () => {
  test.each([
    [79.9, null],
    [80, 'warn'],
    [94.9, 'warn'],
    [95, 'crit'],
  ])('%d %%: %s', (percent, severity) => {
    expect(look(used(percent)).map((w) => [w.rule, w.severity])).toEqual(severity === null ? [] : [['window', severity]]);
    expect(look(week(percent)).map((w) => [w.rule, w.severity])).toEqual(severity === null ? [] : [['week', severity]]);
  });

  test('the text of the page', () => {
    const pace = { percentProjection: { percent: 97, low: 90, high: 104, limitAt: null } };
    expect(look(used(81, pace))[0]!.text).toBe('5-hour window 81 % (official) · resets 15:20 · at this pace 97 %');
    expect(look(used(81))[0]!.text).toBe('5-hour window 81 % (official) · resets 15:20');
    expect(look({ ...used(81), timezone: 'Asia/Kathmandu' })[0]!.text).toBe('5-hour window 81 % (official) · resets 21:05');
    const guess = { source: 'estimated' as const };
    expect(look(used(81, guess, 'configured'))[0]!.text).toBe('5-hour window 81 % (your limit) · resets ≈ 15:20');
    expect(look(week(85))[0]!.text).toBe('Weekly quota 85 % (official) · resets Tue 24 Nov 09:00');
  });

  test('two accounts are named', () => {
    const two = { ...used(81), accounts: [ACCOUNT, { ...ACCOUNT, id: 'b' }] };
    expect(look(two)[0]!.text).toBe('5-hour window of work 81 % (official) · resets 15:20');
  });

  test('stale, unknown and estimated figures are none', () => {
    expect([look(used(99, { stale: true })), look(used(null)), look(used(99, {}, 'estimated')), look(week(99, { stale: true }))]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  test('each level is left 2 points below it; the reset ends it at once', () => {
    const at = (ms: number, percent: number) => [ms, used(percent)] as const;
    expect(over([at(0, 95), at(1, 93), at(2, 92.9), at(3, 78), at(4, 77.9), at(2 * MINUTE + 4, 0)])).toEqual([
      ['crit'],
      ['crit'],
      ['warn'],
      ['warn'],
      ['warn'],
      [],
    ]);
    const reset = WINDOW.end - NOW;
    expect(
      over([
        [reset - 1000, used(90)],
        [reset - 1, { windows: [] }],
        [reset, { windows: [] }],
      ]),
    ).toEqual([['warn'], ['warn'], []]);
  });

  const full = (minutes: number, now: number, more: Partial<WindowView> = {}) =>
    used(50, { percentProjection: { percent: 120, low: 110, high: 130, limitAt: now + minutes * MINUTE }, ...more });
  const heldFull = (minutes: number, more: Partial<WindowView> = {}) => {
    const episodes = new Episodes();
    look({ takenAt: NOW - 2 * MINUTE, ...full(minutes, NOW, more) }, {}, episodes);
    return told(look(full(minutes, NOW, more), {}, episodes));
  };
  const left = (WINDOW.end - NOW) / MINUTE;

  test('full at least ten minutes before the reset, urgent when that is near', () => {
    const text = (minutes: string, early: string) => `5-hour window is full in ≈ ${minutes} at this pace, ${early} before its reset`;
    expect(heldFull(30)).toEqual([['window-runout', 'warn', text('30 m', '1 h 7 m')]]);
    expect(heldFull(29.99)).toEqual([['window-runout', 'crit', text('29 m', '1 h 7 m')]]);
    expect(heldFull(left - 10)).toHaveLength(1);
    expect(heldFull(left - 9.99)).toEqual([]);
  });

  test('only when 3 % of the window have passed, and two minutes say the same (FCT-1)', () => {
    expect([heldFull(30, { elapsedPercent: 2.9 }), heldFull(30, { elapsedPercent: 3 })].map((found) => found.length)).toEqual([0, 1]);
    const at = (ms: number) => [ms, full(40, NOW)] as const;
    expect(over([at(0), at(2 * MINUTE - 1), at(2 * MINUTE)])).toEqual([[], [], ['warn']]);
    expect(over([at(0), [MINUTE, used(50)], at(2 * MINUTE)])).toEqual([[], [], []]);
  });

  test('it stays ten minutes, but not over the reset', () => {
    const at = (ms: number) => [ms, full(60, NOW)] as const;
    const calm = (ms: number) => [2 * MINUTE + ms, used(50)] as const;
    expect(over([at(0), at(2 * MINUTE), calm(10 * MINUTE), calm(10 * MINUTE + 1)])).toEqual([[], ['warn'], ['warn'], []]);
  });

  test('a session at its limit, with the time of the reset where that is known', () => {
    const limited = (limitResetsAt: number | null) => told(look(session({ state: 'rate-limited', limitResetsAt })));
    expect(limited(at('15:20:00'))).toEqual([['limited', 'crit', 'fix has reached its usage limit · resets 15:20']]);
    expect(limited(null)).toEqual([['limited', 'crit', 'fix has reached its usage limit']]);
    expect(
      over([
        [0, session({ state: 'rate-limited' })],
        [1, session({ state: 'your-turn' })],
      ]),
    ).toEqual([['crit'], []]);
  });
});
