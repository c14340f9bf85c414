import type { Document, LineCounter, Node } from 'yaml';
import { nearest } from '../text/nearest.ts';
import type { Problem } from './problems.ts';
import { quoted } from './quoted.ts';
import { OLD_KEYS, SETTING_BY_KEY, SETTINGS } from './schema.ts';
import { readValue } from './value.ts';

type Yaml = typeof import('yaml');

/** More references than this is an alias bomb, not a configuration (SEC-44). */
export const MAX_ALIASES = 100;

export interface ParsedFile {
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: readonly Problem[];
  /** What is valid and has no effect. */
  readonly notices: readonly Problem[];
}

/** Reads the text of a configuration file: the valid values by full key, and everything that is wrong with its place. */
export function parseConfig(yaml: Yaml, text: string, file: string): ParsedFile {
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: true, resolveKnownTags: false, uniqueKeys: true });
  const broken = [...document.errors, ...document.warnings].map((error) =>
    problem(file, 'syntax', null, firstLine(error.message), error.linePos?.[0]),
  );
  if (broken.length > 0) return { values: new Map(), problems: broken, notices: [] };
  const bomb = aliasProblem(yaml, document, lines, file);
  if (bomb !== null) return { values: new Map(), problems: [bomb], notices: [] };
  return new Reader(yaml, document, lines, file).read();
}

type Place = { readonly line: number; readonly col: number } | undefined;

const problem = (where: string, kind: Problem['kind'], key: string | null, message: string, place: Place): Problem => ({
  kind,
  where,
  line: place?.line ?? 1,
  column: place?.col ?? 1,
  key,
  message,
});

/** The parser adds its own place and a picture of the lines; the first line without the place is enough. */
const firstLine = (message: string) => message.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:?$/, '');

function aliasProblem(yaml: Yaml, document: Document, lines: LineCounter, file: string): Problem | null {
  let count = 0;
  let place: Place;
  yaml.visit(document, {
    Alias(_, node) {
      count += 1;
      if (count !== MAX_ALIASES + 1) return;
      place = lines.linePos(node.range?.[0] ?? 0);
      return yaml.visit.BREAK;
    },
  });
  if (place !== undefined) return problem(file, 'syntax', null, `more than ${MAX_ALIASES} aliases`, place);
  try {
    document.toJS({ maxAliasCount: MAX_ALIASES });
    return null;
  } catch {
    return problem(file, 'syntax', null, `aliases expand to more than ${MAX_ALIASES} values`, undefined);
  }
}

/** Walks section by section, so that each message has the place of its own line. */
class Reader {
  readonly #yaml: Yaml;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #file: string;
  readonly #values = new Map<string, unknown>();
  readonly #problems: Problem[] = [];
  readonly #notices: Problem[] = [];

  constructor(yaml: Yaml, document: Document, lines: LineCounter, file: string) {
    this.#yaml = yaml;
    this.#document = document;
    this.#lines = lines;
    this.#file = file;
  }

  read(): ParsedFile {
    const root = this.#document.contents;
    const empty = root === null || (this.#yaml.isScalar(root) && root.value === null);
    if (!empty && !this.#yaml.isMap(root)) this.#report('syntax', null, 'expected sections such as "display:"', root as Node);
    else if (this.#yaml.isMap(root)) for (const pair of root.items) this.#section(pair.key, pair.value);
    return { values: this.#values, problems: this.#problems, notices: this.#notices };
  }

  #section(key: unknown, value: unknown): void {
    const name = this.#name(key);
    if (!Object.hasOwn(SETTINGS, name)) {
      this.#unknown(name, key, Object.keys(SETTINGS));
      return;
    }
    const node = this.#resolve(value);
    if (node === null || (this.#yaml.isScalar(node) && node.value === null)) return;
    if (!this.#yaml.isMap(node)) {
      const example = Object.keys(SETTINGS[name as keyof typeof SETTINGS])[0];
      this.#report('value', name, `expected a section with keys such as "${example}:"`, value as Node);
      return;
    }
    for (const pair of node.items) this.#setting(name, pair.key, pair.value);
  }

  #setting(section: string, keyNode: unknown, valueNode: unknown): void {
    const key = `${section}.${this.#name(keyNode)}`;
    const known = SETTING_BY_KEY.get(key);
    if (known === undefined) {
      this.#unknown(key, keyNode, SETTING_BY_KEY.keys());
      return;
    }
    const node = this.#resolve(valueNode);
    const value = node === null ? null : node.toJS(this.#document, { maxAliasCount: MAX_ALIASES });
    const read = readValue(known, value);
    if (read.ok) {
      this.#values.set(key, read.value);
      for (const { path, message } of known.notices?.(read.value) ?? []) this.#notice(key, message, within(this.#yaml, node, path) ?? node);
    } else this.#report('value', key, `expected ${known.expected}, got ${quoted(value)}${read.hint}`, (valueNode ?? keyNode) as Node);
  }

  #notice(key: string, message: string, node: Node | null): void {
    this.#notices.push(problem(this.#file, 'notice', key, message, this.#lines.linePos(node?.range?.[0] ?? 0)));
  }

  #unknown(name: string, node: unknown, candidates: Iterable<string>): void {
    const renamed = OLD_KEYS.get(name);
    if (renamed !== undefined) this.#report('old-key', name, `is now ${renamed} (${asLines(renamed)})`, node as Node);
    else if (SETTING_BY_KEY.has(name)) this.#report('unknown-key', name, `write it as a section (${asLines(name)})`, node as Node);
    else this.#report('unknown-key', name === '' ? null : quotedKey(name), `unknown key${suggestion(name, candidates)}`, node as Node);
  }

  #name(node: unknown): string {
    return this.#yaml.isScalar(node) ? String(node.value) : '';
  }

  #resolve(node: unknown): Node | null {
    if (this.#yaml.isAlias(node)) return (node.resolve(this.#document) as Node | undefined) ?? null;
    return this.#yaml.isNode(node) ? node : null;
  }

  #report(kind: Problem['kind'], key: string | null, message: string, node: Node | null): void {
    this.#problems.push(problem(this.#file, kind, key, message, this.#lines.linePos(node?.range?.[0] ?? 0)));
  }
}

/** A part of a value; null where an alias or nothing stands there. */
function within(yaml: Yaml, node: Node | null, path: readonly (string | number)[]): Node | null {
  const found: unknown = yaml.isCollection(node) ? node.getIn(path, true) : null;
  return yaml.isNode(found) ? found : null;
}

const asLines = (key: string) => `${key.replace('.', ': { ')}: … }`;
const quotedKey = (name: string) => quoted(name).slice(1, -1);

function suggestion(name: string, candidates: Iterable<string>): string {
  const bare = lastParts();
  const meant = nearest(name, candidates) ?? nearest(name, bare.keys());
  return meant === null ? '' : `, did you mean ${bare.get(meant) ?? meant}?`;
}

/** A key without its section (`timezone:` at the top) is a common slip. */
const lastParts = () => new Map([...SETTING_BY_KEY.keys()].map((key) => [key.split('.')[1]!, key]));
