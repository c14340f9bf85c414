import { basename, dirname, join } from 'node:path';
import { type CompiledConfig, isCurrent, movedStateDir, readCompiled } from '../../config/compiled.ts';
import type { Config } from '../../config/schema.ts';
import { STATUSLINE_DEFAULTS } from '../../config/statusline-defaults.ts';
import { type Env, readEnv } from '../../platform/env.ts';
import { looseNumber, looseObject } from '../../platform/loose.ts';
import { expandPath, type Paths, resolvePaths } from '../../platform/paths.ts';
import { readSessionEnv, type SessionEnv } from '../../platform/session-env.ts';
import { readSmallJson } from '../../platform/small-file.ts';
import { colourDepth } from '../../platform/terminal.ts';
import type { LineSettings } from './facts.ts';
import { layoutOf } from './layouts.ts';
import type { Look } from './line.ts';
import type { Clocks } from './others.ts';

/** Everything that is known before the client's payload is. */
export interface Setup {
  readonly env: Env;
  readonly session: SessionEnv;
  /** Null without a usable home: then nothing is read or kept. */
  readonly paths: Paths | null;
  readonly stateDir: string | null;
  readonly isConfigStale: boolean;
  readonly statusline: Config['statusline'];
  readonly settings: LineSettings;
  readonly clocks: Clocks;
  readonly hidesNames: boolean;
  readonly compiled: CompiledConfig | null;
}

const DEFAULT_COLUMNS = 120;
const MIN_COLUMNS = 10;
const MAX_COLUMNS = 1000;
const MINUTE_MS = 60_000;

/** `ascii` from the command line. */
export function prepare(ascii: boolean): Setup {
  const env = readEnv();
  const paths = pathsOf(env);
  const compiled = paths === null ? null : readCompiled(paths.stateDir);
  const config = compiled?.config ?? {};
  const statusline = { ...STATUSLINE_DEFAULTS, ...config.statusline };
  const display = looseObject(config.display);
  const other = config as Readonly<Record<string, unknown>>;
  const sessions = looseObject(other.sessions);
  const show = display.showAuthProfile;
  return {
    env,
    session: readSessionEnv(),
    paths: paths === null ? null : withConfiguredDirs(env, paths, config),
    stateDir: paths === null ? null : movedStateDir(config, paths, env),
    isConfigStale: paths !== null && !isCurrent(compiled, paths.configFile),
    compiled,
    statusline,
    settings: {
      warning: statusline.warning,
      critical: statusline.critical,
      compactionPercent: looseNumber(looseObject(other.context).compactionPercent, 1, 100) ?? 80,
      zone: typeof display.timezone === 'string' ? display.timezone : 'local',
      hour12: display.hour12 === true,
      ascii: ascii || statusline.ascii || display.ascii === true || !isUtf8(env),
      useEmoji: statusline.useEmoji,
      links: statusline.links === 'on',
      showAuthProfile: typeof show === 'boolean' ? show : 'auto',
      ambiguousWide: display.ambiguousWide === true,
    },
    clocks: {
      idleAfter: looseNumber(sessions.idleAfter, 1) ?? 10 * MINUTE_MS,
      staleAfter: looseNumber(sessions.staleAfter, 1) ?? 5 * MINUTE_MS,
    },
    hidesNames: config.privacy?.names === 'hide',
  };
}

function pathsOf(env: Env): Paths | null {
  try {
    return resolvePaths(env);
  } catch {
    return null;
  }
}

function withConfiguredDirs(env: Env, paths: Paths, config: Partial<Config>): Paths {
  const dirs = config.claude?.dirs ?? [];
  return dirs.length === 0 ? paths : resolvePaths({ ...env, CLAUDE_CONFIG_DIR: undefined }, process.platform, { claudeDirs: dirs });
}

/** A locale that says it is something else than UTF-8; saying nothing is what programs started from a desktop do. */
function isUtf8(env: Env): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((name) => name !== undefined && name !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}

/** SL-20. Columns for the line. */
export function availableWidth(
  columns: string | undefined,
  statusline: Pick<Config['statusline'], 'reserve' | 'padding' | 'width'>,
): number {
  const kept = statusline.reserve + 2 * statusline.padding;
  const told = /^\s*\d{1,6}\s*$/.test(columns ?? '') ? Number(columns) : 0;
  const wanted = told > 0 ? told - kept : (statusline.width ?? DEFAULT_COLUMNS - kept);
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, wanted));
}

/** The looks for a session's configuration directory; its legacy file counts for the classic layout only (session-state §2.8). */
export function lookOf({ statusline, env }: Setup, configDir: string | null): Look {
  const legacy = statusline.layout === 'classic' && configDir !== null ? legacyDisplay(configDir) : null;
  const layout = layoutOf(legacy === null ? statusline : { ...statusline, ...legacy.over(statusline) }, legacy?.components);
  const limit = statusline.maxWidth ?? legacy?.maxWidth ?? MAX_COLUMNS;
  return {
    layout,
    theme: statusline.theme,
    glyphs: statusline.glyphs,
    // The client shows colours although our stdout is no terminal (SL-9).
    depth: colourDepth(env, true),
    width: Math.max(MIN_COLUMNS, Math.min(limit, availableWidth(env.COLUMNS, statusline))),
  };
}

interface LegacyDisplay {
  readonly components: Readonly<Record<string, unknown>>;
  readonly maxWidth: number | null;
  readonly useEmoji: boolean | null;
  /** Its values where the configuration above it has only defaults. */
  readonly over: (statusline: Config['statusline']) => Partial<Config['statusline']>;
}

function legacyDisplay(configDir: string): LegacyDisplay | null {
  const file = readSmallJson(join(configDir, 'session-health', 'config.json'), 64 * 1024);
  if (file === null) return null;
  const display = looseObject(file.display);
  const maxLines = looseNumber(display.maxLines, 1, 10);
  return {
    components: looseObject(file.components),
    maxWidth: looseNumber(display.maxWidth, MIN_COLUMNS, MAX_COLUMNS),
    useEmoji: typeof display.useEmoji === 'boolean' ? display.useEmoji : null,
    over: (statusline) =>
      maxLines !== null && statusline.maxLines === STATUSLINE_DEFAULTS.maxLines ? { maxLines: Math.floor(maxLines) } : {},
  };
}

/** Whether pictures are drawn: the configuration's word, else the legacy file's. */
export function usesEmoji(setup: Setup, configDir: string | null): boolean {
  if (!setup.statusline.useEmoji || setup.statusline.layout !== 'classic' || configDir === null) return setup.statusline.useEmoji;
  return legacyDisplay(configDir)?.useEmoji ?? true;
}

/** The Claude directory a session belongs to (AP-12): the environment's, else the part of its transcript's path before `projects`. */
export function configDirOf({ env, paths }: Setup, transcriptPath: string | null): string | null {
  const told = env.CLAUDE_CONFIG_DIR?.trim();
  if (told !== undefined && told !== '' && !told.includes(',') && paths !== null) return expandPath(told, paths.home);
  const projects = transcriptPath === null ? null : dirname(dirname(transcriptPath));
  if (projects !== null && basename(projects) === 'projects') return dirname(projects);
  return paths === null ? null : join(paths.home, '.claude');
}
