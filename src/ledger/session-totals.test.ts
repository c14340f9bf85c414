import { describe, expect, test } from 'vitest';
import { FIGURES, SessionTotals, type TotalRow } from './session-totals.ts';

/** One request of these output tokens, of model 1 and no kind, at 10. */
const figures = (output: number): readonly number[] => [1, 1, 0, output, ...new Array<number>(FIGURES - 4).fill(0)];
const row = (output: number): TotalRow => [1, 0, ...figures(output), 10, 10];

describe('D-38: sums that are kept are exact', () => {
  const kept = (output: number, more: number | null): readonly TotalRow[] | null => {
    const totals = new SessionTotals();
    totals.keep(1, [row(output)]);
    if (more !== null) totals.add(1, 1, 0, figures(more), 20, 20);
    const rows = totals.of(1);
    return rows === undefined ? null : [...rows];
  };

  test.each([
    ['as they are', Number.MAX_SAFE_INTEGER, null, Number.MAX_SAFE_INTEGER],
    ['not above what numbers count exactly', Number.MAX_SAFE_INTEGER + 1, null, null],
    ['with what has come', Number.MAX_SAFE_INTEGER - 1, 1, Number.MAX_SAFE_INTEGER],
    ['not when what has come makes them too large', Number.MAX_SAFE_INTEGER, 1, null],
  ])('%s', (_, output, more, expected) =>
    expect(kept(output, more)?.map((values) => values[5]) ?? null).toEqual(expected === null ? null : [expected]),
  );

  test('what they are made of stays as it was', () => {
    const [totals, given] = [new SessionTotals(), row(5)];
    totals.keep(1, [given]);
    totals.add(1, 1, 0, figures(2), 20, 20);
    expect([[...totals.of(1)!], given]).toEqual([[[1, 0, 2, 2, 0, 7, ...new Array<number>(FIGURES - 4).fill(0), 10, 20]], row(5)]);
  });
});
