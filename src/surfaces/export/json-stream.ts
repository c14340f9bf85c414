import { decimalText, type Json } from './json-row.ts';

/** Output is handed on in pieces of about this many UTF-16 units. */
const PIECE = 16_384;
const rawJson = (JSON as { rawJSON?: (text: string) => unknown }).rawJSON;

function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && rawJson !== undefined && Number.isFinite(value) ? rawNumber(value, rawJson) : value;
}

/** Only a number that would get an exponent needs its text given. */
function rawNumber(value: number, raw: (text: string) => unknown): unknown {
  const text = decimalText(value);
  return text === String(value) ? value : raw(text);
}

const INDENT = '  ';
/** A small number, or text that looks like one: only then is the slow way taken. */
const HAS_EXPONENT = /\de-\d/u;

function indented(value: unknown, depth: number): string {
  // Lists around it make it come out at its depth; they are one line with the indent of that line, and the line feed, each.
  let wrapped = value;
  for (let i = 0; i < depth; i++) wrapped = [wrapped];
  const quick = JSON.stringify(wrapped, null, INDENT.length) ?? 'null';
  const text = HAS_EXPONENT.test(quick) ? JSON.stringify(wrapped, plainNumbers, INDENT.length) : quick;
  const opening = 2 * depth + (INDENT.length * depth * (depth + 1)) / 2;
  const closing = 2 * depth + (INDENT.length * depth * (depth - 1)) / 2;
  return text.slice(opening, text.length - closing);
}

/** A list that is produced as it is printed (UR-47); strings and arrays are not. */
const isLazy = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Symbol.iterator in value;

function* listPieces(list: Iterable<unknown>, depth: number): Generator<string> {
  let empty = true;
  for (const item of list) {
    yield `${empty ? '[' : ','}\n${INDENT.repeat(depth + 1)}${indented(item, depth + 1)}`;
    empty = false;
  }
  yield empty ? '[]' : `\n${INDENT.repeat(depth)}]`;
}

function* objectPieces(object: Json): Generator<string> {
  let first = true;
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    yield `${first ? '{' : ','}\n${INDENT}${JSON.stringify(key)}: `;
    first = false;
    if (Array.isArray(value) || isLazy(value)) yield* listPieces(value, 1);
    else yield indented(value, 1);
  }
  yield first ? '{}\n' : '\n}\n';
}

/**
 * A report as text, in pieces, ended with a line feed: the bytes of `JSON.stringify(report, null, 2)`, but never the whole
 * of a long list in memory, and small money without an exponent.
 */
export function* jsonChunks(report: object): Generator<string> {
  let piece = '';
  for (const part of objectPieces(report as Json)) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
