import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../platform/env.ts';
import { looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { expandPath, type Paths } from '../platform/paths.ts';
import { readSmallJson } from '../platform/small-file.ts';
import type { Config } from './schema.ts';

/* `S/config.json`: the configuration file as the hot paths read it, which never parse YAML (ST-17). */

export const COMPILED_VERSION = 1;
const MAX_COMPILED_BYTES = 1024 * 1024;

/** The configuration file a compile stands for; size and mtime null when there was none. */
interface CompileSource {
  readonly path: string;
  readonly size: number | null;
  readonly mtimeMs: number | null;
}

/** The compiled configuration: the file's values over the defaults, without environment and flags. */
export interface CompiledConfig {
  readonly v: number;
  readonly source: CompileSource;
  /** Complete when the same version wrote it; a reader lays it over its own defaults. */
  readonly config: Partial<Config>;
}

export const compiledFile = (stateDir: string): string => join(stateDir, 'config.json');

/** For the hot paths: what was compiled last; null when there is nothing, or another version wrote it. */
export function readCompiled(stateDir: string): CompiledConfig | null {
  const read = readSmallJson(compiledFile(stateDir), MAX_COMPILED_BYTES);
  if (read === null || read.v !== COMPILED_VERSION) return null;
  const source = looseObject(read.source);
  return {
    v: COMPILED_VERSION,
    source: { path: looseText(source.path) ?? '', size: looseNumber(source.size), mtimeMs: looseNumber(source.mtimeMs) },
    config: looseObject(read.config) as Partial<Config>,
  };
}

/** Where the hot paths keep what they know: `paths.state` of a compiled configuration, unless the environment says so (UR-120, UR-122). */
export function movedStateDir(config: Partial<Config> | null, { home, stateDir }: Pick<Paths, 'home' | 'stateDir'>, env: Env): string {
  const moved = looseText(looseObject(config?.paths).state);
  return moved === null || (env.TIDEMARK_PATHS_STATE ?? '').trim() !== '' ? stateDir : expandPath(moved, home);
}

/** Whether the compile stands for the configuration file as it is now: one `stat`. */
export function isCurrent(compiled: CompiledConfig | null, configFile: string): boolean {
  const now = sourceOf(configFile);
  if (compiled === null) return now.size === null;
  return compiled.source.path === configFile && compiled.source.size === now.size && compiled.source.mtimeMs === now.mtimeMs;
}

/** What tells one content of the configuration file from another. A missing file is a content too. */
export function sourceOf(path: string): CompileSource {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) return { path, size: stat.size, mtimeMs: stat.mtimeMs };
  } catch {
    // Out of reach is the same as not there.
  }
  return { path, size: null, mtimeMs: null };
}
