import { expect, it } from 'vitest';
import { projectPercent } from './forecast.ts';

it('D-31: samples of one moment have no slope, so the figure stays where it is', () => {
  const samples = [10, 20, 30].map((used) => ({ used, seenAt: 1_000_000 }));
  const window = { start: 0, end: 18_000_000 };
  expect(projectPercent(samples, window, 1_000_000, { minSpanMs: 0 })).toEqual({
    percentPerHour: 0,
    percentAtReset: 30,
    beforeReset: false,
    low: 30,
    high: 30,
    limitAt: null,
  });
});
