import { existsSync, realpathSync } from 'node:fs';
import type { Env } from '../../platform/env.ts';
import { KnownError } from '../../platform/errors.ts';
import { expandPath, type Paths } from '../../platform/paths.ts';
import { type Launcher, launcherPath } from './launcher.ts';

/** What an installation stands on. */
export interface InstallContext {
  readonly env: Env;
  readonly paths: Paths;
  /** Epoch ms. */
  readonly now: number;
  readonly platform: NodeJS.Platform;
  readonly launcher: Launcher;
}

/** A file that would be written or removed, for a person to look at; null = not there. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What an installation would do. Making one writes nothing. */
export interface InstallPlan {
  readonly changes: readonly FileChange[];
  /** Sentences to be said before the question. */
  readonly notes: readonly string[];
  /** What to say instead of the usual sentence when there is nothing to change. */
  readonly nothing?: string;
  /** Does it; gives sentences to be said after. */
  apply(): Promise<readonly string[]>;
}

export function installContext(env: Env, paths: Paths, now: number, entry: string | undefined = process.argv[1]): InstallContext {
  if (entry === undefined) throw new KnownError('The path of this program is not known', { hint: 'start it as tidemark' });
  const launcher = { path: launcherPath(paths.dataDir), node: process.execPath, entry: realpathSync(entry) };
  return { env, paths, now, platform: process.platform, launcher };
}

/** The Claude directories to install into: the one that is named, else those that exist, else the usual one (LS-43, LS-46). */
export function targetDirs(paths: Paths, named: string | undefined): readonly string[] {
  if (named !== undefined) {
    const directory = expandPath(named, paths.home, process.cwd());
    if (!existsSync(directory))
      throw new KnownError(`There is no directory ${directory}`, { hint: 'name the directory that Claude Code uses' });
    return [directory];
  }
  const existing = paths.claudeDirs.filter((directory) => existsSync(directory));
  return existing.length > 0 ? existing : paths.claudeDirs.slice(0, 1);
}

/** UTC time for file names: `20261121T160512Z`. */
export const fileStamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
