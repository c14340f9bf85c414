import { fableFamilies } from './table-fable.ts';
import { haikuFamilies } from './table-haiku.ts';
import { opusFamilies } from './table-opus.ts';
import { sonnetFamilies } from './table-sonnet.ts';
import type { PriceTable } from './types.ts';

/**
 * The table's fingerprint, computed once and written down: to make it anew is work in every report. A test compares it with the table; after a
 * change of a price it says what belongs here.
 */
const FINGERPRINT = '2026-11-20-ac539efe6ca70f0f';

/** Day on which the rows were last checked; exports name it. */
const TABLE_DATE = '2026-11-20';
/** USD per web search, list price 10 USD per 1,000; never multiplied (D-15). */
const WEB_SEARCH_USD = 0.01;
/** Applied only when the person says that a gateway of theirs uses the batch API. */
const BATCH_MULTIPLIER = 0.5;

let table: PriceTable | undefined;

/** The price table that ships with the program. Nothing is fetched. */
export function builtinTable(): PriceTable {
  table ??= {
    date: TABLE_DATE,
    families: [...haikuFamilies, ...sonnetFamilies, ...opusFamilies, ...fableFamilies],
    webSearchUsd: WEB_SEARCH_USD,
    batchMultiplier: BATCH_MULTIPLIER,
    fingerprint: FINGERPRINT,
  };
  return table;
}
