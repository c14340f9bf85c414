import { nearest } from '../../../text/nearest.ts';
import {
  type Ast,
  FIELDS,
  type FieldKind,
  type FieldName,
  IS_WORDS,
  isFieldName,
  numberOf,
  type Operator,
  statesOf,
  type Value,
} from './grammar.ts';

/** A filter that cannot be read: where (UTF-16 units from its start), and what would have been right there. */
export interface FilterFault {
  readonly at: number;
  readonly expected: string;
}

export type FilterResult = { readonly ok: true; readonly ast: Ast | null } | { readonly ok: false; readonly fault: FilterFault };

/** Deeper nesting is no person's filter, and would exhaust the stack. */
const DEEPEST = 100;
/** Longest first, so that `>=` is not read as `>`. */
const OPERATORS: readonly Operator[] = ['!=', '>=', '<=', ':', '=', '>', '<'];
const NAME = /[a-z]+/iy;
const BARE = /[^\s()|"]+/y;
const VALUE = /[^\s()|",]+/y;
const BLANK = /\s*/y;

class Fault extends Error {
  readonly fault: FilterFault;
  constructor(at: number, expected: string) {
    super(expected);
    this.fault = { at, expected };
  }
}

/** Reads a filter; a blank one is no filter (`ast` null). Never throws; linear in the length of the text. */
export function parseFilter(text: string): FilterResult {
  try {
    const reader = new Reader(text);
    reader.blank();
    if (reader.atEnd) return { ok: true, ast: null };
    const ast = reader.or(0);
    if (!reader.atEnd) throw new Fault(reader.at, 'a term, | or the end');
    return { ok: true, ast };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: error.fault };
    throw error;
  }
}

class Reader {
  at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  blank(): void {
    this.match(BLANK);
  }

  or(depth: number): Ast {
    if (depth > DEEPEST) throw new Fault(this.at, `at most ${DEEPEST} nested parentheses`);
    const items = [this.and(depth)];
    while (this.take('|')) {
      this.blank();
      items.push(this.and(depth));
    }
    return items.length === 1 ? items[0]! : { kind: 'or', items };
  }

  private and(depth: number): Ast {
    const items = [this.term(depth)];
    for (this.blank(); !this.atEnd && !'|)'.includes(this.text[this.at]!); this.blank()) items.push(this.term(depth));
    return items.length === 1 ? items[0]! : { kind: 'and', items };
  }

  private term(depth: number): Ast {
    if (this.take('!')) return { kind: 'not', item: this.simple(depth) };
    return this.simple(depth);
  }

  private simple(depth: number): Ast {
    const start = this.at;
    if (this.take('(')) {
      this.blank();
      const inner = this.or(depth + 1);
      if (!this.take(')')) throw new Fault(this.at, 'a closing )');
      return inner;
    }
    if (this.text[this.at] === '"') return { kind: 'text', value: this.quoted() };
    const name = this.match(NAME);
    const op = name === '' ? undefined : OPERATORS.find((sign) => this.text.startsWith(sign, this.at));
    if (op !== undefined) return this.field(name, start, op);
    this.at = start;
    const word = this.match(BARE);
    const sign = OPERATORS.find((each) => word.includes(each));
    if (word === '' || sign !== undefined)
      throw new Fault(
        start + Math.max(0, word === '' ? 0 : word.indexOf(sign!)),
        word === '' ? 'a term such as state:needs' : 'a field name before it, or quotes around it',
      );
    return { kind: 'text', value: { text: word, quoted: false } };
  }

  private field(written: string, start: number, op: Operator): Ast {
    const name = written.toLowerCase();
    if (!isFieldName(name)) throw new Fault(start, expectedField(name));
    const kind = FIELDS[name];
    const measured = isMeasured(kind);
    if (!measured && '<>'.includes(op[0]!)) throw new Fault(this.at, `: = or != after ${name}`);
    this.at += op.length;
    const values = [this.value(name)];
    while (this.take(',')) {
      if (measured && '<>'.includes(op[0]!)) throw new Fault(this.at - 1, `one value after ${op}`);
      values.push(this.value(name));
    }
    return { kind: 'field', name, op, values };
  }

  private value(name: FieldName): Value {
    const at = this.at;
    const value = this.text[at] === '"' ? this.quoted() : { text: this.match(VALUE), quoted: false };
    const wrong = faultOf(FIELDS[name], value.text);
    if (wrong !== null) throw new Fault(at, wrong);
    return value;
  }

  private quoted(): Value {
    const end = this.text.indexOf('"', this.at + 1);
    if (end === -1) throw new Fault(this.text.length, 'a closing "');
    const text = this.text.slice(this.at + 1, end);
    if (text === '') throw new Fault(this.at, 'text between the quotes');
    this.at = end + 1;
    return { text, quoted: true };
  }

  private take(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}

export const isMeasured = (kind: FieldKind): boolean => kind === 'percent' || kind === 'money' || kind === 'count' || kind === 'time';

function expectedField(name: string): string {
  const meant = nearest(name, Object.keys(FIELDS));
  return meant === null ? `a field: ${Object.keys(FIELDS).join(' ')}` : `a field, perhaps ${meant}`;
}

const NUMBERS: Readonly<Partial<Record<FieldKind, string>>> = {
  percent: 'a percentage such as 80 or 80%',
  money: 'dollars such as 1.50',
  count: 'a number such as 500, 20K or 1.5M',
  time: 'a time such as 30s, 10m, 2h or 1d',
};

/** What would have been right instead of a value; null when it is. */
function faultOf(kind: FieldKind, text: string): string | null {
  if (isMeasured(kind)) return numberOf(kind, text) === null ? NUMBERS[kind]! : null;
  if (text === '') return 'a value';
  if (kind === 'state') return statesOf(text).length > 0 ? null : 'a state: P Q E L Y W C I U X, or its name';
  if (kind === 'is') return (IS_WORDS as readonly string[]).includes(text.toLowerCase()) ? null : `one of ${IS_WORDS.join(' ')}`;
  return null;
}
