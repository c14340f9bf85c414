/** Token counts of one request or a sum of them, by the kinds that are priced apart (unit: tokens, integers ≥ 0). Definition D-3. */
export interface TokenCounts {
  readonly input: number;
  /** Thinking included. */
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
}

/** An amount of money in integer nano-US-dollars (10⁻⁹ USD). Safe as a double up to nine million dollars. Definition D-14. */
export type NanoUsd = number;

export type Speed = 'standard' | 'fast';

/** Which figure is a request's cost: D-17. */
export type CostMode = 'auto' | 'calculate' | 'display';

/** What the price of one request depends on. */
export interface PricedUsage {
  readonly model: string;
  readonly tokens: TokenCounts;
  readonly webSearches: number;
  readonly speed: Speed;
  /** `inference_geo` of the response was `us`. */
  readonly geoUs: boolean;
  /** Epoch ms (UTC); the price row of its UTC day is taken. */
  readonly at: number;
}

/** Prices of one period, USD per million tokens. */
export interface Rate {
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
}

export interface PricePeriod extends Rate {
  /** First and (exclusive) last UTC day, `YYYY-MM-DD`; null = open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly tier: { readonly promptTokensOver: number; readonly prices: Rate } | null;
  readonly fastMultiplier: number | null;
  readonly geoUsMultiplier: number | null;
}

export interface ModelFamily {
  readonly family: string;
  readonly displayName: string;
  /** The client's default context window of the model, in tokens. */
  readonly contextWindow: number | null;
  readonly contextWindowMax: number | null;
  /** Anchored patterns on the lower-cased id; exactly one family may match. */
  readonly match: readonly RegExp[];
  readonly prices: readonly PricePeriod[];
  /** Set by the person in `pricing.overrides`. */
  readonly configured?: boolean;
}

/** A table ready to price with. */
export interface PriceTable {
  /** Date of the table, `YYYY-MM-DD`; exports name it. */
  readonly date: string;
  /** Changes whenever any price, override or the batch switch changes; the ledger re-prices when it differs. */
  readonly fingerprint: string;
  readonly families: readonly ModelFamily[];
  readonly webSearchUsd: number;
  readonly batchMultiplier: number;
}
