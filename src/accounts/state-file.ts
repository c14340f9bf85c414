import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Document } from 'yaml';
import { configError, errnoOf, KnownError } from '../platform/errors.ts';
import { type Stamp, stampOf } from '../platform/files.ts';
import { terminalText } from '../text/terminal.ts';
import { SIZES } from './constants.ts';
import { EMPTY_STATE, type RuntimeState } from './contracts.ts';
import { isRaw, readState } from './tolerant.ts';

export type StateFormat = 'yaml' | 'json';

export interface StatePlace {
  readonly path: string;
  readonly format: StateFormat;
  readonly exists: boolean;
  /** A JSON file beside the YAML one, which is the authority (ST-2). */
  readonly twin: string | null;
}

/** Something that keeps a file from being used: where, and why. Line and column 1-based. */
export interface StateProblem {
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

/** `runtime-state.yaml:3:5: duplicate key` */
export const problemText = ({ path, line, column, message }: StateProblem): string =>
  terminalText(line === null ? `${path}: ${message}` : `${path}:${line}:${column ?? 1}: ${message}`);

export const problemError = (problem: StateProblem): KnownError =>
  configError(problemText(problem), { operation: 'read', path: problem.path, hint: 'mend the file: it is left exactly as it is' });

export interface StateRead {
  readonly place: StatePlace;
  /** What the file says; empty when there is none. */
  readonly state: RuntimeState;
  /** "" when there is none. */
  readonly text: string;
  readonly stamp: Stamp | null;
  /** The parsed YAML with its places, or the parsed JSON. */
  readonly document: Document | null;
  readonly raw: Readonly<Record<string, unknown>>;
  /** The version is of a later major: read only, never written (ST-10). */
  readonly newer: boolean;
}

const NAME = 'runtime-state';
/** More references than this is an alias bomb. */
const MAX_ALIASES = 100;

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** YAML if present, else JSON if present, else `create` (ST-2). A link that leads nowhere is present: it is a person's, and broken. */
export function placeOf(dir: string, create: StateFormat = 'json'): StatePlace {
  const [yaml, json] = [join(dir, `${NAME}.yaml`), join(dir, `${NAME}.json`)];
  if (isThere(yaml)) return { path: yaml, format: 'yaml', exists: true, twin: existsSync(json) ? json : null };
  if (isThere(json)) return { path: json, format: 'json', exists: true, twin: null };
  return { path: create === 'yaml' ? yaml : json, format: create, exists: false, twin: null };
}

/** Reads the state of a folder. Throws a KnownError (exit 78) that names file, line and column when a person has to mend it. */
export async function readStateFile(dir: string, create?: StateFormat): Promise<StateRead> {
  return readPlace(placeOf(dir, create));
}

export async function readPlace(place: StatePlace): Promise<StateRead> {
  const read = textOf(place);
  if (read === null) return { place, state: EMPTY_STATE, text: '', stamp: null, document: null, raw: {}, newer: false };
  const parsed = place.format === 'yaml' ? await parseYaml(read.text, place.path) : await parseJson(read.text, place.path);
  const state = readState(parsed.raw);
  return { place, state, ...read, ...parsed, newer: majorOf(state.metadata.version) > 1 };
}

const majorOf = (version: string): number => Number.parseInt(version, 10) || 1;

function textOf(place: StatePlace): { readonly text: string; readonly stamp: Stamp } | null {
  if (!place.exists) return null;
  const wrong = (message: string, cause?: unknown) => {
    const told = problemError({ path: place.path, line: null, column: null, message });
    return cause === undefined ? told : new KnownError(told.message, { ...told, exitCode: told.exitCode, cause } as never);
  };
  try {
    const stat = statSync(place.path);
    if (!stat.isFile()) throw wrong('is not a regular file');
    if (stat.size > SIZES.humanFile) throw wrong(`is larger than ${SIZES.humanFile} bytes`);
    const stamp = stampOf(place.path)!;
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(place.path)), stamp };
  } catch (error) {
    if (error instanceof KnownError) throw error;
    const code = errnoOf(error);
    if (code === 'ENOENT' && !isThere(place.path)) return null;
    if (code === 'ENOENT') throw wrong('is a link that leads nowhere');
    if (code === 'ELOOP') throw wrong('is a link that leads to itself');
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw wrong('is not UTF-8 text');
    throw wrong(`cannot be read (${code ?? 'unknown error'})`, error);
  }
}

interface Parsed {
  readonly document: Document | null;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Comments and places stay with the document. Throws at a syntax error, a duplicate key, an alias bomb or a wrong top-level type (ST-4). */
export async function parseYaml(text: string, path: string): Promise<Parsed> {
  const yaml = await import('yaml');
  const counter = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: counter,
    keepSourceTokens: true,
    uniqueKeys: true,
    resolveKnownTags: false,
    merge: true,
  });
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) {
    const place = error.linePos?.[0] ?? counter.linePos(error.pos[0]);
    const message = error.message.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:?$/, '');
    throw problemError({ path, line: place.line, column: place.col, message });
  }
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    throw problemError({ path, line: 1, column: 1, message: `aliases expand to more than ${MAX_ALIASES} values` });
  }
  const at = (key: string | null): { line: number; column: number } => {
    const node = key === null ? document.contents : document.get(key, true);
    const place = counter.linePos((node as { range?: [number] } | null)?.range?.[0] ?? 0);
    return { line: place.line, column: place.col };
  };
  return { document, raw: checkedShape(raw, path, at) };
}

async function parseJson(text: string, path: string): Promise<Parsed> {
  const bare = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (bare.trim() === '') return { document: null, raw: {} };
  const placeAt = (offset: number) => {
    const before = bare.slice(0, offset);
    return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
  };
  let raw: unknown;
  try {
    raw = JSON.parse(bare);
  } catch (error) {
    throw problemError({ path, ...placeAt(await faultOffset(error, bare)), message: 'is not JSON' });
  }
  // A text that is written again letter by letter had every key once; looking for a second one takes longer.
  const twice = JSON.stringify(raw, null, 2) === bare.trimEnd() ? null : duplicateKey(bare);
  if (twice !== null) throw problemError({ path, ...placeAt(twice.offset), message: `the key ${twice.key} stands there twice` });
  const at = (key: string | null) => placeAt(key === null ? 0 : Math.max(0, bare.indexOf(`"${key}"`)));
  return { document: null, raw: checkedShape(raw, path, at) };
}

/** Where JSON.parse stopped: its message says so, or else the YAML reader does, to which JSON is a part of its own language. */
async function faultOffset(error: unknown, text: string): Promise<number> {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (position !== undefined) return Number(position);
  const { parseDocument } = await import('yaml');
  return parseDocument(text, { prettyErrors: false }).errors[0]?.pos[0] ?? text.trimEnd().length;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}:]/g;

/** The first key that an object of a valid JSON text has twice: JSON.parse would silently drop one of the two. */
export function duplicateKey(text: string): { readonly offset: number; readonly key: string } | null {
  const open: Set<string>[] = [];
  let last: { readonly offset: number; readonly key: string } | null = null;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token !== ':') {
      last = { offset: index, key: token };
      continue;
    } else if (last !== null) {
      const name = last.key.includes('\\') ? (JSON.parse(last.key) as string) : last.key.slice(1, -1);
      if (open.at(-1)?.has(name)) return last;
      open.at(-1)?.add(name);
    }
    last = null;
  }
  return null;
}

function checkedShape(
  raw: unknown,
  path: string,
  at: (key: string | null) => { line: number; column: number },
): Readonly<Record<string, unknown>> {
  if (raw === null || raw === undefined) return {};
  if (!isRaw(raw)) throw problemError({ path, ...at(null), message: 'expected authProfiles, sessions and metadata' });
  for (const key of ['authProfiles', 'sessions'])
    if (raw[key] !== undefined && raw[key] !== null && !Array.isArray(raw[key]))
      throw problemError({ path, ...at(key), message: `${key}: expected a list` });
  if (raw.metadata !== undefined && raw.metadata !== null && !isRaw(raw.metadata))
    throw problemError({ path, ...at('metadata'), message: 'metadata: expected a section' });
  return raw;
}

/** The name without its folder, for tables. */
export const stateName = (place: StatePlace): string => basename(place.path);

const AUTOMATIC_LABEL = /^(?:Primary Account|Auto-detected Account \d+)$/;

/** Nothing in it is a person's word or another program's: every profile was found by us and is as we made it. */
export const isMachineMade = ({ authProfiles }: RuntimeState): boolean =>
  authProfiles.every(
    ({ label, aliases, pathPatterns, thresholds, metadata, tidemark }) =>
      tidemark !== undefined &&
      tidemark.mergedInto === undefined &&
      metadata.detectionMethod === 'auto' &&
      AUTOMATIC_LABEL.test(label) &&
      aliases === undefined &&
      pathPatterns === undefined &&
      thresholds === undefined,
  );
