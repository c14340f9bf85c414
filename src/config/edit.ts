import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { configError, errnoOf, usageError } from '../platform/errors.ts';
import { ensurePrivateDir, writeFileAtomic } from '../platform/files.ts';
import { nearest } from '../text/nearest.ts';
import { parseConfig } from './parse.ts';
import { ConfigError } from './problems.ts';
import { quoted } from './quoted.ts';
import { SETTING_BY_KEY } from './schema.ts';
import { fromText, readValue } from './value.ts';
import type { Setting } from './values.ts';

/**
 * Sets one key of the configuration file to a person's text (null removes it). Comments and the order of the file stay;
 * a file that is already broken is refused, with the place, rather than rewritten.
 */
export async function setConfig(file: string, key: string, value: string | null): Promise<void> {
  const known = settingOf(key);
  const written = value === null ? null : checked(known, key, value);
  const text = textOf(file);
  const yaml = await import('yaml');
  const { problems } = parseConfig(yaml, text, file);
  // A faulty value of this very key is what the person may be mending.
  const others = problems.filter((problem) => problem.key !== key);
  if (others.length > 0) throw new ConfigError(others);

  const document = yaml.parseDocument(text);
  const path = key.split('.');
  if (value === null) document.deleteIn(path);
  else setIn(yaml, document, path, written);
  ensurePrivateDir(dirname(file));
  writeFileAtomic(file, document.toString({ lineWidth: 0, indent: indentOf(text) }), { throughLink: true });
}

type Yaml = typeof import('yaml');

/** Changes a scalar in place, which keeps the comment behind it; makes the section where it is missing or empty. */
function setIn(yaml: Yaml, document: InstanceType<Yaml['Document']>, path: readonly string[], value: unknown): void {
  const [section] = path;
  if (!yaml.isMap(document.get(section!, true))) document.set(section!, document.createNode({}));
  const present = document.getIn(path, true);
  if (yaml.isScalar(present) && (typeof value !== 'object' || value === null)) present.value = value;
  else document.setIn(path, document.createNode(value));
}

function settingOf(key: string): Setting<unknown> {
  const known = SETTING_BY_KEY.get(key);
  if (known !== undefined) return known;
  const meant = nearest(key, SETTING_BY_KEY.keys());
  throw usageError(`unknown key ${quoted(key)}`, meant === null ? 'tidemark config show lists all keys' : `did you mean ${meant}?`);
}

/** The value as it is stored: as the person wrote it (`1.5M` stays `1.5M`), numbers and yes/no with their type. */
function checked(known: Setting<unknown>, key: string, text: string): unknown {
  const raw = fromText(known, text);
  const read = readValue(known, raw);
  if (!read.ok) throw usageError(`${key}: expected ${known.expected}, got ${quoted(raw)}${read.hint}`);
  if (read.value === null) return 'none';
  return typeof raw === 'string' && typeof read.value === 'number' && /^\d+(\.\d+)?$/.test(raw) ? Number(raw) : raw;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw configError(`Cannot read ${file}`, { operation: 'read', path: file, cause: error });
  }
}

/** The indent that the file already uses. */
function indentOf(text: string): number {
  const match = /^( {1,8})\S/m.exec(text);
  return match?.[1]?.length ?? 2;
}
