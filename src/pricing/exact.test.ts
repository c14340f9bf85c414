import { describe, expect, it } from 'vitest';
import { atScale, decimalOf } from './decimal.ts';
import { withOverrides } from './overrides.ts';
import { applyRate, exactRate } from './rate.ts';
import { builtinTable } from './table.ts';

describe('D-14 exact decimals', () => {
  it('are what was written down, small, large and in between', () => {
    expect(decimalOf(0.1)).toEqual({ digits: 1n, scale: 1 });
    expect(decimalOf(1.5e-7)).toEqual({ digits: 15n, scale: 8 });
    expect(decimalOf(1e21)).toEqual({ digits: 10n ** 21n, scale: 0 });
    expect(decimalOf(1.5e21)).toEqual({ digits: 15n * 10n ** 20n, scale: 0 });
    expect(atScale(decimalOf(2.5), 3)).toBe(2500n);
  });
});

describe('D-14 rates beyond plain numbers', () => {
  const none = { output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
  it('give the exact price where a factor itself is too large for a plain number', () => {
    // 123.4567890123 USD per million, times 1.23456789: factors of 20 digits.
    const rate = exactRate({ input: 123.4567890123, ...none, output: 7 }, [1.23456789]);
    expect(rate.small).toBeNull();
    // 1234567890123 · 123456789 · 1,000 ÷ 10^10 ÷ 10^8 per token, by 1,000,000 tokens, rounded half up.
    const numerator = 1234567890123n * 123456789n * 1000n * 1_000_000n;
    expect(applyRate(rate, { input: 1_000_000, ...none })).toBe(Number((2n * numerator + 10n ** 18n) / (2n * 10n ** 18n)));
  });
  it('and where only the sum is', () => {
    const rate = exactRate({ input: 3, ...none }, [1]);
    expect(rate.small).not.toBeNull();
    expect(applyRate(rate, { input: 2 ** 50, ...none })).toBe(3000 * 2 ** 50);
  });
});

it('pricing.overrides: a price so high that its rule of thumb has no number is refused by name', () => {
  const row = { pattern: 'x-*', from: null, to: null, input: 1e308, output: 1 };
  expect(() => withOverrides(builtinTable(), [row], false)).toThrow(new RangeError('price of "x-*" is not a number of 0 or more'));
});
