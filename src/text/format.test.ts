import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  age,
  atLeast,
  dayTimeFrom,
  duration,
  formatInstant,
  percent,
  percentColumn,
  roughly,
  tokensFull,
  tokensShort,
  usd,
  usdExact,
} from './format.ts';

describe('D-39 tokens', () => {
  const short: [number | null, string][] = [
    [0, '0'],
    [999, '999'],
    [999.4, '999'],
    [999.6, '1.0K'],
    [1_200, '1.2K'],
    [12_050, '12.1K'],
    [45_678, '45.7K'],
    [662_110, '662.1K'],
    [999_949, '999.9K'],
    [999_950, '1.00M'],
    [3_400_000, '3.40M'],
    [37_371_963, '37.37M'],
    [112_300_000, '112.3M'],
    [99_995_000, '100.0M'],
    [999_950_000, '1.00B'],
    [1_100_000_000, '1.10B'],
    [1_234_000_000_000, '1.23T'],
    [Number.MAX_SAFE_INTEGER, '9007T'],
    [null, '—'],
  ];
  it.each(short)('D-39 %s → %s', (tokens, text) => expect(tokensShort(tokens)).toBe(text));
  it('D-39 in a narrow column decimals go first, digits never', () => {
    expect([5, 4, 3, 1].map((columns) => tokensShort(10_361_000, { columns }))).toEqual(['10.4M', '10M', '10M', '10M']);
    expect(tokensShort(999_600, { columns: 4 })).toBe('1.0M');
    expect(tokensShort(45_678, { columns: 20 })).toBe('45.7K');
  });
  it('D-39 full digits have separators', () => {
    expect([999, 1_000, 14_820_000, 433.3, null].map((tokens) => tokensFull(tokens))).toEqual(['999', '1,000', '14,820,000', '433', '—']);
  });
  it('D-39 no count is wider than 6 columns up to 2⁵³', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (tokens) => {
        expect(tokensShort(tokens).length).toBeLessThanOrEqual(6);
      }),
    );
  });
});

describe('D-39, D-14 money', () => {
  const cases: [number | null, string][] = [
    [0, '$0.00'],
    [1, '<$0.01'],
    [4_000_000, '<$0.01'],
    [5_000_000, '$0.01'],
    [40_000_000, '$0.04'],
    [12_450_000_000, '$12.45'],
    [999_994_999_999, '$999.99'],
    [999_995_000_000, '$1,000'],
    [1_234_560_000_000, '$1,235'],
    [1_234_567_890_000_000, '$1,234,568'],
    [-25_916_000, '-$0.03'],
    [-1, '>-$0.01'],
    [null, '—'],
  ];
  it.each(cases)('D-39 %s nano-dollars → %s', (nano, text) => expect(usd(nano)).toBe(text));
  it('D-14 JSON dollars have no binary noise and no -0', () => {
    expect([370_150_000, 300_000_000, 0, -0, 1, 28_665_531_000].map((nano) => JSON.stringify(usdExact(nano)))).toEqual([
      '0.37015',
      '0.3',
      '0',
      '0',
      '1e-9',
      '28.665531',
    ]);
    expect(Object.is(usdExact(-0), 0)).toBe(true);
  });
  it('D-14 JSON dollars read back to the same nano-dollar', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (nano) => {
        expect(Math.round(usdExact(nano) * 1e9)).toBe(nano);
        expect(
          String(usdExact(nano))
            .replace(/^-?\d+\.?/, '')
            .replace(/e-.*/, '').length,
        ).toBeLessThanOrEqual(9);
      }),
    );
  });
});

describe('D-39 percent', () => {
  const cases: [number | null, string][] = [
    [0, '0 %'],
    [0.04, '<0.1 %'],
    [0.05, '0.1 %'],
    [1.7, '1.7 %'],
    [8, '8 %'],
    [8.68, '8.7 %'],
    [9.96, '10 %'],
    [61.7, '62 %'],
    [10.4, '10 %'],
    [100.5, '101 %'],
    [-5.4, '-5.4 %'],
    [null, '—'],
  ];
  it.each(cases)('D-39 %s → %s', (value, text) => {
    expect(percent(value)).toBe(text);
    expect(percentColumn(value)).toBe(text.replace(' ', ''));
  });
});

describe('D-39 time', () => {
  it('says the year where a day and a month could be those of another', () => {
    const at = (iso: string) => Date.parse(`${iso}:00Z`);
    const seen = (iso: string) => dayTimeFrom(at('2026-11-22T03:00'), at(iso), 'UTC');
    expect([seen('2026-11-19T00:00'), seen('2026-02-16T18:00'), seen('2025-11-19T00:00'), seen('2027-11-19T00:00')]).toEqual([
      'Thu 19 Nov 00:00',
      'Mon 16 Feb 18:00',
      '2025-11-19 00:00',
      '2027-11-19 00:00',
    ]);
  });

  const cases: [number | null, string, string][] = [
    [0, '0 s', '0 s'],
    [53_999, '53 s', '53 s'],
    [60_000, '1 m', '1 m'],
    [134_000, '2 m 14 s', '2 m'],
    [599_999, '9 m 59 s', '9 m'],
    [53 * 60_000 + 50_000, '53 m', '53 m'],
    [97 * 60_000 + 50_000, '1 h 37 m', '1 h'],
    [7_334_000, '2 h 2 m', '2 h'],
    [8_040_000, '2 h 14 m', '2 h'],
    [7_200_000, '2 h', '2 h'],
    [76 * 3_600_000, '3 d 4 h', '3 d'],
    [-5, '0 s', '0 s'],
    [null, '—', '—'],
  ];
  it.each(cases)('D-39 %s ms → %s, as an age %s', (ms, long, short) => {
    expect([duration(ms), age(ms)]).toEqual([long, short]);
    expect([duration(ms, { column: true }), age(ms, { column: true })]).toEqual([long.replaceAll(' ', ''), short.replace(' ', '')]);
  });
  it('instants are printed in their zone', () => {
    const at = Date.parse('2026-11-20T13:42:10Z');
    const styles = ['time', 'seconds', 'day', 'dayTime', 'dateTime', 'full', 'isoDate', 'isoTime'] as const;
    expect(styles.map((style) => formatInstant(at, 'UTC', style))).toEqual([
      '13:42',
      '13:42:10',
      'Fri 20 Nov',
      'Fri 20 Nov 13:42',
      '20 Nov 13:42',
      'Fri 20 Nov 13:42:10 UTC',
      '2026-11-20',
      '2026-11-20 13:42',
    ]);
    expect(styles.map((style) => formatInstant(at, 'Etc/GMT', style)).slice(0, 5)).toEqual(
      styles.map((style) => formatInstant(at, 'UTC', style)).slice(0, 5),
    );
    expect(formatInstant(at, 'America/New_York', 'full')).toBe('Fri 20 Nov 08:42:10 EST');
    expect(formatInstant(at, 'Asia/Kathmandu', 'full')).toBe('Fri 20 Nov 19:27:10 GMT+5:45');
    expect(formatInstant(at, 'UTC', 'dayTime', { hour12: true })).toBe('Fri 20 Nov 1:42 pm');
    expect(formatInstant(at, 'UTC', 'isoTime', { hour12: true })).toBe('2026-11-20 13:42');
    expect(() => formatInstant(at, 'Europe/Berln', 'time')).toThrow(RangeError);
  });
  it('D-27 dates at the edges of zones', () => {
    const date = (time: string, zone: string) => formatInstant(Date.parse(time), zone, 'isoDate');
    expect(date('2026-11-02T04:59:59Z', 'America/New_York')).toBe('2026-11-01');
    expect(date('2026-11-02T05:00:00Z', 'America/New_York')).toBe('2026-11-02');
    expect(date('2026-11-19T18:15:00Z', 'Asia/Kathmandu')).toBe('2026-11-20');
    expect(date('2011-12-30T09:59:59Z', 'Pacific/Apia')).toBe('2011-12-29');
    expect(date('2011-12-30T10:00:00Z', 'Pacific/Apia')).toBe('2011-12-31');
    expect(formatInstant(Date.parse('2026-11-20T00:05:00Z'), 'Europe/Lisbon', 'time')).toBe('00:05');
  });
});

describe('D-39, UR-53 marks', () => {
  it('UR-53 have an ASCII form', () => {
    const ascii = { ascii: true };
    expect([
      tokensShort(null, ascii),
      usd(null, ascii),
      percent(null, ascii),
      duration(null, ascii),
      formatInstant(null, 'UTC', 'time', ascii),
    ]).toEqual(['--', '--', '--', '--', '--']);
    expect([atLeast('$1.00', 'text'), atLeast('$1.00', 'column'), atLeast('$1.00', 'column', ascii), roughly('14:55', 'text')]).toEqual([
      '≥ $1.00',
      '≥$1.00',
      '>=$1.00',
      '≈ 14:55',
    ]);
    expect([formatInstant(Number.NaN, 'UTC', 'time'), formatInstant(1e17, 'UTC', 'time')]).toEqual(['—', '—']);
  });
});
