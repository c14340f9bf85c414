import type { BlockRow, ReportRow } from '../../usage/report.ts';
import { rowOf } from './test-rows.ts';

/** Literal windows and gaps for the tests of this folder. */
const ms = (time: string) => Date.parse(time);
const window = (start: string, end: string, row: ReportRow | null, more: Partial<BlockRow>): BlockRow => ({
  gap: row === null,
  start: ms(start),
  end: ms(end),
  account: 'work',
  source: 'official',
  uncertaintyMinutes: 0,
  usedPercent: null,
  usedPercentAt: null,
  active: false,
  row,
  burn: null,
  projection: null,
  limit: null,
  ...more,
});
const windowRow = (time: string, all: number, work: number, usd: number) =>
  rowOf([{ at: time, model: 'claude-opus-5-5-20260922', tokens: [work, 0, 0, 0, all - work], usd }]);

const USED = 37_371_963;
export const blockRows: BlockRow[] = [
  window('2026-11-19T14:10:00Z', '2026-11-19T19:10:00Z', windowRow('2026-11-19T15:00:00Z', 41_222_190, 2_010_448, 31.07), {
    usedPercent: 88,
    usedPercentAt: ms('2026-11-19T19:00:00Z'),
  }),
  window('2026-11-19T19:10:00Z', '2026-11-19T22:50:00Z', null, { source: 'estimated' }),
  window('2026-11-19T22:50:00Z', '2026-11-20T03:50:00Z', windowRow('2026-11-19T23:00:00Z', 9_120_334, 402_118, 6.12), {
    source: 'estimated',
    uncertaintyMinutes: 10,
  }),
  window('2026-11-20T03:50:00Z', '2026-11-20T10:20:00Z', null, { source: 'estimated' }),
  window('2026-11-20T10:20:00Z', '2026-11-20T15:20:00Z', windowRow('2026-11-20T13:42:00Z', USED, 2_164_853, 28.67), {
    active: true,
    usedPercent: 62,
    usedPercentAt: ms('2026-11-20T13:42:00Z'),
    burn: {
      now: { work: 6384.2, all: 90_000 + 1 / 3, costPerHour: 12_345_678_901 },
      pace: { work: 5000, all: 194_227.2, costPerHour: 9_000_000_000 },
      severity: 'HIGH',
    },
    projection: {
      tokens: USED + 19_000_000,
      cost: 43_000_000_000,
      remainingMinutes: 97.8,
      low: USED + 12_000_000,
      high: USED + 26_000_000,
      calibrated: true,
      percentAtReset: 81,
      limitAt: null,
    },
    limit: { tokens: 60_000_000, kind: 'all', source: 'configured' },
  }),
];
