import { describe, expect, test } from 'vitest';
import { countTokens, type FinishedWindow, largestWindow, limitOf, limitPercent, parseTokenLimit, setLimits, usualPeak } from './limit.ts';

const tokens = (input: number, cacheRead = 0, output = 0) => ({ input, output, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead });
const windows = (...work: number[]): FinishedWindow[] => work.map((n, i) => ({ end: i, tokens: tokens(n, n === 0 ? 0 : 1_000_000) }));
const EXAMPLE = [120, 180, 240, 300, 310, 420, 515, 640, 700, 905].map((k) => k * 1000);
const NOTHING = { officialPercent: null, configured: null, plan: null, finished: [] };

describe('limit (D-34)', () => {
  test('D-34: P90 of ten finished windows is the ninth; of nine it is unknown', () => {
    expect(usualPeak(windows(...EXAMPLE))).toBe(700_000);
    expect(usualPeak(windows(...EXAMPLE.slice(0, 9)))).toBeNull();
    expect(usualPeak(windows(...EXAMPLE.slice(0, 9), 0, 0))).toBeNull();
  });

  test.each([
    ['nothing is set', null, {}, [null, null]],
    ['of the day only', null, { tokensPerDay: 80 }, [{ tokens: 80, per: 'day' }, null]],
    ['of the window only', null, { tokensPerWindow: 60 }, [{ tokens: 60, per: 'window' }, 60]],
    [
      'of both: the day stands in combined use, the window keeps its own',
      null,
      { tokensPerDay: 80, tokensPerWindow: 'max' },
      [{ tokens: 80, per: 'day' }, 'max'],
    ],
    [
      'asked for the day: the window keeps its own',
      { tokens: 5, per: 'day' },
      { tokensPerDay: 80, tokensPerWindow: 60 },
      [{ tokens: 5, per: 'day' }, 60],
    ],
    [
      'asked for the window',
      { tokens: 'max', per: 'window' },
      { tokensPerDay: 80, tokensPerWindow: 60 },
      [{ tokens: 'max', per: 'window' }, 'max'],
    ],
  ] as const)('D-34: limits %s', (_, asked, settings, [combined, perWindow]) => {
    expect(setLimits(asked, { tokensPerDay: null, tokensPerWindow: null, ...settings })).toEqual({ combined, perWindow });
  });

  test('D-34: only the newest 60 windows count', () => {
    expect(usualPeak(windows(...Array(50).fill(9_000_000), ...Array(60).fill(5)))).toBe(5);
  });

  test('D-34: the first rung that exists, with its label (D-1)', () => {
    const finished = windows(...EXAMPLE);
    const all = { officialPercent: 62, configured: 500_000, plan: 'pro', finished } as const;
    expect(limitOf(all)).toEqual({ rung: 'official', source: 'official', tokens: null, count: 'all', usedPercent: 62 });
    expect(limitOf({ ...all, officialPercent: null, configuredCount: 'work' })).toMatchObject({
      rung: 'configured',
      source: 'configured',
      tokens: 500_000,
      count: 'work',
    });
    expect(limitOf({ ...NOTHING, plan: 'max5', finished })).toMatchObject({
      rung: 'plan',
      source: 'estimated',
      tokens: 88_000,
      count: 'input-output',
    });
    expect(limitOf({ ...NOTHING, finished })).toMatchObject({ rung: 'p90', source: 'estimated', tokens: 700_000, count: 'work' });
    expect(limitOf(NOTHING)).toMatchObject({ rung: 'unknown', source: 'unknown', tokens: null });
  });

  test('D-34: max is the largest finished window; without one the next rung counts', () => {
    expect(limitOf({ ...NOTHING, configured: 'max', finished: windows(5, 900, 7) })).toMatchObject({
      rung: 'configured',
      tokens: 1_000_900,
    });
    expect(largestWindow(windows(5, 900, 7), 'work')).toBe(900);
    expect(limitOf({ ...NOTHING, configured: 'max', plan: 'pro' })).toMatchObject({ rung: 'plan', tokens: 19_000 });
  });

  test('D-34: a guess is never shown above 100 %, a number of the person is', () => {
    const p90 = limitOf({ ...NOTHING, finished: windows(...EXAMPLE) });
    expect(limitPercent(p90, tokens(350_000, 99))).toEqual({ percent: 50, over: false });
    expect(limitPercent(p90, tokens(1_400_000))).toEqual({ percent: 100, over: true });
    expect(limitPercent(limitOf({ ...NOTHING, configured: 100 }), tokens(150))).toEqual({ percent: 150, over: true });
    expect(limitPercent(limitOf({ ...NOTHING, officialPercent: 62 }), tokens(150))).toEqual({ percent: 62, over: false });
    expect(limitPercent(limitOf(NOTHING), tokens(150))).toBeNull();
    expect(limitPercent(limitOf({ ...NOTHING, configured: 0 }), tokens(150))).toBeNull();
  });

  test('D-3, D-34: what a limit counts', () => {
    expect(
      (['all', 'work', 'input-output'] as const).map((c) =>
        countTokens({ input: 1, output: 2, cacheWrite5m: 4, cacheWrite1h: 8, cacheRead: 16 }, c),
      ),
    ).toEqual([31, 15, 3]);
  });
});

describe('--token-limit (LV-11)', () => {
  test.each([
    ['500000', 500_000, 'day'],
    ['1.5M', 1_500_000, 'day'],
    ['1.1m', 1_100_000, 'day'],
    ['45.7k/day', 45_700, 'day'],
    ['500,000/window', 500_000, 'window'],
    ['80_000_000', 80_000_000, 'day'],
    ['2B/Window', 2_000_000_000, 'window'],
    ['.5M', 500_000, 'day'],
    ['max', 'max', 'window'],
  ])('%s', (text, count, per) => {
    expect(parseTokenLimit(text)).toEqual({ tokens: count, per });
  });

  test.each(['', '0', '-5', '1.5', '5 apples', '1e6', 'max/day', '10/week', '1,00', 'NaN', '99999999B'])('refuses %j', (text) => {
    expect(parseTokenLimit(text)).toBeNull();
  });

  test('LV-11: 45,678 of 500,000 is 9.1 %', () => {
    const limit = limitOf({ ...NOTHING, configured: 500_000 });
    expect(limitPercent(limit, tokens(45_678))!.percent.toFixed(1)).toBe('9.1');
  });
});
