import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { healthDir } from '../accounts/publish.ts';
import { isMachineMade, readStateFile } from '../accounts/state-file.ts';
import { KnownError } from '../platform/errors.ts';
import { lockHolder } from '../platform/locks.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { statusDir } from '../sessions/status-folder.ts';
import type { App } from './open.ts';

/** What `uninstall --purge` takes away (MG-8): only what nobody but us has written. */
export interface Purge {
  /** Files and whole folders, absolute. */
  readonly remove: readonly string[];
  /** One sentence each: what stays, and why. */
  readonly kept: readonly string[];
}

/** What we keep in the state directory (session-state §2.11). */
const STATE_NAMES = [
  'events',
  'statusline',
  'locks',
  'config.json',
  'summary.json',
  'quota.json',
  'switches.jsonl',
  'health-files.json',
  'swept.json',
  'tidemark.log',
  'tidemark.log.1',
];
const MAX_BYTES = 4 * 1024 * 1024;
const OUR_COOLDOWNS = /^(?:billing|git-status|cleanup|.+-secrets-scan)\.cooldown$/;

export async function planPurge({ paths }: App): Promise<Purge> {
  const writer = lockHolder(join(paths.stateDir, 'locks', 'writer'));
  if (writer?.alive === true && writer.pid !== process.pid)
    throw new KnownError(`Process ${writer.pid} of Tidemark is running and would write everything anew`, { hint: 'end it first' });
  const remove: string[] = [];
  const kept: string[] = [];
  for (const claudeDir of paths.claudeDirs) {
    remove.push(...ourFiles(statusDir(claudeDir)), ...ourFiles(healthDir(claudeDir)));
    const cooldowns = join(healthDir(claudeDir), 'cooldowns');
    remove.push(
      ...namesIn(cooldowns)
        .filter((name) => OUR_COOLDOWNS.test(name))
        .map((name) => join(cooldowns, name)),
    );
    const log = join(healthDir(claudeDir), 'daemon.log');
    if (existsSync(log)) remove.push(log);
    const state = await stateOf(healthDir(claudeDir));
    if (state?.isOurs) remove.push(state.path);
    else if (state !== null) kept.push(`${state.path} stays: a person wrote into it, or another program made it.`);
  }
  const ledger = ['', '-wal', '-shm'].map((suffix) => `${paths.ledger}${suffix}`);
  for (const path of [...wholly(paths.stateDir), ...wholly(paths.dataDir), ...ledger]) if (existsSync(path)) remove.push(path);
  return { remove: [...new Set(remove)], kept };
}

/** Takes it away, and the folders that are empty then. */
export function applyPurge({ remove }: Purge, { paths }: App): void {
  for (const path of remove) rmSync(path, { recursive: true, force: true });
  const folders = paths.claudeDirs.flatMap((dir) => [join(healthDir(dir), 'cooldowns'), healthDir(dir), statusDir(dir)]);
  for (const folder of folders) removeIfEmpty(folder);
  for (const own of [paths.stateDir, paths.dataDir, paths.ledger]) removeEmptyParents(own, paths.home);
}

/** Our own folder as a whole; of one that a person chose, only what we put there. */
function wholly(dir: string): readonly string[] {
  if (basename(dir) === 'tidemark') return [dir];
  return STATE_NAMES.map((name) => join(dir, name));
}

/** Folders that were made on the way to ours, below the home, as long as nothing else is in them. */
function removeEmptyParents(path: string, home: string): void {
  for (let at = dirname(path); at.startsWith(`${home}${sep}`) && isEmpty(at); at = dirname(at)) removeIfEmpty(at);
}

const isEmpty = (dir: string): boolean => existsSync(dir) && readdirSync(dir).length === 0;

/** JSON files with our mark. */
function ourFiles(dir: string): readonly string[] {
  return namesIn(dir).flatMap((name) => {
    const path = join(dir, name);
    if (!name.endsWith('.json') || /^runtime-state\.|^config\.json$/.test(name)) return [];
    const raw = readSmallJson(path, MAX_BYTES);
    const isSummary = name === 'sessions.json' && raw !== null && 'totalSessions' in raw && 'global' in raw;
    return raw !== null && ('tidemark' in raw || isSummary) ? [path] : [];
  });
}

async function stateOf(dir: string): Promise<{ readonly path: string; readonly isOurs: boolean } | null> {
  try {
    const { place, state } = await readStateFile(dir);
    return place.exists ? { path: place.path, isOurs: place.twin === null && isMachineMade(state) } : null;
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    return { path: dir, isOurs: false };
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not there, or something of others is in it.
  }
}
