import { createScanner, type Node } from 'jsonc-parser/lib/esm/main.js';

/*
 * Edits of a JSON text as text: what is not ours stays byte for byte, comments, indentation and line ends included (LS-43).
 * Each function takes the text and a node of it and gives the new text.
 */

/** The scanner's number for `,`. */
const COMMA = 5;
const END = 17;

interface Piece {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** How a text is laid out, so that what is added looks like the rest. */
interface Layout {
  readonly eol: string;
  /** One step of indentation. */
  readonly indent: string;
  readonly isBlock: boolean;
  /** A blank behind colons. */
  readonly isSpaced: boolean;
}

function layoutOf(body: string): Layout {
  const first = /^([ \t]+)\S/m.exec(body)?.[1];
  return {
    eol: /\r?\n/.exec(body)?.[0] ?? '\n',
    indent: first === undefined ? '  ' : first.startsWith('\t') ? '\t' : first,
    isBlock: body.trimEnd().includes('\n') || /^\s*\{\s*\}\s*$/.test(body),
    isSpaced: /":\s/.test(body) || !body.includes('":'),
  };
}

/** Adds `"key": value` as the last property of an object. */
export function appendProperty(body: string, object: Node, key: string, value: unknown): string {
  const layout = layoutOf(body);
  return append(body, object, layout, (pad) => `${JSON.stringify(key)}:${layout.isSpaced ? ' ' : ''}${rendered(value, layout, pad)}`);
}

/** Adds a value at the end of an array. */
export function appendElement(body: string, array: Node, value: unknown): string {
  const layout = layoutOf(body);
  return append(body, array, layout, (pad) => rendered(value, layout, pad));
}

/**
 * One line per value, and per property of an object of lists, so that what is added can be looked over. `pad` is the indentation of the line the value begins
 * on, null inside a line.
 */
function rendered(value: unknown, { eol, indent, isSpaced }: Layout, pad: string | null): string {
  const isSection =
    typeof value === 'object' && value !== null && Object.values(value).length > 0 && Object.values(value).every(Array.isArray);
  if (pad === null || !isSection) return inLine(value, isSpaced);
  const lines = Object.entries(value).map(([key, each]) => `${pad}${indent}${JSON.stringify(key)}: ${inLine(each, isSpaced)}`);
  return `{${eol}${lines.join(`,${eol}`)}${eol}${pad}}`;
}

function inLine(value: unknown, isSpaced: boolean): string {
  if (!isSpaced || typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((each) => inLine(each, isSpaced)).join(', ')}]`;
  const properties = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${inLine(each, isSpaced)}`);
  return properties.length === 0 ? '{}' : `{ ${properties.join(', ')} }`;
}

function append(body: string, container: Node, layout: Layout, text: (pad: string | null) => string): string {
  const open = container.offset;
  const close = open + container.length - 1;
  const last = container.children?.at(-1);
  const from = last === undefined ? open + 1 : last.offset + last.length;
  const gap = body.slice(from, close);
  // Behind a comment that explains what stands before it.
  const at = from + gap.trimEnd().length;
  const isBlock = last === undefined ? layout.isBlock : gap.includes('\n');
  const comma = last === undefined ? [] : [{ at: from, remove: 0, insert: ',' }];
  if (!isBlock)
    return edited(body, [...comma, { at, remove: 0, insert: `${last !== undefined && layout.isSpaced ? ' ' : ''}${text(null)}` }]);
  const outer = lineIndent(body, open);
  const pad = last !== undefined && startsLine(body, last.offset) ? lineIndent(body, last.offset) : outer + layout.indent;
  const tail = body.slice(at, close).includes('\n') ? '' : layout.eol + outer;
  return edited(body, [...comma, { at, remove: 0, insert: `${layout.eol}${pad}${text(pad)}${tail}` }]);
}

/** Takes the property or element with this index out, with one comma and the blanks before it; comments around it stay. */
export function removeChild(body: string, container: Node, index: number): string {
  const children = container.children ?? [];
  const child = children[index]!;
  const [previous, next] = [children[index - 1], children[index + 1]];
  const end = child.offset + child.length;
  if (previous !== undefined) {
    const comma = commaAfter(body, previous.offset + previous.length);
    return edited(body, [{ at: comma, remove: 1, insert: '' }, upTo(body, child.offset, end, comma + 1)]);
  }
  if (next !== undefined) {
    const comma = commaAfter(body, end) + 1;
    const blanks = /^\s*/.exec(body.slice(comma))![0].length;
    return edited(body, [{ at: child.offset, remove: comma + blanks - child.offset, insert: '' }]);
  }
  const close = container.offset + container.length - 1;
  const only = body.slice(container.offset + 1, child.offset).trim() === '' && body.slice(end, close).trim() === '';
  if (only) return edited(body, [{ at: container.offset + 1, remove: close - container.offset - 1, insert: '' }]);
  return edited(body, [upTo(body, child.offset, end, container.offset + 1)]);
}

/** From behind the last thing before `start` (not before `floor`) up to `end`. */
function upTo(body: string, start: number, end: number, floor: number): Piece {
  const at = floor + body.slice(floor, start).trimEnd().length;
  // A line comment needs its line end.
  const onCommentLine = /\/\/[^\n]*$/.test(body.slice(floor, at)) && !/^[ \t]*\r?\n/.test(body.slice(end));
  return onCommentLine ? { at: start, remove: end - start, insert: '' } : { at, remove: end - at, insert: '' };
}

/** Puts another value in a node's place: a text as it is, or a value laid out like its surroundings. */
export function replaceNode(body: string, node: Node, value: { readonly raw: string } | { readonly value: unknown }): string {
  const layout = layoutOf(body);
  const pad = layout.isBlock ? lineIndent(body, node.offset) : null;
  return edited(body, [{ at: node.offset, remove: node.length, insert: 'raw' in value ? value.raw : rendered(value.value, layout, pad) }]);
}

function commaAfter(body: string, from: number): number {
  const scanner = createScanner(body, false);
  scanner.setPosition(from);
  for (let kind: number = scanner.scan(); kind !== END; kind = scanner.scan()) if (kind === COMMA) return scanner.getTokenOffset();
  throw new Error('no comma between two values');
}

function edited(body: string, pieces: readonly Piece[]): string {
  let text = body;
  // From the back, so that the places before stay where they are; of two at one place the one named first comes first.
  for (const { at, remove, insert } of [...pieces].sort((a, b) => a.at - b.at).reverse())
    text = text.slice(0, at) + insert + text.slice(at + remove);
  return text;
}

const lineStart = (body: string, offset: number): number => body.lastIndexOf('\n', offset - 1) + 1;
const lineIndent = (body: string, offset: number): string => /^[ \t]*/.exec(body.slice(lineStart(body, offset)))![0];
const startsLine = (body: string, offset: number): boolean => body.slice(lineStart(body, offset), offset).trim() === '';
