import type { Json } from './equal.ts';

/* New pieces of a YAML file, written so that YAML 1.1 and 1.2 readers agree on them: times and ids that look like numbers are quoted. */

const PLAIN = /^[A-Za-z/][\w./@+-]*(?: [\w./@+%(][\w./@+%()-]*)*$/;
const WORD_WITH_MEANING = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** A text as a plain scalar where every reader takes it for text, else in double quotes. */
export function renderText(text: string): string {
  return PLAIN.test(text) && !WORD_WITH_MEANING.test(text) && text.length <= 1000 ? text : quotedText(text);
}

/** JSON's string syntax is YAML's, but line separators must be escaped for YAML 1.1 readers. */
export const quotedText = (text: string): string =>
  JSON.stringify(text).replaceAll(/[\u0085\u2028\u2029\ufeff\u007f-\u009f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

export function renderScalar(value: null | boolean | number | string): string {
  if (typeof value === 'string') return renderText(value);
  return value === null ? 'null' : String(Object.is(value, -0) ? 0 : value);
}

const isScalar = (value: Json): value is null | boolean | number | string => typeof value !== 'object' || value === null;
const present = (record: { readonly [key: string]: Json | undefined }): [string, Json][] =>
  Object.entries(record).filter((entry): entry is [string, Json] => entry[1] !== undefined);

/** On one line, valid inside flow and block collections. */
export function renderFlow(value: Json): string {
  if (isScalar(value)) return typeof value === 'string' ? quotedText(value) : renderScalar(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => renderFlow(item)).join(', ')}]`;
  return `{${present(value as Record<string, Json>)
    .map(([key, item]) => `${renderText(key)}: ${renderFlow(item)}`)
    .join(', ')}}`;
}

/** The lines of `key: value`, without indentation of the first; nested maps two columns deeper. Lists of texts stay on one line. */
export function renderPair(key: string, value: Json): readonly string[] {
  if (isScalar(value)) return [`${renderText(key)}: ${renderScalar(value)}`];
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    if (items.every(isScalar)) return [`${renderText(key)}: ${renderFlow(items)}`];
    return [`${renderText(key)}:`, ...items.flatMap((item) => renderItem(item).map((line) => `  ${line}`))];
  }
  const entries = present(value as Record<string, Json>);
  if (entries.length === 0) return [`${renderText(key)}: {}`];
  return [`${renderText(key)}:`, ...entries.flatMap(([name, item]) => renderPair(name, item).map((line) => `  ${line}`))];
}

/** The lines of one list item, starting with `- `. */
export function renderItem(value: Json): readonly string[] {
  if (isScalar(value) || Array.isArray(value)) return [`- ${renderFlow(value)}`];
  const lines = present(value as Record<string, Json>).flatMap(([key, item]) => renderPair(key, item));
  return lines.length === 0 ? ['- {}'] : lines.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`));
}
