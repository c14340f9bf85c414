import type * as Yaml from 'yaml';
import { equal, type Json } from './equal.ts';
import { firstColumn, itemStart, lineEnd, lineStart } from './yaml-places.ts';
import { quotedText, renderFlow, renderItem, renderPair, renderScalar } from './yaml-render.ts';

type Lib = typeof Yaml;
type Record_ = { readonly [key: string]: Json | undefined };

/** Replace [from, to) of the text. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Lists whose items are maps with an id; all other lists are replaced as a whole. */
const ID_OF: Readonly<Record<string, string>> = { authProfiles: 'profileId', sessions: 'sessionId' };

/**
 * Changes a YAML text from one content to another and touches nothing else: comments, quotes, blank lines, anchors, key order, unknown keys and line endings
 * stay byte for byte (ST-3). The document gives the places, the text is cut there. `before` is what the text says, `after` what it shall say; a key that is
 * in neither is not ours. A key that is in `before` only is removed.
 */
export function editYaml(yaml: Lib, text: string, document: Yaml.Document, before: Record_, after: Record_): string {
  return new Edit(yaml, text).apply(document, before, after);
}

class Edit {
  readonly #yaml: Lib;
  readonly #text: string;
  readonly #eol: string;
  readonly #splices: Splice[] = [];

  constructor(yaml: Lib, text: string) {
    this.#yaml = yaml;
    this.#text = text;
    this.#eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  }

  apply(document: Yaml.Document, before: Record_, after: Record_): string {
    const root = document.contents;
    if (this.#yaml.isMap(root) && root.items.length > 0) this.#map(root, before, after);
    else this.#append(this.#text.length, lines(after), 0);
    return this.#cut();
  }

  #cut(): string {
    let out = '';
    let at = 0;
    // Insertions at one place keep the order in which they were asked for.
    const order = this.#splices.map((splice, i) => ({ ...splice, i })).sort((a, b) => a.from - b.from || a.to - b.to || a.i - b.i);
    for (const { from, to, text } of order) {
      if (from < at) throw new Error('edits overlap');
      out += this.#text.slice(at, from) + text;
      at = to;
    }
    return out + this.#text.slice(at);
  }

  #map(node: Yaml.YAMLMap, before: Record_, after: Record_): void {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [old, value] = [before[key], after[key]];
      if (equal(old, value)) continue;
      const pair = node.items.find((item) => this.#yaml.isScalar(item.key) && item.key.value === key);
      if (pair === undefined) {
        if (value !== undefined) this.#addPair(node, key, value);
      } else if (value === undefined) this.#removePair(node, pair);
      else this.#pair(pair, key, old, value);
    }
  }

  #pair(pair: Yaml.Pair, key: string, old: Json | undefined, value: Json): void {
    const node = pair.value as Yaml.Node | null;
    const id = ID_OF[key];
    if (id !== undefined && Array.isArray(value))
      this.#items(pair, node, id, (old ?? []) as readonly Record_[], value as readonly Record_[]);
    else if (this.#yaml.isMap(node) && isRecord(value)) this.#map(node, isRecord(old) ? old : {}, value);
    else this.#replace(pair, node, value);
  }

  /** A whole value by another on one line; a scalar keeps its kind of quotes. */
  #replace(pair: Yaml.Pair, node: Yaml.Node | null, value: Json): void {
    const range = node?.range;
    if (!range) {
      const end = (pair.key as Yaml.Node).range![1];
      const colon = this.#text.indexOf(':', end);
      this.#splice(colon + 1, colon + 1, ` ${this.#styled(null, value)}`);
      return;
    }
    const isBlock = node.constructor.name !== 'Scalar' && !/^[[{*]/.test(this.#text.slice(range[0]));
    const old = this.#text.slice(range[0], range[1]);
    if (isBlock) {
      // From behind the colon to the end of the block's last line.
      const colon = this.#text.indexOf(':', (pair.key as Yaml.Node).range![1]);
      this.#splice(colon + 1, lineEnd(this.#yaml, this.#text, node), ` ${renderFlow(value)}${this.#eol}`);
      return;
    }
    const blank = old === '' && !/\s/.test(this.#text[range[0] - 1] ?? ' ') ? ' ' : '';
    const tail = old.endsWith('\n') ? this.#eol : '';
    this.#splice(range[0], range[1], `${blank}${this.#styled(node, value)}${tail}`);
  }

  #styled(node: Yaml.Node | null, value: Json): string {
    if (typeof value === 'object' && value !== null) return renderFlow(value);
    const type = this.#yaml.isScalar(node) ? node.type : undefined;
    if (typeof value === 'string' && type === 'QUOTE_DOUBLE') return quotedText(value);
    const single = typeof value === 'string' && type === 'QUOTE_SINGLE' && !/[^\P{C}]|[\u2028\u2029]/u.test(value);
    return single ? `'${value.replaceAll("'", "''")}'` : renderScalar(value);
  }

  #addPair(map: Yaml.YAMLMap, key: string, value: Json): void {
    const last = map.items.at(-1);
    if (map.flow === true) {
      const at = last === undefined ? map.range![0] + 1 : ((last.value ?? last.key) as Yaml.Node).range![1];
      this.#splice(at, at, `${last === undefined ? '' : ', '}${renderFlow({ [key]: value }).slice(1, -1)}`);
      return;
    }
    this.#append(lineEnd(this.#yaml, this.#text, map), renderPair(key, value), firstColumn(this.#text, map));
  }

  #removePair(map: Yaml.YAMLMap, pair: Yaml.Pair): void {
    const start = (pair.key as Yaml.Node).range![0];
    const end = lineEnd(this.#yaml, this.#text, (pair.value ?? pair.key) as Yaml.Node);
    if (map.flow !== true && map.items[0] !== pair) this.#splice(lineStart(this.#text, start), end, '');
    else this.#replace(pair, pair.value as Yaml.Node | null, null);
  }

  #items(pair: Yaml.Pair, node: Yaml.Node | null, id: string, before: readonly Record_[], after: readonly Record_[]): void {
    const wanted = new Map(after.map((item) => [item[id], item]));
    const known = new Map(before.map((item) => [item[id], item]));
    const added = after.filter((item) => !known.has(item[id]));
    if (!this.#yaml.isSeq(node)) {
      if (added.length > 0) this.#startList(pair, node, added);
      return;
    }
    const gone = new Set<unknown>();
    const seen = new Set<unknown>();
    for (const [i, item] of node.items.entries()) {
      const name = this.#yaml.isMap(item) ? idText(item.get(id)) : undefined;
      // An item without an id, and a second one with the same, are not ours.
      if (name === undefined || !known.has(name) || seen.has(name)) continue;
      seen.add(name);
      const next = wanted.get(name);
      if (next !== undefined) this.#map(item as Yaml.YAMLMap, known.get(name)!, next);
      else gone.add(i);
    }
    this.#removeItems(pair, node, gone, added.length);
    if (added.length > 0) this.#addItems(pair, node, added, gone.size === node.items.length);
  }

  #removeItems(pair: Yaml.Pair, seq: Yaml.YAMLSeq, gone: ReadonlySet<unknown>, added: number): void {
    if (gone.size === 0) return;
    if (seq.flow === true) {
      const kept = seq.items.filter((_, i) => !gone.has(i)) as Yaml.Node[];
      const text = kept.map((item) => this.#text.slice(item.range![0], item.range![1])).join(', ');
      this.#splice(seq.range![0], seq.range![1], `[${text}]`);
      return;
    }
    for (const [i, item] of seq.items.entries()) {
      if (!gone.has(i)) continue;
      const start = lineStart(this.#text, itemStart(seq, i));
      this.#splice(start, lineEnd(this.#yaml, this.#text, item as Yaml.Node), '');
    }
    if (gone.size < seq.items.length || added > 0) return;
    const colon = this.#text.indexOf(':', (pair.key as Yaml.Node).range![1]);
    this.#splice(colon + 1, colon + 1, ' []');
  }

  #addItems(pair: Yaml.Pair, seq: Yaml.YAMLSeq, added: readonly Record_[], emptied: boolean): void {
    if (seq.items.length === 0) {
      this.#startList(pair, seq, added);
      return;
    }
    if (seq.flow === true) {
      if (emptied) throw new Error('a list on one line cannot be emptied and filled at once');
      const at = (seq.items.at(-1) as Yaml.Node).range![1];
      this.#splice(at, at, added.map((item) => `, ${renderFlow(item)}`).join(''));
      return;
    }
    const column = itemStart(seq, 0) - lineStart(this.#text, itemStart(seq, 0));
    this.#append(lineEnd(this.#yaml, this.#text, seq), added.flatMap(renderItem), column);
  }

  /** `sessions: []` and `sessions:` become a list under their line. */
  #startList(pair: Yaml.Pair, node: Yaml.Node | null, added: readonly Record_[]): void {
    const key = pair.key as Yaml.Node;
    const range = node?.range ?? [key.range![1], key.range![1]];
    if (range[1] > range[0]) this.#splice(range[0], range[1], '');
    const end = this.#text.indexOf('\n', range[1]);
    const column = key.range![0] - lineStart(this.#text, key.range![0]);
    this.#append(end === -1 ? this.#text.length : end + 1, added.flatMap(renderItem), column + 2);
  }

  /** Whole new lines at the start of a line, or behind a last line that has no end. */
  #append(at: number, added: readonly string[], column: number): void {
    if (added.length === 0) return;
    const lead = at > 0 && this.#text[at - 1] !== '\n' ? this.#eol : '';
    this.#splice(at, at, lead + added.map((line) => `${' '.repeat(column)}${line}${this.#eol}`).join(''));
  }

  #splice(from: number, to: number, text: string): void {
    this.#splices.push({ from, to, text });
  }
}

const isRecord = (value: unknown): value is Record_ => typeof value === 'object' && value !== null && !Array.isArray(value);
const idText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
const lines = (record: Record_): readonly string[] =>
  Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : renderPair(key, value)));
