import { expect } from 'vitest';
import type { Json } from './homes.ts';

/** Facts of a `right` that are not fields of a row; the tests look for them in `meta.ingest` or in the oracle's counts. */
const NOT_IN_A_ROW = new Set(['rejectedLines', 'flaggedCounters', 'timeIsGuess']);

/** Half a nano-dollar: two costs nearer than this are one (D-14). */
const HALF_NANO = 0.5e-9;

/** Every field of `want` stands in `got` with the same value; a cost may be a number or a text of nine decimals, null stays null. */
export function expectRow(got: Json, want: Json, where = ''): void {
  expect(got, `${where}: a row`).toBeTypeOf('object');
  for (const [name, value] of Object.entries(want)) {
    if (NOT_IN_A_ROW.has(name)) continue;
    if (name === 'subagents') expectRow(got.subagents, value, `${where}.subagents`);
    else if (name === 'totalCost') expectCost(got.totalCost, value as Cost, `${where}.totalCost`);
    else expect(got[name], `${where}.${name}`).toEqual(value);
  }
}

type Cost = number | string | null;

export function expectCost(got: Cost | undefined, want: Cost, where: string): void {
  if (want === null || got === null || got === undefined) expect(got, where).toBe(want);
  else expect(Math.abs(Number(got) - Number(want)), `${where}: got ${got}, want ${want}`).toBeLessThan(HALF_NANO);
}

/** A session of which `want` says nothing was used has no row. */
export function expectSession(row: Json | undefined, want: Json, where: string): void {
  if (row === undefined && Object.values(want).every((v) => v === 0)) return;
  expectRow(row, want, where);
}
