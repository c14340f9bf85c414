import { type Ast, FIELDS, type FieldName, numberOf, type Operator, statesOf, type Value } from './grammar.ts';
import { isMeasured } from './parse.ts';

/** What a filter may ask of a session. Null is unknown: a comparison with it is false. */
export interface Facts {
  readonly state: string;
  readonly alive: boolean;
  readonly unpriced: boolean;
  readonly active: boolean;
  readonly words: Readonly<Record<'project' | 'branch' | 'account' | 'name' | 'id' | 'kind', string | null>>;
  /** The id of the model and its short name. */
  readonly model: readonly string[];
  readonly tags: readonly string[];
  /** Percent, dollars, tokens, tokens per minute, dollars per hour, seconds, counts. */
  readonly numbers: Readonly<Record<MeasuredField, number | null>>;
}

export type MeasuredField =
  | 'ctx'
  | 'cost'
  | 'tokens'
  | 'work'
  | 'burn'
  | 'rate'
  | 'share'
  | 'points'
  | 'age'
  | 'wait'
  | 'elapsed'
  | 'subagents';

/** Whether a session passes the filter (LV-80). */
export function matches(ast: Ast, facts: Facts): boolean {
  switch (ast.kind) {
    case 'or':
      return ast.items.some((item) => matches(item, facts));
    case 'and':
      return ast.items.every((item) => matches(item, facts));
    case 'not':
      return !matches(ast.item, facts);
    case 'text':
      return hasText(facts, ast.value.text);
    case 'field':
      return fieldMatches(ast.name, ast.op, ast.values, facts);
  }
}

/** Bare text is searched in name, project, branch, model and id, without case. */
function hasText({ words, model }: Facts, text: string): boolean {
  const wanted = text.toLowerCase();
  return [words.name, words.project, words.branch, words.id, ...model].some((each) => each?.toLowerCase().includes(wanted) === true);
}

function fieldMatches(name: FieldName, op: Operator, values: readonly Value[], facts: Facts): boolean {
  const kind = FIELDS[name];
  if (isMeasured(kind)) {
    const value = facts.numbers[name as MeasuredField];
    if (value === null) return false;
    const wanted = values.map(({ text }) => numberOf(kind, text) ?? Number.NaN);
    return op === '!=' ? wanted.every((each) => value !== each) : wanted.some((each) => compare(value, op, each));
  }
  const own = ownWords(name, facts);
  if (own.length === 0 && name !== 'tag' && name !== 'is') return false;
  const some = values.some((value) => own.some((word) => wordMatches(name, word, value)));
  return op === '!=' ? !some : some;
}

function compare(value: number, op: Operator, wanted: number): boolean {
  if (op === '>') return value > wanted;
  if (op === '>=') return value >= wanted;
  if (op === '<') return value < wanted;
  if (op === '<=') return value <= wanted;
  return value === wanted;
}

/** What a session has under the name of a field; empty when that is unknown. */
function ownWords(name: FieldName, facts: Facts): readonly string[] {
  if (name === 'state') return [facts.state];
  if (name === 'model') return facts.model;
  if (name === 'tag') return facts.tags;
  if (name === 'is') return isWords(facts);
  const word = facts.words[name as keyof Facts['words']];
  return word === null ? [] : [word];
}

function isWords({ state, active, alive, unpriced }: Facts): readonly string[] {
  const mine = state === 'needs-permission' || state === 'needs-answer' || state === 'your-turn';
  return [
    ...(active ? ['active'] : []),
    ...(mine ? ['mine'] : []),
    ...(alive ? ['alive'] : []),
    ...(state === 'ended' ? ['ended'] : []),
    ...(unpriced ? ['unpriced'] : []),
  ];
}

function wordMatches(name: FieldName, word: string, { text, quoted }: Value): boolean {
  if (name === 'state') return statesOf(text).includes(word);
  const [own, wanted] = [word.toLowerCase(), text.toLowerCase()];
  if (name === 'id') return own.startsWith(wanted);
  return quoted ? own === wanted : globMatches(own, wanted);
}

/** `*` any run, `?` any one UTF-16 unit, all else itself. Greedy with one step back: no pattern makes it slow. */
export function globMatches(text: string, pattern: string): boolean {
  let [at, to, star, from] = [0, 0, -1, 0];
  while (at < text.length) {
    if (to < pattern.length && (pattern[to] === '?' || (pattern[to] === text[at] && pattern[to] !== '*'))) {
      at++;
      to++;
    } else if (pattern[to] === '*') {
      star = to++;
      from = at;
    } else if (star >= 0) {
      to = star + 1;
      at = ++from;
    } else return false;
  }
  while (pattern[to] === '*') to++;
  return to === pattern.length;
}
