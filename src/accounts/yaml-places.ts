import type * as Yaml from 'yaml';

/* Offsets in the text of a YAML file, UTF-16 units. */

/** Offset of the first character of the line that holds `at`; a byte order mark is no part of a line. */
export function lineStart(text: string, at: number): number {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return start === 0 && text.startsWith('\ufeff') ? 1 : start;
}

/** Columns in front of the first key of a block map. */
export function firstColumn(text: string, map: Yaml.YAMLMap): number {
  const start = (map.items[0]!.key as Yaml.Node).range![0];
  return start - lineStart(text, start);
}

/** Offset of the dash of a list's item. */
export function itemStart(seq: Yaml.YAMLSeq, index: number): number {
  const token = seq.srcToken;
  const source = token?.type === 'block-seq' ? token.items[index]?.start.find(({ type }) => type === 'seq-item-ind') : undefined;
  if (source === undefined) throw new Error('a list item without its dash');
  return source.offset;
}

/**
 * Offset behind the last line of a node: behind its line feed. What follows on that line (a comment) belongs to it, comment lines below do not: they may be
 * about what comes next.
 */
export function lineEnd(yaml: typeof Yaml, text: string, node: Yaml.Node): number {
  if (yaml.isMap(node) && node.flow !== true && node.items.length > 0) {
    const last = node.items.at(-1)!;
    return lineEnd(yaml, text, (last.value ?? last.key) as Yaml.Node);
  }
  if (yaml.isSeq(node) && node.flow !== true && node.items.length > 0) return lineEnd(yaml, text, node.items.at(-1) as Yaml.Node);
  const end = node.range![1];
  // A block scalar ends behind its line feed.
  if (end > node.range![0] && text[end - 1] === '\n') return end;
  const feed = text.indexOf('\n', end);
  return feed === -1 ? text.length : feed + 1;
}
