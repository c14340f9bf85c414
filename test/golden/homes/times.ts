import type { HandHome } from './hand-home.ts';
import { answer, file, HAIKU_4_5, msg, sid } from './lines.ts';

const S5 = sid('5');
const at = (name: string, time: string, input: number): string => answer({ id: msg(`h5${name}`), session: S5, at: time, use: [input, 0] });

/*
 * Sonnet 4.6: 3,000 nano-dollars per input token; inputs 1, 10, 100, … so that each digit of a sum names its requests.
 *              UTC     New York (EDT until 11-01 06:00Z, then EST)   Kathmandu (+5:45)
 * e1       1   11-01   10-31 23:59:59.999                            11-01
 * e2      10   11-01   11-01 00:00                                   11-01
 * e3     100   11-02   11-01 23:59:59 of a day of 25 hours           11-02
 * e4   1,000   11-02   11-02 00:00                                   11-02
 * e5  10,000   11-19   11-19                                         11-19 23:59:59.999
 * e6 100,000   11-19   11-19                                         11-20 00:00
 * Weeks from Monday: 10-31 and 11-01 lie in that of 10-26, 11-02 begins one, 11-19 and 11-20 lie in that of 11-16. All: 111,111 · 3,000 → $0.333333.
 */
const all = { requests: 6, inputTokens: 111_111, outputTokens: 0, totalTokens: 111_111, totalCost: 0.333333 };
const row = (requests: number, inputTokens: number, totalCost: number) => ({ requests, inputTokens, totalCost });
export const zoneBorders: HandHome = {
  name: 'zone-borders',
  rules: 'D-27: day, week and month of a zone, a day of 25 hours, an odd offset',
  files: {
    [`projects/-h5/${S5}.jsonl`]: file(
      at('e1', '2026-11-01T03:59:59.999Z', 1),
      at('e2', '2026-11-01T04:00:00.000Z', 10),
      at('e3', '2026-11-02T04:59:59.000Z', 100),
      at('e4', '2026-11-02T05:00:00.000Z', 1000),
      at('e5', '2026-11-19T18:14:59.999Z', 10_000),
      at('e6', '2026-11-19T18:15:00.000Z', 100_000),
    ),
  },
  figures: [
    {
      totals: all,
      rows: {
        daily: { '2026-11-01': row(2, 11, 0.000033), '2026-11-02': row(2, 1100, 0.0033), '2026-11-19': row(2, 110_000, 0.33) },
        weekly: { '2026-10-26': row(2, 11, 0.000033), '2026-11-02': row(2, 1100, 0.0033), '2026-11-16': row(2, 110_000, 0.33) },
        monthly: { '2026-11': row(6, 111_111, 0.333333) },
      },
    },
    {
      zone: 'America/New_York',
      totals: all,
      rows: {
        daily: {
          ...{ '2026-10-31': row(1, 1, 0.000003), '2026-11-01': row(2, 110, 0.00033) },
          ...{ '2026-11-02': row(1, 1000, 0.003), '2026-11-19': row(2, 110_000, 0.33) },
        },
        weekly: { '2026-10-26': row(3, 111, 0.000333), '2026-11-02': row(1, 1000, 0.003), '2026-11-16': row(2, 110_000, 0.33) },
        monthly: { '2026-10': row(1, 1, 0.000003), '2026-11': row(5, 111_110, 0.33333) },
      },
    },
    {
      zone: 'Asia/Kathmandu',
      totals: all,
      rows: {
        daily: {
          ...{ '2026-11-01': row(2, 11, 0.000033), '2026-11-02': row(2, 1100, 0.0033) },
          ...{ '2026-11-19': row(1, 10_000, 0.03), '2026-11-20': row(1, 100_000, 0.3) },
        },
      },
    },
  ],
};

const S12 = sid('12');
const timed = (name: string, time: unknown, input: number, output = 1): string =>
  answer({ id: msg(`h12${name}`), session: S12, model: HAIKU_4_5, at: time, use: [input, output] });

/*
 * Haiku 4.5: 1,000 in, 5,000 out. The file's own time is 2026-11-12T12:00Z.
 * 11-12  no time 1, 30 February 2, 22:30 UTC written as 07:30+09:00 of the 13th 4, a number 64, second 60 256 → in 327, out 5 = 327,000 + 25,000
 * 11-14  small letters and microseconds 8 → 8,000 + 5,000         11-15  a blank for the T, one digit 128 → 128,000 + 5,000
 * 11-10  one line without a time (out 5) and one with (out 1) 32 → in 32, out 5 = 32,000 + 25,000
 * 2100-02-28  16 → 16,000 + 5,000
 * All: 9 requests, in 511, out 13; 352 + 13 + 133 + 57 + 21 = 576 → $0.000576.
 */
export const oddTimes: HandHome = {
  name: 'odd-times',
  rules: 'D-12, D-10.4: no time, no real time, other forms and offsets, a valid time beside none, far ahead',
  files: {
    [`projects/-h12/${S12}.jsonl`]: file(
      timed('t1', undefined, 1),
      timed('t2', '2026-02-30T10:00:00.000Z', 2),
      timed('t3', '2026-11-13T07:30:00+09:00', 4),
      timed('t4', '2026-11-14t23:59:59.999999z', 8),
      timed('t5', '2100-02-28T23:59:59.000Z', 16),
      timed('t6', undefined, 32, 5),
      timed('t6', '2026-11-10T00:00:00.000Z', 32, 1),
      timed('t7', 1_762_770_000_000, 64),
      timed('t8', '2026-11-15 08:00:00.5Z', 128),
      timed('t9', '2026-06-30T23:59:60Z', 256),
    ),
  },
  figures: [
    {
      totals: { requests: 9, inputTokens: 511, outputTokens: 13, totalTokens: 524, totalCost: 0.000576 },
      rows: {
        daily: {
          '2026-11-10': { requests: 1, inputTokens: 32, outputTokens: 5, totalCost: 0.000057 },
          '2026-11-12': { requests: 5, inputTokens: 327, outputTokens: 5, totalCost: 0.000352 },
          '2026-11-14': { requests: 1, inputTokens: 8, totalCost: 0.000013 },
          '2026-11-15': { requests: 1, inputTokens: 128, totalCost: 0.000133 },
          '2100-02-28': { requests: 1, inputTokens: 16, totalCost: 0.000021 },
        },
      },
    },
  ],
};
