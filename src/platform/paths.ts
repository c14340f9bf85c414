import { realpathSync } from 'node:fs';
import * as nodePath from 'node:path';
import type { Env } from './env.ts';
import { EXIT_CONFIG, KnownError } from './errors.ts';

/** Where everything lives (design §3). All absolute. */
export interface Paths {
  readonly home: string;
  /** Claude Code's directories (each holding `projects/`), once each by real path; they need not exist yet. */
  readonly claudeDirs: readonly string[];
  readonly claudeDirsSource: 'env' | 'config' | 'default';
  readonly configFile: string;
  /** The ledger's database file. */
  readonly ledger: string;
  /** The ledger's companions: `archive/`, `salt`. */
  readonly dataDir: string;
  /** Hot-path state, log, sockets. */
  readonly stateDir: string;
}

/** Values of the configuration that move a path; each loses to its environment variable. */
export interface ConfiguredPaths {
  readonly claudeDirs?: readonly string[] | null;
  readonly ledger?: string | null;
  readonly state?: string | null;
}

type Path = typeof nodePath.posix;
const pathOf = (platform: NodeJS.Platform): Path => (platform === 'win32' ? nodePath.win32 : nodePath.posix);

/** Absolute, and nothing in it that `join` and `resolve` would take away: an empty part, `.` or `..`, a slash at the end. Patterns are slower at first. */
const isResolved = (path: string): boolean =>
  path.charCodeAt(0) === 0x2f &&
  !path.includes('//') &&
  !path.includes('/./') &&
  !path.includes('/../') &&
  !path.endsWith('/') &&
  !path.endsWith('/.') &&
  !path.endsWith('/..');

/**
 * `path.posix.join(directory, name)` for a name of resolved parts. Node's own looks at each character again and again, in a function that is cold in every
 * process: a tenth of what a hot path may take.
 */
const below = (directory: string, name: string): string =>
  isResolved(directory) ? `${directory}/${name}` : nodePath.posix.join(directory, name);

/** HOME, which must be absolute: a relative one would scatter our files over whatever directory is current (HZ-31). */
function homeOf(env: Env, platform: NodeJS.Platform): string {
  const name = platform === 'win32' ? 'USERPROFILE' : 'HOME';
  const home = env[name];
  const fail = (what: string) =>
    new KnownError(`${name} ${what}`, {
      exitCode: EXIT_CONFIG,
      operation: 'find the home directory',
      hint: `set ${name} to an absolute path`,
    });
  if (home === undefined) throw fail('is not set');
  if (home.trim() === '') throw fail('is empty');
  if (!pathOf(platform).isAbsolute(home)) throw fail(`is not an absolute path: ${home}`);
  return home;
}

/** Expands a leading `~` and resolves against `base`; nothing else is expanded (SEC-44). */
export function expandPath(value: string, home: string, base: string = home, platform: NodeJS.Platform = process.platform): string {
  const path = pathOf(platform);
  const trimmed = value.trim();
  if (trimmed === '~') return home;
  if (platform !== 'win32' && isResolved(trimmed)) return trimmed;
  if (trimmed.startsWith('~/') || trimmed.startsWith('~\\')) {
    const rest = trimmed.slice(2);
    return platform !== 'win32' && isResolved(`/${rest}`) ? below(home, rest) : path.join(home, rest);
  }
  return path.resolve(base, trimmed);
}

/** The same against the current directory, which is asked for only where it matters. */
function expandHere(value: string, home: string, platform: NodeJS.Platform): string {
  const isAway = platform !== 'win32' && (value.startsWith('/') || value.startsWith('~/'));
  return expandPath(value, home, isAway ? home : process.cwd(), platform);
}

/** A directory of Claude Code as people write it: `~`, trailing slashes and a trailing `/projects` are accepted (UR-110). */
function claudeDir(entry: string, home: string, platform: NodeJS.Platform): string {
  const full = expandHere(entry, home, platform);
  if (!full.includes('projects')) return full;
  const path = pathOf(platform);
  return path.basename(full) === 'projects' ? path.dirname(full) : full;
}

function realPath(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}

/** Each directory once, by real path: two names of one directory would count its use twice (HZ-30, UR-106). */
function distinct(directories: readonly string[]): readonly string[] {
  if (directories.length < 2) return directories;
  const seen = new Set<string>();
  return directories.filter((directory) => {
    const real = realPath(directory);
    return !seen.has(real) && seen.add(real);
  });
}

const nonBlank = (entries: readonly string[]) => entries.map((entry) => entry.trim()).filter((entry) => entry !== '');

/** An XDG variable counts only when absolute, as its specification says. */
function xdg(env: Env, name: string, fallback: string): string {
  const value = env[name];
  return value !== undefined && nodePath.posix.isAbsolute(value) ? value : fallback;
}

function baseDirs(env: Env, home: string, platform: NodeJS.Platform) {
  const path = pathOf(platform);
  if (platform === 'win32') {
    const local = env.LOCALAPPDATA;
    const root = path.join(local !== undefined && path.isAbsolute(local) ? local : path.join(home, 'AppData', 'Local'), 'tidemark');
    return { claudeConfig: path.join(home, '.config'), config: root, data: root, state: path.join(root, 'state') };
  }
  const config = xdg(env, 'XDG_CONFIG_HOME', below(home, '.config'));
  const data = xdg(env, 'XDG_DATA_HOME', below(home, '.local/share'));
  const state = xdg(env, 'XDG_STATE_HOME', below(home, '.local/state'));
  return {
    claudeConfig: config,
    config: below(config, 'tidemark'),
    data: below(data, 'tidemark'),
    state: below(state, 'tidemark'),
  };
}

/** Decides every path from the environment and, where given, the configuration. Throws exit 78 without a usable home. */
export function resolvePaths(env: Env, platform: NodeJS.Platform = process.platform, configured: ConfiguredPaths = {}): Paths {
  const home = homeOf(env, platform);
  const join = platform === 'win32' ? nodePath.win32.join : below;
  const base = baseDirs(env, home, platform);
  const listed = nonBlank((env.CLAUDE_CONFIG_DIR ?? '').split(','));
  const fromConfig = nonBlank(configured.claudeDirs ?? []);
  const [source, entries] =
    listed.length > 0
      ? (['env', listed] as const)
      : fromConfig.length > 0
        ? (['config', fromConfig] as const)
        : (['default', [join(home, '.claude'), join(base.claudeConfig, 'claude')]] as const);
  const own = (variable: string | undefined, setting: string | null | undefined, fallback: string) => {
    if (variable !== undefined && variable.trim() !== '') return expandHere(variable, home, platform);
    return setting ? expandPath(setting, home, home, platform) : fallback;
  };
  return {
    home,
    claudeDirs: distinct(entries.map((entry) => claudeDir(entry, home, platform))),
    claudeDirsSource: source,
    configFile: own(env.TIDEMARK_CONFIG, null, join(base.config, 'config.yaml')),
    ledger: own(env.TIDEMARK_DB, configured.ledger, join(base.data, 'ledger.db')),
    dataDir: base.data,
    stateDir: own(env.TIDEMARK_PATHS_STATE, configured.state, base.state),
  };
}

/** A path as a person is shown it: the home directory as `~`. */
export function tildePath(file: string, home: string): string {
  if (file === home) return '~';
  return file.startsWith(`${home}${nodePath.sep}`) ? `~${file.slice(home.length)}` : file;
}
