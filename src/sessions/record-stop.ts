import { existsSync } from 'node:fs';
import { movedStateDir, readCompiled } from '../config/compiled.ts';
import type { Config } from '../config/schema.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import { looseObject } from '../platform/loose.ts';
import { type Paths, resolvePaths } from '../platform/paths.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { keyedHash } from './hash.ts';
import { appendEvent, type JournalRead, journalFile } from './journal.ts';
import { publishOwn } from './publish-own.ts';
import { statusDir, statusFile } from './status-folder.ts';
import { STOP_EVENT, type StopNote } from './stop-note.ts';

/* KIL-6: a stop that a person asked for, in the journal that the session's hooks write, and at once in its status file and the index. */

const MAX_INDEX = 1024 * 1024;

/** Notes a stop. `env` finds the directories that the session's own hooks use. False when the history could not be written; never throws. */
export function recordStop(env: Env, sessionId: string, stop: StopNote, clock: Clock = systemClock): boolean {
  try {
    const now = clock.now();
    const usual = resolvePaths(env);
    const config = readCompiled(usual.stateDir)?.config ?? null;
    const stateDir = movedStateDir(config, usual, env);
    const n = keyedHash(`${stop.pid}:${now}:${stop.sent.join()}`, sessionId);
    const read = appendEvent(journalFile(stateDir, sessionId), { v: 1, at: now, n, event: STOP_EVENT, stop }, now);
    if (stop.ended) publish({ env, usual, config, stateDir, sessionId, clock, read }, now);
    return true;
  } catch {
    return false;
  }
}

interface Noted {
  readonly env: Env;
  readonly usual: Paths;
  readonly config: Partial<Config> | null;
  readonly stateDir: string;
  readonly sessionId: string;
  readonly clock: Clock;
  readonly read: JournalRead;
}

/** Only where a file speaks of the session already: a stop asks for no status files (MG-3). What fails here the next publisher makes good. */
function publish({ env, usual, config, stateDir, sessionId, clock, read }: Noted, now: number): void {
  const dirs = resolvePaths(env, process.platform, { claudeDirs: dirsOf(config) }).claudeDirs;
  const told = read.state.identity?.configDir;
  const claudeDir = [...(told === undefined ? [] : [told]), ...dirs].find((dir) => speaksOf(dir, sessionId));
  if (claudeDir === undefined) return;
  try {
    publishOwn({ stateDir, dataDir: usual.dataDir, claudeDir, sessionId, config, clock: () => clock.now(), read }, now);
  } catch {
    // A read-only folder, a full disk: the journal holds it.
  }
}

/** `claude.dirs` of a compiled configuration, which another version may have written. */
function dirsOf(config: Partial<Config> | null): readonly string[] {
  const { dirs } = looseObject(config?.claude);
  return Array.isArray(dirs) ? (dirs as unknown[]).filter((dir) => typeof dir === 'string') : [];
}

function speaksOf(claudeDir: string, sessionId: string): boolean {
  if (existsSync(statusFile(claudeDir, sessionId))) return true;
  const listed = readSmallJson(`${statusDir(claudeDir)}/index.json`, MAX_INDEX)?.sessions;
  return Array.isArray(listed) && (listed as unknown[]).some((entry) => looseObject(entry).session_id === sessionId);
}
