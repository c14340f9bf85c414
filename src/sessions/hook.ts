import { appendFileSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { compiledFile, movedStateDir, readCompiled } from '../config/compiled.ts';
import { systemClock } from '../platform/clock.ts';
import { type Env, readEnv } from '../platform/env.ts';
import { errnoOf } from '../platform/errors.ts';
import { type Loose, looseObject } from '../platform/loose.ts';
import { type Paths, resolvePaths } from '../platform/paths.ts';
import { monotonic, ownStart, type ProcessTable, systemProcesses } from '../platform/processes.ts';
import { readSessionEnv } from '../platform/session-env.ts';
import type { Identity } from './event.ts';
import { bytesHash } from './hash.ts';
import { appendEvent, journalFile } from './journal.ts';
import { leadingFields } from './leading-fields.ts';
import { eventOf, type Received } from './payload.ts';
import { publishOwn } from './publish-own.ts';
import { readStdin } from './stdin.ts';
import { sweep } from './sweep.ts';

/* `tidemark hook` (LS-37 … LS-42): stdin → journal → status file → index. Prints nothing, exits with 0, whatever happens. */

/** Above this only the leading fields are read (SEC-41). */
const MAX_PARSED = 4 * 1024 * 1024;
const LEADING = 64 * 1024;

export function run(): number {
  let paths: Paths | null = null;
  try {
    // Everything we make is private whatever the umask was (ST-8).
    process.umask(0o077);
    const env = readEnv();
    paths = pathsOf(env);
    const received = receive(env, paths, systemProcesses);
    if (received !== null) publish(env, paths, received);
  } catch (error) {
    logFailure(paths, error);
  }
  return 0;
}

/** A hook belongs to one directory: without the variable to the usual one, or to that of its transcript (AP-12). */
function pathsOf(env: Env): Paths {
  const paths = env.CLAUDE_CONFIG_DIR === undefined ? resolvePaths({ ...env, CLAUDE_CONFIG_DIR: '~/.claude' }) : resolvePaths(env);
  return env.CLAUDE_CONFIG_DIR === undefined ? { ...paths, claudeDirsSource: 'default' } : paths;
}

interface FromHook extends Received {
  readonly claudeDir: string;
}

function receive(env: Env, paths: Paths, table: ProcessTable): FromHook | null {
  const at = ownStart();
  const bytes = readStdin(monotonic, ignoreTermination);
  if (bytes.length === 0) return null;
  const text = bytes.toString('utf8', 0, bytes.length > MAX_PARSED ? LEADING : bytes.length);
  const payload = parsed(text, bytes.length > MAX_PARSED);
  const transcript = typeof payload.transcript_path === 'string' ? payload.transcript_path : '';
  const claudeDir = claudeDirOf(paths, transcript);
  const received = eventOf(payload, `${bytes.length}:${bytesHash(bytes)}`, {
    at,
    identity: identityOf(claudeDir, table),
    sessionId: env.CLAUDE_CODE_SESSION_ID ?? null,
  });
  return received === null ? null : { ...received, claudeDir };
}

/** A hook that is told to stop while it waits for its stdin ends as it always does. */
function ignoreTermination(): void {
  process.on('SIGTERM', () => {});
}

function parsed(text: string, isCut: boolean): Loose {
  if (!isCut) {
    try {
      return looseObject(JSON.parse(text));
    } catch {
      // Broken off, or no JSON: what is whole at its beginning may still tell.
    }
  }
  return leadingFields(text.slice(0, LEADING));
}

/** The directory of the environment; with several, the one that holds the transcript (AP-12). */
function claudeDirOf(paths: Paths, transcript: string): string {
  const { claudeDirs, claudeDirsSource } = paths;
  const holder = claudeDirs.find((dir) => transcript.startsWith(`${dir}/projects/`) || transcript.startsWith(`${dir}\\projects\\`));
  if (holder !== undefined) return holder;
  const before = /^(.*)[/\\]projects[/\\][^/\\]+[/\\]/.exec(transcript)?.[1];
  const isThere = claudeDirsSource === 'default' && before !== undefined && statSync(before, { throwIfNoEntry: false })?.isDirectory();
  return isThere ? before : (claudeDirs[0] ?? `${paths.home}/.claude`);
}

function identityOf(configDir: string, table: ProcessTable): Identity {
  const { profile, alias, kind, pid } = readSessionEnv();
  const procStart = pid === null ? null : table.procStart(pid);
  return {
    configDir,
    kind,
    ...(profile === null ? {} : { profileEnv: profile }),
    ...(alias === null ? {} : { alias }),
    ...(pid === null ? {} : { pid }),
    ...(procStart === null ? {} : { procStart }),
    ...(pid === null || table.domain === null ? {} : { pidDomain: table.domain }),
  };
}

function publish(env: Env, paths: Paths, { claudeDir, sessionId, event }: FromHook): void {
  const now = systemClock.now();
  // The parent's absence is told apart from our folder's: a home that is gone is not made anew.
  if (statSync(paths.home, { throwIfNoEntry: false }) === undefined) return;
  const config = existsSync(compiledFile(paths.stateDir)) ? (readCompiled(paths.stateDir)?.config ?? null) : null;
  const stateDir = movedStateDir(config, paths, env);
  const read = appendEvent(journalFile(stateDir, sessionId), event, now);
  const { view } = publishOwn({ stateDir, dataDir: paths.dataDir, claudeDir, sessionId, config, clock: systemClock.now, read }, now);
  if (view !== null) sweep(claudeDir, stateDir, view, now);
}

/** One line without anything of the payload; no log is no failure either. */
function logFailure(paths: Paths | null, error: unknown): void {
  try {
    if (paths === null || statSync(dirname(paths.stateDir), { throwIfNoEntry: false }) === undefined) return;
    const code = errnoOf(error) ?? (error instanceof Error ? error.name : 'unknown');
    const at = new Date(systemClock.now()).toISOString();
    appendFileSync(`${paths.stateDir}/tidemark.log`, `${JSON.stringify({ level: 'error', time: at, msg: 'hook failed', code })}\n`, {
      mode: 0o600,
    });
  } catch {
    // A full disk, a read-only home: silence is the contract (LS-37).
  }
}
