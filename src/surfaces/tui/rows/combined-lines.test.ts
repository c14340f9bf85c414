import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../monitor/snapshot.ts';
import { viewOf } from '../figures.ts';
import { textOf } from '../spans.ts';
import { amountsOf, aSnapshot, at, aWindow, estimatedWindow, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { combinedRows } from './combined.ts';
import { burnLine, projectedLine, tokensLine, weeklyLine, windowLine } from './combined-lines.ts';

const view = viewOf(aSnapshot(), { ascii: false, now: NOW });
const reading = { ...view, complete: false };
const BAR = (line: string) => line.replace(/[█░│]+/, '▒');
const GUESS = { tokens: 9, count: 'work', source: 'estimated', rung: 'p90', over: false } as const;
const figure = (value: number | null, source: 'official' | 'configured' | 'estimated', seenAt: number | null = null) => ({
  value,
  source,
  at: seenAt,
});

describe('the window line, LV-53', () => {
  const WORK = amountsOf([0, 1_200_000, 0, 0, 0], 1);
  test.each([
    ['official', aWindow(), 'Window 5h    ▒ 62 % official, 12 s · 10:20 → 15:20, 1 h 37 m left · 5 points in reserve'],
    [
      'official without its time',
      aWindow({ usedPercent: figure(62, 'official'), reserve: null }),
      'Window 5h    ▒ 62 % official · 10:20 → 15:20, 1 h 37 m left',
    ],
    ['one point', aWindow({ reserve: 1.2 }), 'Window 5h    ▒ 62 % official, 12 s · 10:20 → 15:20, 1 h 37 m left · 1 point in reserve'],
    [
      'more used than time has passed (D-26)',
      aWindow({ reserve: -3.4 }),
      'Window 5h    ▒ 62 % official, 12 s · 10:20 → 15:20, 1 h 37 m left · 3 points in deficit',
    ],
    [
      'an old sample has no reserve',
      aWindow({ stale: true, usedPercent: figure(62, 'official', NOW - 660_000) }),
      'Window 5h    ▒ 62 % official, 11 m · 10:20 → 15:20, 1 h 37 m left',
    ],
    [
      'a set limit',
      estimatedWindow({
        usedPercent: figure(48, 'configured'),
        limit: { tokens: 2_500_000, count: 'all', source: 'configured', rung: 'configured', over: false },
      }),
      'Window 5h    ▒ 48 % of 2.50M (yours) · ≈ 10:20 → ≈ 15:20 ± 10 min, 1 h 37 m left',
    ],
    [
      'a set limit that is exceeded',
      estimatedWindow({
        usedPercent: figure(131, 'configured'),
        limit: { tokens: 2_500_000, count: 'all', source: 'configured', rung: 'configured', over: false },
      }),
      'Window 5h    ▒ 131 % of 2.50M (yours) · ≈ 10:20 → ≈ 15:20 ± 10 min, 1 h 37 m left',
    ],
    [
      'the usual peak',
      estimatedWindow({ usedPercent: figure(48, 'estimated'), uncertaintyMinutes: 0, limit: GUESS }),
      'Window 5h    ▒ 48 % of your usual peak (estimated) · ≈ 10:20 → ≈ 15:20, 1 h 37 m left',
    ],
    [
      'a plan that a person named (D-34)',
      estimatedWindow({ usedPercent: figure(48, 'estimated'), uncertaintyMinutes: 0, limit: { ...GUESS, tokens: null, rung: 'plan' } }),
      'Window 5h    ▒ 48 % of your plan (estimated) · ≈ 10:20 → ≈ 15:20, 1 h 37 m left',
    ],
    [
      'the usual peak to the last token',
      estimatedWindow({ usedPercent: figure(100, 'estimated'), limit: GUESS }),
      'Window 5h    ▒ 100 % of your usual peak (estimated) · ≈ 10:20 → ≈ 15:20 ± 10 min, 1 h 37 m left',
    ],
    [
      'the usual peak is never exceeded (D-34)',
      estimatedWindow({ usedPercent: figure(100, 'estimated'), limit: { ...GUESS, over: true } }),
      'Window 5h    ▒ > 100 % of your usual peak (estimated) · ≈ 10:20 → ≈ 15:20 ± 10 min, 1 h 37 m left',
    ],
    [
      'no quota known',
      estimatedWindow({ amounts: WORK }),
      'Window 5h    1.20M work tokens · to ≈ 15:20 ± 10 min (estimated) · quota unknown — tidemark install statusline',
    ],
  ])('%s', (_, window, expected) => expect(BAR(textOf(windowLine(view, window, 'long', null, 140)))).toBe(expected));

  test('shorter forms: the end alone, the reserve first by its word, on the barest no reserve', () => {
    expect(BAR(textOf(windowLine(view, aWindow({ reserve: -3.4 }), 'short', null, 90)))).toBe(
      'Window  ▒ 62 % official, 12 s · to 15:20 · deficit 3 points',
    );
    expect(BAR(textOf(windowLine(view, aWindow(), 'bare', 'home', 70)))).toBe('home · ▒ 62 % official, 12 s · to 15:20');
    expect(textOf(windowLine(view, estimatedWindow({ amounts: WORK }), 'short', null, 90))).toBe(
      'Window  1.20M work tokens · to ≈ 15:20 ± 10 min (estimated) · quota unknown',
    );
  });

  test("while history is read the server's figure stays, ours is unknown (LV-35)", () => {
    expect(BAR(textOf(windowLine(reading, aWindow(), 'short', null, 90)))).toContain('▒ 62 % official');
    const ours = estimatedWindow({ usedPercent: figure(48, 'estimated'), amounts: WORK });
    expect(textOf(windowLine(reading, ours, 'short', null, 90))).toBe('Window  — · to ≈ 15:20 ± 10 min (estimated) · quota unknown');
  });

  test('the mark of the time that has passed stands in official bars only (LV-54)', () => {
    expect(textOf(windowLine(view, aWindow(), 'long', null, 140))).toContain('│');
    expect(textOf(windowLine(view, estimatedWindow({ usedPercent: figure(48, 'estimated') }), 'long', null, 140))).not.toContain('│');
  });
});

describe('the weekly quota, D-25', () => {
  const weekly = { usedPercent: figure(41, 'official', NOW - 12_000), stale: false, resetsAt: Date.UTC(2026, 10, 24, 9), reserve: 7 };
  test.each([
    ['all of it', weekly, null, 'Weekly       ▒ 41 % official, 12 s · resets Tue 24 Nov 09:00 · 7 points in reserve'],
    [
      'of one of several accounts',
      { ...weekly, reserve: null },
      'home',
      'Weekly       home · ▒ 41 % official, 12 s · resets Tue 24 Nov 09:00',
    ],
    ['old', { ...weekly, stale: true }, null, 'Weekly       ▒ 41 % official, 12 s · resets Tue 24 Nov 09:00'],
    [
      'its times not known',
      { ...weekly, usedPercent: figure(41, 'official'), resetsAt: null },
      null,
      'Weekly       ▒ 41 % official · 7 points in reserve',
    ],
  ])('%s', (_, quota, account, expected) => {
    const drawn = weeklyLine(view, quota, 41, account, 140);
    expect(BAR(textOf(drawn))).toBe(expected);
    expect(drawn[1]!.tone).toBe(quota.stale ? 'dim' : undefined);
  });

  test('an account of which the server told nothing has no line', () => {
    const demo = demoLikeSnapshot();
    const account = demo.accounts[0]!;
    const told = (accounts: Snapshot['accounts']) =>
      combinedRows(view, { ...demo, accounts }, 'full', 9, 120)
        .map(textOf)
        .filter((row) => row.includes('Weekly'));
    expect(
      told([
        { ...account, weekly: null },
        { ...account, weekly: { ...weekly, usedPercent: figure(null, 'official') } },
      ]),
    ).toEqual([]);
    expect(told([account, { ...account, weekly: null }])).toHaveLength(1);
  });
});

describe('tokens, burn and forecast', () => {
  const demo = demoLikeSnapshot();
  const window = demo.windows[0]!;
  const withLimit = (per: 'day' | 'window') => ({
    ...demo,
    combined: { ...demo.combined, limit: { tokens: 80_000_000, per, used: 40_000_000, percent: 50 } },
  });

  test('against a limit of the day or of the window, the other one beside (LV-11)', () => {
    expect(BAR(textOf(tokensLine(view, withLimit('day'), 'long', 140)))).toBe(
      'Tokens       ▒ 50 % 40,000,000 / 80,000,000 today (--token-limit) · window 37,371,963',
    );
    expect(BAR(textOf(tokensLine(view, withLimit('window'), 'short', 140)))).toBe(
      'Tokens  ▒ 50 % 40.00M / 80.00M this window (yours) · 52.19M today',
    );
    expect(tokensLine(view, withLimit('window'), 'short', 140)[1]!.tone).toBe('turn');
  });

  test('without a limit both sums; while history is read neither (LV-35)', () => {
    const without = { ...demo, combined: { ...demo.combined, limit: null } };
    expect(textOf(tokensLine(view, without, 'short', 140))).toBe('Tokens  37.37M window · 52.19M today');
    expect(textOf(tokensLine(reading, demo, 'long', 140))).toBe('Tokens       — this window · — today');
  });

  test('burn with its severity; dollars that are not known are a dash (D-2)', () => {
    const unpriced = {
      ...demo,
      combined: { ...demo.combined, severity: 'NORMAL' as const, burnNow: { work: 6384, all: 910_400, costPerHour: null } },
    };
    expect(textOf(burnLine(view, demo, 'long'))).toBe(
      'Burn rate    6,384 work tok/min (HIGH) · 910,400 all tok/min · $20.45/h    now = last 5 min',
    );
    expect(burnLine(view, demo, 'long')[1]!.tone).toBe('attention');
    expect(textOf(burnLine(view, unpriced, 'short'))).toBe('Burn    6,384 work tok/min (NORMAL) · —');
    expect(burnLine(view, unpriced, 'short')[1]!.tone).toBeUndefined();
    expect(textOf(burnLine(reading, demo, 'bare'))).toBe('—');
  });

  const own = { ...window.projection!, calibrated: false };
  const set = { tokens: 100_000_000, count: 'all', source: 'configured', rung: 'configured', over: false } as const;
  test.each([
    ['by the server', window, 'long', '81 % (74–88 %) by 15:20 at this pace · 58.31M tokens · limit not before the reset'],
    [
      'by the server without our own',
      { ...window, projection: null },
      'long',
      '81 % (74–88 %) by 15:20 at this pace · limit not before the reset',
    ],
    [
      'the limit comes first (D-32)',
      { ...window, percentProjection: { ...window.percentProjection!, limitAt: at('14:55') } },
      'short',
      '81 % (74–88 %) by 15:20 at this pace · 58.31M tokens · limit ≈ 14:55',
    ],
    [
      'of a set limit',
      estimatedWindow({ projection: own, limit: set }),
      'long',
      '58 % (52–61 %, uncalibrated) by ≈ 15:20 at this pace · 58.31M tokens · limit not before its end',
    ],
    [
      'a set limit comes first',
      estimatedWindow({ projection: { ...own, limitAt: at('14:55') }, limit: set }),
      'long',
      '58 % (52–61 %, uncalibrated) by ≈ 15:20 at this pace · 58.31M tokens · limit ≈ 14:55',
    ],
    [
      'no limit is known',
      estimatedWindow({ projection: own }),
      'long',
      '58.31M tokens (52.10–61.00M, uncalibrated) by ≈ 15:20 at this pace',
    ],
    [
      'no limit is known, well tried',
      estimatedWindow({ projection: window.projection }),
      'short',
      '58.31M tokens (52.10–61.00M) by ≈ 15:20 at this pace',
    ],
    ['too little use', aWindow(), 'long', '— not enough use yet for a forecast'],
  ] as const)('forecast: %s', (_, shown, form, expected) => {
    const drawn = projectedLine(view, { ...demo, windows: [shown] }, form, null);
    expect(textOf(drawn).slice(form === 'long' ? 13 : 8)).toBe(expected);
    expect(drawn[1]!.tone).toBe(expected.includes('limit ≈') ? 'attention' : undefined);
  });

  test('of several accounts the forecast says whose it is; none while history is read or no window is open', () => {
    const two = { ...demo, windows: [window, aWindow({ label: 'home', usedPercent: figure(90, 'official', NOW) })] };
    expect(textOf(projectedLine(view, two, 'short', null))).toBe('Ahead   home — not enough use yet for a forecast');
    expect(textOf(projectedLine(view, { ...demo, windows: [] }, 'short', null))).toBe('Ahead   —');
    expect(textOf(projectedLine(reading, demo, 'long', null))).toBe('Projected    —');
  });

  test.each([
    ['by the server', { windows: [window] }, view, '81 % (74–88 %) at this pace · 37.37M → 58.31M'],
    ['without a limit', { windows: [estimatedWindow({ projection: own })] }, view, '37.37M → 58.31M tokens at this pace'],
    ['without a forecast', { windows: [aWindow()] }, view, '37.37M tokens window'],
    ["without our own, the server's alone has no tokens", { windows: [{ ...window, projection: null }] }, view, '37.37M tokens window'],
    ['no window', { windows: [] }, view, '37.37M tokens window'],
    ['two windows are never put into one', { windows: [window, window] }, view, '37.37M tokens window'],
    ['while history is read', { windows: [window] }, reading, '— tokens window'],
  ])('on the barest form: %s', (_, more, how, expected) =>
    expect(textOf(projectedLine(how, { ...demo, ...more }, 'bare', null))).toBe(expected),
  );
});
