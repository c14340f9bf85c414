import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser/lib/esm/main.js';
import { configError } from '../../platform/errors.ts';

/** A settings file taken apart as far as an edit needs it; every byte of the file is in `bom` + `body`. */
export interface SettingsText {
  /** The byte order mark, or nothing. */
  readonly bom: string;
  readonly body: string;
  /** The outermost object; null when the file holds nothing but blanks. */
  readonly root: Node | null;
}

const BOM = '\uFEFF';

/** Takes a settings text apart. What is no object in JSON (comments allowed) is refused with its line and column, exit 78 (LS-43). */
export function parseSettings(text: string, file: string): SettingsText {
  const bom = text.startsWith(BOM) ? BOM : '';
  const body = text.slice(bom.length);
  if (body.trim() === '') return { bom, body, root: null };
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(body, errors, { allowTrailingComma: false, disallowComments: false });
  } catch (error) {
    if (error instanceof RangeError) throw configError(`${file} is nested too deeply to be a settings file`);
    throw error;
  }
  const [first] = errors;
  if (first !== undefined) throw faultAt(body, first.offset, file, `not valid JSON (${words(printParseErrorCode(first.error))})`);
  if (root?.type !== 'object') throw faultAt(body, root?.offset ?? 0, file, 'expected an object in braces');
  return { bom, body, root };
}

/** `CommaExpected` → `comma expected`. */
const words = (code: string): string =>
  code
    .replaceAll(/([A-Z])/g, ' $1')
    .trim()
    .toLowerCase();

/** An error that names `file:line:column` (1-based) of a place in the body. */
export function faultAt(body: string, offset: number, file: string, message: string): Error {
  const before = body.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - (before.lastIndexOf('\n') + 1) + 1;
  return configError(`${file}:${line}:${column}: ${message}; nothing was written`, {
    operation: 'read settings',
    path: file,
    hint: 'mend the file, then try again',
  });
}

/** The value of a property of an object, or null. A name written twice is refused: which of the two a client takes is its own affair. */
export function propertyOf({ body }: Pick<SettingsText, 'body'>, object: Node, key: string, file: string): Node | null {
  const found = (object.children ?? []).filter((property) => property.children?.[0]?.value === key);
  if (found.length > 1) throw faultAt(body, found[1]!.offset, file, `"${key}" stands here for the second time`);
  return found[0]?.children?.[1] ?? null;
}

/** What the text says, as plain data; `{}` for a blank file. */
export function settingsValue({ root }: SettingsText): Readonly<Record<string, unknown>> {
  return root === null ? {} : (getNodeValue(root) as Record<string, unknown>);
}

/** Whether two values are the same in JSON, whatever the order of their properties. */
export const sameJson = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    // As pairs: an object would give a key such as __proto__ a meaning.
    return Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1));
  }) ?? '';

export { getNodeValue, type Node };
