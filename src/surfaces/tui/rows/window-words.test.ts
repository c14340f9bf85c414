import { describe, expect, test } from 'vitest';
import { between } from '../../../monitor/verdict-words.ts';
import { viewOf } from '../figures.ts';
import { aSnapshot, at, aWindow, estimatedWindow, NOW } from '../testing.ts';
import { partTone, projectedPercent, rangeWords, usedTone, windowLabel } from './window-words.ts';

const view = viewOf(aSnapshot(), { ascii: false, now: NOW });
const projection = { tokens: 58_310_000, low: 52_100_000, high: 61_000_000, cost: null, calibrated: true, limitAt: null };
const all = (tokens: number | null, count: 'all' | 'work' = 'all') =>
  ({ tokens, count, source: 'configured', rung: 'configured', over: false }) as const;

describe('the length of a window, LV-12', () => {
  test.each([
    ['an official one is called by its usual length even when it was cut', aWindow({ end: at('12:20') }), '5h'],
    ['an estimated one by its own', estimatedWindow({ end: at('12:20') }), '2h'],
    ['to the half hour', estimatedWindow({ end: at('11:50') }), '1.5h'],
    ['one of minutes is a cut usual one', estimatedWindow({ end: at('10:30') }), '5h'],
  ])('%s', (_, window, expected) => expect(windowLabel(window)).toBe(expected));
});

describe('colour of what is used, LV-54', () => {
  test.each([
    [null, undefined],
    [49.9, undefined],
    [50, 'turn'],
    [79.9, 'turn'],
    [80, 'attention'],
    [94.9, 'attention'],
    [95, 'error'],
    [140, 'error'],
  ] as const)('%s %% is %s', (used, tone) => expect(partTone(used)).toBe(tone));

  test("an old figure of the server's is grey, however high (D-20)", () => {
    const used = { value: 97, source: 'official', at: NOW } as const;
    expect(usedTone({ usedPercent: used, stale: true })).toBe('dim');
    expect(usedTone({ usedPercent: used, stale: false })).toBe('error');
  });
});

describe('what the window comes to, D-30 and D-31', () => {
  test.each([
    [
      'by the server, whatever the tokens say',
      { percentProjection: { percent: 81, low: 74, high: 88, limitAt: null }, projection },
      [81, 74, 88],
    ],
    ['of a set limit that counts the same tokens', { projection, limit: all(100_000_000) }, [58.31, 52.1, 61]],
    ['not of a limit that counts other tokens', { projection, limit: all(100_000_000, 'work') }, null],
    ['not without a limit', { projection, limit: all(null) }, null],
    ['not of a limit of nothing', { projection, limit: all(0) }, null],
    ['not without a projection', { projection: null, limit: all(100_000_000) }, null],
  ] as const)('%s', (_, more, expected) => {
    const found = projectedPercent(estimatedWindow(more));
    if (expected === null) expect(found).toBeNull();
    else {
      expect(found?.at).toBeCloseTo(expected[0], 6);
      expect(found?.low).toBeCloseTo(expected[1], 6);
      expect(found?.high).toBeCloseTo(expected[2], 6);
    }
  });

  test.each([
    ['percent', estimatedWindow({ projection, limit: all(100_000_000) }), '52–61 %'],
    ['tokens where no limit is known', estimatedWindow({ projection }), '52.10–61.00M tokens'],
    ['ends of two units', estimatedWindow({ projection: { ...projection, low: 900_000, high: 1_200_000 } }), '900.0K–1.20M tokens'],
    ['ends that read the same', estimatedWindow({ projection: { ...projection, low: 1_200_000, high: 1_201_000 } }), '1.20M tokens'],
  ])('in words: %s', (_, window, expected) => expect(rangeWords(view, window)).toBe(expected));

  test('nothing is said without a projection, nor while history is read (LV-35)', () => {
    expect(rangeWords(view, estimatedWindow())).toBeNull();
    expect(rangeWords({ ...view, complete: false }, estimatedWindow({ projection }))).toBeNull();
  });

  test('a unit is said once where both ends have it', () => {
    expect(between('74 %', '88 %')).toBe('74–88 %');
    expect(between('<0.1 %', '2 %')).toBe('<0.1–2 %');
    expect(between('999', '1.2K')).toBe('999–1.2K');
  });
});
