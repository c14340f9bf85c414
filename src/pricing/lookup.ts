import type { ModelFamily, PricePeriod, PriceTable } from './types.ts';

/** A price row found for a model at an instant. */
export interface FoundRate {
  readonly family: ModelFamily;
  readonly period: PricePeriod;
}

/** Model ids come from outside; a home with endless invented ids must not grow the memory. */
const MAX_REMEMBERED_MODELS = 512;
/** Characters; the longest real ids are inference-profile ARNs of less than 200. */
const MAX_ID_LENGTH = 512;
const NO_FAMILY: readonly ModelFamily[] = [];

const matchesOfTable = new WeakMap<PriceTable, Map<string, readonly ModelFamily[]>>();
const boundsOfFamily = new WeakMap<ModelFamily, readonly Bounds[]>();

interface Bounds {
  /** Epoch ms, inclusive and exclusive; ±Infinity = open. */
  readonly from: number;
  readonly to: number;
  readonly period: PricePeriod;
}

/**
 * The family of a raw model id, or null when no family, or more than one of the built-in ones, claims it: no guess is made (D-16).
 * A family that the person configured wins over the built-in one.
 */
export function findFamily(table: PriceTable, modelId: string): ModelFamily | null {
  return candidates(table, modelId)[0] ?? null;
}

/** The row valid on the UTC day of `at` (epoch ms): `from ≤ day < to`. */
export function findPeriod(family: ModelFamily, at: number): PricePeriod | null {
  for (const bounds of boundsOf(family)) {
    if (at >= bounds.from && at < bounds.to) return bounds.period;
  }
  return null;
}

/** The row that prices a model at an instant; a configured family without a row for that day leaves the day to the next one. */
export function findRate(table: PriceTable, modelId: string, at: number): FoundRate | null {
  for (const family of candidates(table, modelId)) {
    const period = findPeriod(family, at);
    if (period !== null) return { family, period };
  }
  return null;
}

/** The client's default context window of a model in tokens, when no live session says better (D-35). */
export function contextWindowOf(table: PriceTable, model: string): number | null {
  for (const family of candidates(table, model)) {
    if (family.contextWindow !== null) return family.contextWindow;
  }
  return null;
}

/** Families that may price a model, strongest first: configured ones in the person's order, then the built-in one. */
function candidates(table: PriceTable, modelId: string): readonly ModelFamily[] {
  if (modelId.length > MAX_ID_LENGTH) return NO_FAMILY;
  let remembered = matchesOfTable.get(table);
  if (remembered === undefined) {
    remembered = new Map();
    matchesOfTable.set(table, remembered);
  }
  const known = remembered.get(modelId);
  if (known !== undefined) return known;
  if (remembered.size >= MAX_REMEMBERED_MODELS) remembered.clear();
  const found = match(table.families, modelId.toLowerCase());
  remembered.set(modelId, found);
  return found;
}

function match(families: readonly ModelFamily[], id: string): readonly ModelFamily[] {
  const all = families.filter((family) => family.match.some((pattern) => pattern.test(id)));
  const builtin = all.filter((family) => !family.configured);
  const configured = all.filter((family) => family.configured);
  return builtin.length === 1 ? [...configured, ...builtin] : configured;
}

function boundsOf(family: ModelFamily): readonly Bounds[] {
  let bounds = boundsOfFamily.get(family);
  if (bounds === undefined) {
    bounds = family.prices.map((period) => ({
      from: period.from === null ? Number.NEGATIVE_INFINITY : startOfDay(period.from),
      to: period.to === null ? Number.POSITIVE_INFINITY : startOfDay(period.to),
      period,
    }));
    boundsOfFamily.set(family, bounds);
  }
  return bounds;
}

/** Epoch ms of 00:00 UTC of a `YYYY-MM-DD`. */
function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
