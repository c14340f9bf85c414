import { withFingerprint } from './fingerprint.ts';
import type { ModelFamily, PricePeriod, PriceTable } from './types.ts';

/** A price row of the person's own (`pricing.overrides`), USD per million tokens. */
export interface PriceOverride {
  /** Model id, lower case or not; `*` stands for any text. */
  readonly pattern: string;
  /** First and (exclusive) last UTC day, `YYYY-MM-DD`; null = open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly input: number;
  readonly output: number;
  /** Defaults by the list's rule of thumb: 1.25 ×, 2 × and 0.1 × input. */
  readonly cacheWrite5m?: number;
  readonly cacheWrite1h?: number;
  readonly cacheRead?: number;
}

/** A table with the batch switch; `costOf` reads it. */
export interface ConfiguredPriceTable extends PriceTable {
  readonly batch: boolean;
}

/**
 * The table with the person's rows laid over it. Their rows win on the days they cover, the first listed before the later ones, and have neither
 * tiers nor multipliers: the person says what they pay. Other days keep the table's price. Throws RangeError on a price that is not a number ≥ 0.
 */
export function withOverrides(table: PriceTable, overrides: readonly PriceOverride[], batch: boolean): ConfiguredPriceTable {
  return withFingerprint({
    date: table.date,
    families: [...overrides.map(configuredFamily), ...table.families],
    webSearchUsd: table.webSearchUsd,
    batchMultiplier: table.batchMultiplier,
    batch,
  });
}

function configuredFamily(row: PriceOverride): ModelFamily {
  return {
    family: row.pattern,
    displayName: row.pattern,
    contextWindow: null,
    contextWindowMax: null,
    match: [globPattern(row.pattern)],
    prices: [configuredPeriod(row)],
    configured: true,
  };
}

function configuredPeriod(row: PriceOverride): PricePeriod {
  const price = (value: number | undefined, timesInput: number): number => checked(value ?? noiseless(row.input * timesInput), row.pattern);
  return {
    from: row.from,
    to: row.to,
    input: checked(row.input, row.pattern),
    output: checked(row.output, row.pattern),
    cacheWrite5m: price(row.cacheWrite5m, 1.25),
    cacheWrite1h: price(row.cacheWrite1h, 2),
    cacheRead: price(row.cacheRead, 0.1),
    tier: null,
    fastMultiplier: null,
    geoUsMultiplier: null,
  };
}

function checked(price: number, pattern: string): number {
  if (!Number.isFinite(price) || price < 0) throw new RangeError(`price of ${JSON.stringify(pattern)} is not a number of 0 or more`);
  return price;
}

/** 0.1 × 0.7 is 0.07 to a person; the price is taken by its decimal digits later on. */
function noiseless(price: number): number {
  return Number.isFinite(price) ? Number(price.toPrecision(12)) : price;
}

/** Anchored pattern of a glob. Runs of `*` become one, and a lazy match between literals keeps an id of some hundred characters cheap. */
function globPattern(glob: string): RegExp {
  const literals = glob.toLowerCase().split(/\*+/);
  return new RegExp(`^${literals.map((literal) => literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('.*?')}$`, 's');
}
