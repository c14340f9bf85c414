/** The filter language of LV §8: `state:needs cost>1`, `(state:W | state:Y) project:api*`. One language for live view, dashboard and `--filter`. */

export type Operator = ':' | '=' | '!=' | '>' | '>=' | '<' | '<=';

export interface Value {
  readonly text: string;
  /** In quotes: taken as it is, without globs. */
  readonly quoted: boolean;
}

export type Ast =
  | { readonly kind: 'or'; readonly items: readonly Ast[] }
  | { readonly kind: 'and'; readonly items: readonly Ast[] }
  | { readonly kind: 'not'; readonly item: Ast }
  | { readonly kind: 'field'; readonly name: FieldName; readonly op: Operator; readonly values: readonly Value[] }
  | { readonly kind: 'text'; readonly value: Value };

/** What the values of a field are. `money` in dollars, `count` takes K M B, `time` s m h d. */
export type FieldKind = 'state' | 'is' | 'word' | 'prefix' | 'percent' | 'money' | 'count' | 'time';

export const FIELDS = {
  state: 'state',
  is: 'is',
  project: 'word',
  branch: 'word',
  model: 'word',
  account: 'word',
  tag: 'word',
  name: 'word',
  id: 'prefix',
  kind: 'word',
  ctx: 'percent',
  cost: 'money',
  tokens: 'count',
  work: 'count',
  burn: 'count',
  rate: 'money',
  share: 'percent',
  points: 'percent',
  age: 'time',
  wait: 'time',
  elapsed: 'time',
  subagents: 'count',
} as const satisfies Readonly<Record<string, FieldKind>>;

export type FieldName = keyof typeof FIELDS;

export const isFieldName = (name: string): name is FieldName => Object.hasOwn(FIELDS, name);

export const IS_WORDS = ['active', 'mine', 'alive', 'ended', 'unpriced'] as const;

/** Every state by its letter (D-36), most urgent first. */
export const STATE_NAMES = {
  P: 'needs-permission',
  Q: 'needs-answer',
  E: 'error',
  L: 'rate-limited',
  Y: 'your-turn',
  W: 'working',
  C: 'compacting',
  I: 'idle',
  U: 'unknown',
  X: 'ended',
} as const;

export type StateLetter = keyof typeof STATE_NAMES;

/** The states that a letter, a name or the beginning of a name means; empty for none. */
export function statesOf(text: string): readonly string[] {
  const letter = text.toUpperCase();
  if (Object.hasOwn(STATE_NAMES, letter)) return [STATE_NAMES[letter as StateLetter]];
  const wanted = text.toLowerCase();
  return wanted === '' ? [] : Object.values(STATE_NAMES).filter((name) => name.startsWith(wanted));
}

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };
const TIMES: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9 };

/** A number as a person writes it: `1.5M` tokens, `$0.50` dollars, `80%` percent, `10m` in seconds; null for anything else. */
export function numberOf(kind: FieldKind, text: string): number | null {
  const found = /^(\$?)(\d+(?:\.\d+)?|\.\d+)(%|[a-z]?)$/i.exec(text);
  if (found === null) return null;
  const [, dollar = '', digits = '', unit = ''] = found;
  if ((dollar !== '' && kind !== 'money') || (unit === '%' && kind !== 'percent')) return null;
  const factor =
    unit === '%'
      ? 1
      : kind === 'time'
        ? SECONDS[unit.toLowerCase()]
        : kind === 'percent' && unit !== ''
          ? undefined
          : TIMES[unit.toLowerCase()];
  return factor === undefined ? null : Number(digits) * factor;
}
