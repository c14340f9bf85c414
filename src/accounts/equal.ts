export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Equal as JSON: an absent key and an undefined one are the same. */
export function equal(a: unknown, b: unknown, ignored: ReadonlySet<string> = NONE): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i], ignored));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) if (!ignored.has(key) && !equal(a[key], b[key], ignored)) return false;
  return true;
}
const NONE: ReadonlySet<string> = new Set();

/** Fields that follow the clock rather than the sessions: alone they are no reason to write (ST-14). */
const CLOCK_FIELDS: ReadonlySet<string> = new Set([
  'lastUpdated',
  'lastUpdate',
  'gatheredAt',
  'lastChecked',
  'lastFetched',
  'lastModified',
  'lastModifiedAgo',
  'lastMessageTime',
  'lastMessageAgo',
  'lastActivity',
  'lastActivityAgo',
  'lastUsed',
  'updatedAt',
  'sessionDuration',
  'isFresh',
  'budgetRemaining',
  'budgetPercentUsed',
  'at',
  'takenAt',
]);

/** Whether two contents of a derived file differ in nothing but what the clock changes. */
export const sameButTimes = (a: unknown, b: unknown): boolean => equal(a, b, CLOCK_FIELDS);
