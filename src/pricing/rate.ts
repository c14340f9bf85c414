import { atScale, type Decimal, decimalOf } from './decimal.ts';
import type { NanoUsd, Rate, TokenCounts } from './types.ts';

/** A rate with all its multipliers as integers: `nano-USD = Σ tokens × factor ÷ divisor`. */
export interface ExactRate {
  readonly small: Factors<number> | null;
  readonly big: Factors<bigint>;
}

interface Factors<Integer> {
  readonly input: Integer;
  readonly output: Integer;
  readonly cacheWrite5m: Integer;
  readonly cacheWrite1h: Integer;
  readonly cacheRead: Integer;
  readonly divisor: Integer;
}

/** 1 USD per million tokens is 1,000 nano-USD per token. */
const NANO_PER_TOKEN = 1000n;

/** Turns a rate in USD per million tokens and its multipliers into integers, once per row and variant. */
export function exactRate(rate: Rate, multipliers: readonly number[]): ExactRate {
  const prices = [rate.input, rate.output, rate.cacheWrite5m, rate.cacheWrite1h, rate.cacheRead].map(decimalOf);
  const factors = multipliers.map(decimalOf);
  const scale = Math.max(...prices.map((price) => price.scale));
  const times = factors.reduce((product, factor) => product * factor.digits, NANO_PER_TOKEN);
  const divisor = 10n ** BigInt(factors.reduce((sum, factor) => sum + factor.scale, scale));
  return reduced(
    prices.map((price: Decimal) => atScale(price, scale) * times),
    divisor,
  );
}

/** Takes out the common divisor, so that the factors stay small enough for plain numbers. */
function reduced(products: readonly bigint[], divisor: bigint): ExactRate {
  const common = products.reduce(greatestCommonDivisor, divisor);
  const [input = 0n, output = 0n, cacheWrite5m = 0n, cacheWrite1h = 0n, cacheRead = 0n] = products.map((product) => product / common);
  const big = { input, output, cacheWrite5m, cacheWrite1h, cacheRead, divisor: divisor / common };
  return { big, small: asNumbers(big) };
}

function asNumbers(big: Factors<bigint>): Factors<number> | null {
  const largest = Object.values(big).reduce((a: bigint, b: bigint) => (a > b ? a : b), 0n);
  if (largest > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return {
    input: Number(big.input),
    output: Number(big.output),
    cacheWrite5m: Number(big.cacheWrite5m),
    cacheWrite1h: Number(big.cacheWrite1h),
    cacheRead: Number(big.cacheRead),
    divisor: Number(big.divisor),
  };
}

/** The price of integer token counts, rounded half up once (D-14). */
export function applyRate(rate: ExactRate, tokens: TokenCounts): NanoUsd {
  const f = rate.small;
  if (f !== null) {
    const sum =
      tokens.input * f.input +
      tokens.output * f.output +
      tokens.cacheWrite5m * f.cacheWrite5m +
      tokens.cacheWrite1h * f.cacheWrite1h +
      tokens.cacheRead * f.cacheRead;
    // Below 2⁵³ every product and partial sum was an exact integer; a sum that was not can only have come out at 2⁵³ or above.
    if (sum <= Number.MAX_SAFE_INTEGER) return roundedQuotient(sum, f.divisor);
  }
  return applyBig(rate.big, tokens);
}

function roundedQuotient(sum: number, divisor: number): number {
  const rest = sum % divisor;
  return (sum - rest) / divisor + (rest >= divisor - rest ? 1 : 0);
}

function applyBig(f: Factors<bigint>, tokens: TokenCounts): NanoUsd {
  const sum =
    BigInt(tokens.input) * f.input +
    BigInt(tokens.output) * f.output +
    BigInt(tokens.cacheWrite5m) * f.cacheWrite5m +
    BigInt(tokens.cacheWrite1h) * f.cacheWrite1h +
    BigInt(tokens.cacheRead) * f.cacheRead;
  return Number((2n * sum + f.divisor) / (2n * f.divisor));
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
