import { readFileSync, statSync } from 'node:fs';
import type { Env } from '../platform/env.ts';
import { errnoOf } from '../platform/errors.ts';
import { DEFAULTS } from './defaults.ts';
import { parseConfig } from './parse.ts';
import { ConfigError, type Problem } from './problems.ts';
import { quoted } from './quoted.ts';
import { type Config, envNames, SETTING_BY_KEY, SETTINGS } from './schema.ts';
import { fromText, readValue } from './value.ts';
import type { Setting } from './values.ts';

/** Which layer a value came from. */
export type Origin = 'default' | 'file' | 'env' | 'flag';

export interface LoadedConfig {
  readonly config: Config;
  /** Full key → layer, one entry per setting (`config show`). */
  readonly origins: ReadonlyMap<string, Origin>;
}

/** Flags by the full key of the setting they change; undefined = not given. */
export type ConfigFlags = Readonly<Record<string, unknown>>;

export const MAX_CONFIG_BYTES = 1024 * 1024;

/** default → file → environment → flag (UR-122). A file that does not exist is fine; a broken one ends with exit 78. */
export async function loadConfig(file: string, env: Env, flags: ConfigFlags = {}): Promise<LoadedConfig> {
  const values = new Map<string, unknown>();
  const origins = new Map<string, Origin>();
  const take = (origin: Origin, layer: ReadonlyMap<string, unknown>) => {
    for (const [key, value] of layer) {
      values.set(key, value);
      origins.set(key, origin);
    }
  };
  for (const key of SETTING_BY_KEY.keys()) origins.set(key, 'default');
  take('file', valid(await readConfigFile(file)));
  take('env', valid(readEnvLayer(env)));
  take('flag', valid(readFlagLayer(flags), true));
  return { config: assemble(values), origins };
}

/** Everything wrong with a configuration file, in its order; empty when it is fine or absent (`config validate`). */
export async function checkConfig(file: string): Promise<readonly Problem[]> {
  const { problems, notices = [] } = await readConfigFile(file);
  return [...problems, ...notices];
}

interface Layer {
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: readonly Problem[];
  /** What is valid and has no effect. */
  readonly notices?: readonly Problem[];
}

function valid(layer: Layer, fromFlag = false): ReadonlyMap<string, unknown> {
  if (layer.problems.length > 0) throw new ConfigError(layer.problems, fromFlag);
  return layer.values;
}

async function readConfigFile(file: string): Promise<Layer> {
  const text = readText(file);
  if (text === null) return { values: new Map(), problems: [] };
  if (typeof text !== 'string') return { values: new Map(), problems: [text] };
  // The parser is loaded only when there is something to parse: most people have no such file.
  return parseConfig(await import('yaml'), text, file);
}

/** The file's text, null when there is none, or what is wrong with the file itself. */
function readText(file: string): string | null | Problem {
  const wrong = (kind: Problem['kind'], message: string): Problem => ({ kind, where: file, line: null, column: null, key: null, message });
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (!stat.isFile()) return wrong('unreadable', 'is not a regular file');
    if (stat.size > MAX_CONFIG_BYTES) return wrong('too-large', `is larger than 1 MiB (${stat.size} bytes)`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
      ? wrong('syntax', 'is not UTF-8 text')
      : wrong('unreadable', `cannot be read (${code})`);
  }
}

/** An empty variable counts as not set. */
function readEnvLayer(env: Env): Layer {
  const given = [...SETTING_BY_KEY].flatMap(([key, known]) => {
    const name = envNames(key).find((candidate) => (env[candidate] ?? '').trim() !== '');
    return name === undefined ? [] : [{ key, known, where: name, value: fromText(known, env[name]!) }];
  });
  return readAll(given);
}

function readFlagLayer(flags: ConfigFlags): Layer {
  const given = Object.entries(flags).flatMap(([key, value]) => {
    const known = SETTING_BY_KEY.get(key);
    if (known === undefined || value === undefined) return [];
    return [{ key, known, where: 'command line', value: typeof value === 'string' ? fromText(known, value) : value }];
  });
  return readAll(given);
}

interface Given {
  readonly key: string;
  readonly known: Setting<unknown>;
  readonly where: string;
  readonly value: unknown;
}

function readAll(given: readonly Given[]): Layer {
  const values = new Map<string, unknown>();
  const problems: Problem[] = [];
  for (const { key, known, where, value } of given) {
    const read = readValue(known, value);
    if (read.ok) values.set(key, read.value);
    else
      problems.push({
        kind: 'value',
        where,
        line: null,
        column: null,
        key,
        message: `expected ${known.expected}, got ${quoted(value)}${read.hint}`,
      });
  }
  return { values, problems };
}

/** The defaults with the given values laid over them. Every value has passed its schema, which is what makes the cast true. */
function assemble(values: ReadonlyMap<string, unknown>): Config {
  const sections = Object.entries(SETTINGS).map(([section, keys]) => {
    const defaults = DEFAULTS[section as keyof Config] as Readonly<Record<string, unknown>>;
    const merged = Object.keys(keys).map((key) => [key, values.has(`${section}.${key}`) ? values.get(`${section}.${key}`) : defaults[key]]);
    return [section, Object.freeze(Object.fromEntries(merged))];
  });
  return Object.freeze(Object.fromEntries(sections)) as Config;
}
