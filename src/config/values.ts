import * as v from 'valibot';

/** How a setting's value is written as text (environment, flag): one word, yes/no, a comma list, or JSON. */
export type Shape = 'scalar' | 'boolean' | 'list' | 'json';

/** Something in a valid value that a person should know: it has no effect. `path` leads to it within the value. */
export interface Notice {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** One setting: what it may hold and how to say so to a person. */
export interface Setting<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** Completes the sentence "expected …". */
  readonly expected: string;
  readonly shape: Shape;
  /** What is valid in a value and yet does nothing. A method, so that a setting of one type is one of any. */
  notices?(value: T): readonly Notice[];
}

export const setting = <T>(schema: v.GenericSchema<unknown, T>, expected: string, shape: Shape = 'scalar'): Setting<T> => ({
  schema,
  expected,
  shape,
});

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const UNIT_TOKENS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9 };

/** Milliseconds of `250ms`, `1.5s`, `720h`, `30d`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)\s?(ms|s|m|h|d|w)$/.exec(text.trim());
  return match === null ? undefined : Math.round(Number(match[1]) * UNIT_MS[match[2]!]!);
}

/** Whole tokens of `500000`, `500,000`, `88K`, `1.5M`; undefined when it is none. */
export function parseTokens(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)\s?([kmb]?)$/.exec(text.trim().replaceAll(/[,_]/g, '').toLowerCase());
  return match === null ? undefined : Math.round(Number(match[1]) * UNIT_TOKENS[match[2]!]!);
}

/** A schema from a reader that answers undefined for anything it does not know. */
const reader = <T>(read: (value: unknown) => T | undefined): v.GenericSchema<unknown, T> =>
  v.pipe(
    v.unknown(),
    v.rawTransform<unknown, T>(({ dataset, addIssue, NEVER }) => {
      const value = read(dataset.value);
      if (value !== undefined) return value;
      addIssue({ message: 'value' });
      return NEVER;
    }),
  );

const within = (value: number | undefined, min: number, max: number) =>
  value !== undefined && Number.isFinite(value) && value >= min && value <= max ? value : undefined;

const asNumber = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,9})?$/.test(value.trim()) ? Number(value) : undefined;
};

export const flag = setting(v.boolean(), 'true or false', 'boolean');

export const oneOf = <const T extends string>(...names: readonly T[]): Setting<T> =>
  setting(
    reader((value) => names.find((name) => name === value)),
    names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`,
  );

export const number = (min: number, max: number, unit: string): Setting<number> =>
  setting(
    reader((value) => within(asNumber(value), min, max)),
    `${unit}, ${min} to ${max}`,
  );

export const integer = (min: number, max: number, unit: string): Setting<number> =>
  setting(
    reader((value) => {
      const read = within(asNumber(value), min, max);
      return Number.isInteger(read) ? read : undefined;
    }),
    `${unit}, a whole number from ${min} to ${max}`,
  );

/** Milliseconds. A bare number is taken in `bareUnitMs` where the setting is known to be in that unit, else refused. */
export const duration = (min: string, max: string, bareUnitMs?: number): Setting<number> =>
  setting(
    reader((value) => {
      const bare = bareUnitMs === undefined ? undefined : asNumber(value);
      const read = bare === undefined ? (typeof value === 'string' ? parseDuration(value) : undefined) : bare * bareUnitMs!;
      return within(read, parseDuration(min)!, parseDuration(max)!);
    }),
    `a duration with its unit (ms, s, m, h, d), ${min} to ${max}`,
  );

/** `forever`, or milliseconds. */
export const foreverOr = (min: string, max: string): Setting<'forever' | number> => {
  const inner = duration(min, max);
  return setting(v.union([v.literal('forever'), inner.schema]), `forever, or ${inner.expected}`);
};

export const tokens = setting(
  reader((value) => within(typeof value === 'string' ? parseTokens(value) : asNumber(value), 1, Number.MAX_SAFE_INTEGER)),
  'a number of tokens such as 500000 or 1.5M',
);

export const maxOr = (inner: Setting<number>): Setting<'max' | number> =>
  setting(v.union([v.literal('max'), inner.schema]), `${inner.expected}, or max`);

/** The setting, or `none` (null). */
export const orNone = <T>(inner: Setting<T>): Setting<T | null> => {
  const none = reader<{ readonly none: true }>((value) => (value === null || value === 'none' ? { none: true } : undefined));
  const schema = v.pipe(
    v.unknown(),
    v.rawTransform<unknown, T | null>(({ dataset, addIssue, NEVER }) => {
      if (v.is(none, dataset.value)) return null;
      const result = v.safeParse(inner.schema, dataset.value);
      if (result.success) return result.output;
      addIssue({ message: 'value' });
      return NEVER;
    }),
  );
  return setting(schema, `${inner.expected}, or none`, inner.shape);
};

const MAX_TEXT = 4096;
const text: v.GenericSchema<unknown, string> = v.pipe(
  v.string(),
  v.maxLength(MAX_TEXT),
  v.check((value) => !value.includes('\0')),
);
const filled = v.pipe(
  text,
  v.check((value) => value.trim() !== ''),
);

export const word = (expected: string): Setting<string> => setting(text, expected);
export const path = setting(filled as v.GenericSchema<unknown, string>, 'a path (~ is expanded)');

export const list = (expected: string): Setting<readonly string[]> =>
  setting(v.pipe(v.array(filled), v.maxLength(1000), v.readonly()) as v.GenericSchema<unknown, readonly string[]>, expected, 'list');

export const names = (expected: string): Setting<Readonly<Record<string, string>>> =>
  setting(v.record(v.string(), filled) as v.GenericSchema<unknown, Readonly<Record<string, string>>>, expected, 'json');

/** `local`, `utc`, or a name this machine's time zone data knows. */
export const timeZone = setting(
  reader((value) => {
    if (typeof value !== 'string') return undefined;
    const lower = value.toLowerCase();
    if (lower === 'local' || lower === 'utc') return lower;
    return isTimeZone(value) ? value : undefined;
  }),
  'local, utc or a time zone such as Europe/Berlin',
);

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
