import { basename } from 'node:path';
import { currentLog } from '../app/log.ts';
import { ConfigError } from '../config/problems.ts';
import { errnoOf, KnownError } from '../platform/errors.ts';

const MAX_PROBLEMS = 20;
const MAX_FRAMES = 12;

/**
 * Writes into the log why a command failed. No message of an error: it may quote a name, a value of the configuration or a line of a transcript. What is
 * known and the person was told is for `debug` only; a configuration that cannot be used and a bug are always kept.
 * Of a path the last name alone: a transcript's folder spells the project's path, and here nobody knows whether names are to be hidden (SEC-81, ST-21).
 */
export function logFailure(error: unknown): void {
  const log = currentLog();
  if (error instanceof ConfigError) {
    for (const { kind, where, line, column, key } of error.problems.slice(0, MAX_PROBLEMS))
      log?.error('the configuration cannot be used', { where, line, column, key, kind });
  } else if (error instanceof KnownError) {
    const { exitCode, operation, path } = error;
    log?.debug('a command failed', {
      exitCode,
      operation,
      path: path === undefined ? undefined : basename(path),
      code: errnoOf(error.cause),
    });
  } else log?.error('a command failed by a bug', { name: nameOf(error), code: errnoOf(error), stack: framesOf(error) });
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.constructor.name : typeof error);

/** `at` lines alone: the message stands before them. */
function framesOf(error: unknown): string | undefined {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const frames = lines.filter((line) => /^\s+at /.test(line)).map((line) => line.trim());
  return frames.length === 0 ? undefined : frames.slice(0, MAX_FRAMES).join('; ');
}
