import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';
import { findFamily } from './lookup.ts';
import { builtinTable } from './table.ts';
import type { PricePeriod } from './types.ts';

interface ReferenceModel {
  family: string;
  displayName: string;
  contextWindow: number | null;
  contextWindowMax: number | null;
  match: string[];
  examples: string[];
  prices: PricePeriod[];
}
interface Reference {
  tableDate: string;
  batchMultiplier: number;
  geoUsMultiplier: number;
  webSearchPer1000: number;
  models: ReferenceModel[];
}

const referenceFile = resolve('../shared/reference/prices.json');
const table = builtinTable();
const byName = (a: { family: string }, b: { family: string }) => (a.family < b.family ? -1 : 1);

describe.skipIf(!existsSync(referenceFile))('the built-in table and ../shared/reference/prices.json', () => {
  const reference: Reference = existsSync(referenceFile) ? JSON.parse(readFileSync(referenceFile, 'utf8')) : { models: [] };

  it('D-15 has the same families, windows, patterns, periods, tiers and multipliers', () => {
    const ours = table.families.map((family) => ({ ...family, match: family.match.map((pattern) => pattern.source) }));
    const theirs = reference.models.map(({ family, displayName, contextWindow, contextWindowMax, match, prices }) => ({
      family,
      displayName,
      contextWindow,
      contextWindowMax,
      match: match.map((pattern) => new RegExp(pattern).source),
      prices,
    }));
    expect(ours.toSorted(byName)).toEqual(theirs.toSorted(byName));
    expect(table.families.flatMap((family) => family.match.map((pattern) => pattern.flags)).join('')).toBe('');
  });
  it('D-15 has the same date and the same prices beside the tokens', () => {
    expect(table).toMatchObject({
      date: reference.tableDate,
      batchMultiplier: reference.batchMultiplier,
      webSearchUsd: reference.webSearchPer1000 / 1_000,
    });
  });
  it('D-16 every example id belongs to exactly one family, its own', () => {
    for (const model of reference.models) {
      for (const id of model.examples) {
        const claims = table.families.filter((family) => family.match.some((pattern) => pattern.test(id)));
        expect(
          claims.map((family) => family.family),
          id,
        ).toEqual([model.family]);
        expect(findFamily(table, id)?.family).toBe(model.family);
      }
    }
  });
});

describe('the built-in table', () => {
  it('D-15 periods of a family are contiguous and start and end open', () => {
    for (const { family, prices } of table.families) {
      expect(prices[0]?.from, family).toBeNull();
      expect(prices.at(-1)?.to, family).toBeNull();
      for (let i = 1; i < prices.length; i++) expect(prices[i]?.from, family).toBe(prices[i - 1]?.to);
    }
  });
  it('carries the fingerprint of its contents', () => {
    const { fingerprint, ...contents } = builtinTable();
    expect(fingerprint).toBe(fingerprintOf(contents));
  });

  it('has one object and one fingerprint', () => {
    expect(builtinTable()).toBe(table);
    expect(table.fingerprint).toMatch(/^2026-11-20-[0-9a-f]{16}$/);
    expect({ ...table }.fingerprint).toBe(table.fingerprint);
  });
});
