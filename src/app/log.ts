import { basename } from 'node:path';
import type { Config } from '../config/schema.ts';
import { readEnv } from '../platform/env.ts';
import { LOG_LEVELS, Log, type LogLevel } from '../platform/log.ts';
import { type Paths, resolvePaths, tildePath } from '../platform/paths.ts';

let current: Log | null = null;
let isDebug = false;

/** `--debug`: everything is logged in this run, whatever `log.level` says (UR-92, LV-17). */
export function setDebug(debug: boolean): void {
  isDebug = debug;
  current = null;
}

const levelOf = (level: LogLevel): LogLevel => (isDebug ? 'debug' : level);

/** The log of this process from now on. */
export function startLog({ home, stateDir }: Paths, { log }: Config): Log {
  current = new Log({ home, stateDir, level: levelOf(log.level) });
  return current;
}

/** The log of this process; before there is a configuration, or when it is what is wrong, the environment says where. Null without a home. */
export function currentLog(): Log | null {
  if (current !== null) return current;
  try {
    const env = readEnv();
    const level = LOG_LEVELS.find((known) => known === env.TIDEMARK_LOG_LEVEL);
    const { home, stateDir } = resolvePaths(env);
    return new Log({ home, stateDir, level: levelOf(level ?? 'info') });
  } catch {
    return null;
  }
}

/** A transcript's path in the log. The folder spells the project's path: with `privacy.names: hide` only the file's own name is left (ST-21). */
export function loggedPath(path: string, { home }: Paths, { privacy }: Config): string {
  return privacy.names === 'hide' ? basename(path) : tildePath(path, home);
}
