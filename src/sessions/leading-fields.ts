/* The top-level fields at the beginning of a JSON object that is cut off or too large to parse (LS-38). */

const FIELD_LIMIT = 64;

/** Complete fields before the cut; nested values only when complete. Never throws. */
export function leadingFields(text: string): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  let at = skipBlank(text, 0);
  if (text[at] !== '{') return fields;
  at++;
  for (let count = 0; count < FIELD_LIMIT; count++) {
    at = skipBlank(text, at);
    if (text[at] === ',') at = skipBlank(text, at + 1);
    const keyEnd = valueEnd(text, at);
    if (text[at] !== '"' || keyEnd === -1) break;
    const key = parse(text.slice(at, keyEnd));
    at = skipBlank(text, keyEnd);
    if (text[at] !== ':' || typeof key !== 'string') break;
    at = skipBlank(text, at + 1);
    const end = valueEnd(text, at);
    if (end === -1) break;
    const value = parse(text.slice(at, end));
    if (value === undefined) break;
    Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
    at = end;
  }
  return fields;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function skipBlank(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
  return at;
}

/** Behind the value that begins at `from`; -1 when the text ends first. */
function valueEnd(text: string, from: number): number {
  if (text[from] === '"') return stringEnd(text, from);
  if (text[from] !== '{' && text[from] !== '[') {
    const length = text.slice(from, from + 400).search(/[,}\]\s]/);
    return length <= 0 ? -1 : from + length;
  }
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      at = stringEnd(text, at) - 1;
      if (at < 0) return -1;
    } else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return -1;
}

function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
}
