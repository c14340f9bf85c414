import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KnownError } from '../platform/errors.ts';
import { lockHolder } from '../platform/locks.ts';
import { sessionFileName } from '../sessions/file-name.ts';
import { healthFiles, sessionOfFile } from './adopt.ts';
import { type ArchivedSession, appendArchive } from './archive.ts';
import { KEPT } from './constants.ts';
import type { RuntimeSession } from './contracts.ts';
import { placeOf, readStateFile } from './state-file.ts';
import { updateState } from './state-store.ts';

export interface CleanOptions {
  /** `<claude dir>/session-health`. */
  readonly dir: string;
  readonly stateDir: string;
  readonly dataDir: string;
  readonly archive: boolean;
  /** Ids that are never touched, however old. */
  readonly live: ReadonlySet<string>;
  /** Epoch ms. */
  readonly now: number;
  readonly dryRun: boolean;
}

export interface Cleaned {
  /** Ids of sessions that were archived and removed. */
  readonly archived: readonly string[];
  /** All paths removed. */
  readonly removed: readonly string[];
  readonly problems: readonly string[];
}

/** A session that is over for a week: its health file, its entry of the runtime state, or both. */
interface Old {
  readonly sessionId: string;
  readonly path: string | null;
  readonly archived: ArchivedSession;
}

/**
 * Removes what nobody needs any more (SH-9): sessions inactive for 7 days, which are archived first; orphaned cooldowns, journals, captures and locks older
 * than that; temporaries older than an hour. A kill in between leaves a session in both places, never in none. A broken runtime state keeps its sessions.
 */
export async function cleanHealth(options: CleanOptions): Promise<Cleaned> {
  const { dir, stateDir, dataDir, live, now, dryRun } = options;
  const problems: string[] = [];
  const old = await oldSessions(options).catch((error: unknown) => {
    if (!(error instanceof KnownError)) throw error;
    problems.push(error.message);
    return [];
  });
  const ids = new Set(old.map(({ sessionId }) => sessionId));
  const orphans = orphansOf(options, ids);
  const files = old.flatMap(({ path }) => path ?? []);
  if (dryRun) return { archived: [...ids], removed: [...files, ...orphans], problems };
  if (options.archive)
    appendArchive(
      dataDir,
      old.map(({ archived }) => archived),
      now,
    );
  const isPruned = ids.size === 0 || (await prune(dir, stateDir, ids, live, now));
  const removed = [...(isPruned ? files : []), ...orphans];
  problems.push(...removed.flatMap(removeFile));
  return { archived: isPruned ? [...ids] : [], removed, problems };
}

/** Newest sign of life of an entry, epoch ms; 0 = it names none. */
const lastSign = ({ metadata, transcript, health }: RuntimeSession): number =>
  metadata.lastActivity || transcript.lastModified || metadata.gatheredAt || health.lastUpdate;

async function oldSessions({ dir, live, now }: CleanOptions): Promise<readonly Old[]> {
  const isOld = (session: RuntimeSession): boolean => {
    const last = lastSign(session);
    return !live.has(session.sessionId) && last > 0 && now - last > KEPT.inactive;
  };
  const { state } = await readStateFile(dir);
  const entries = new Map(state.sessions.map((session) => [session.sessionId, session]));
  const files = new Map(healthFiles(dir).map(({ path, raw }) => [String(raw.sessionId), { path, raw }]));
  return [...new Set([...entries.keys(), ...files.keys()])].flatMap((sessionId) => {
    const [entry, file] = [entries.get(sessionId), files.get(sessionId)];
    const ofFile = file === undefined ? null : sessionOfFile(file.raw);
    if ((entry !== undefined && !isOld(entry)) || (ofFile !== null && !isOld(ofFile))) return [];
    const archived = { v: 1 as const, archivedAt: now, sessionId, health: file?.raw ?? null, runtime: entry ?? ofFile };
    return [{ sessionId, path: file?.path ?? null, archived }];
  });
}

/** Takes the entries out of the runtime state; false when it could not be written now. */
async function prune(dir: string, stateDir: string, ids: ReadonlySet<string>, live: ReadonlySet<string>, now: number): Promise<boolean> {
  const gone = (id: string): boolean => ids.has(id) && !live.has(id);
  if (!placeOf(dir).exists) return true;
  const update = await updateState({ dir, stateDir, now, yieldToEditor: true }, (state) => ({
    ...state,
    sessions: state.sessions.filter(({ sessionId }) => !gone(sessionId)),
  }));
  return update.result === 'written' || update.result === 'unchanged';
}

function removeFile(path: string): string[] {
  try {
    rmSync(path, { force: true });
    return [];
  } catch (error) {
    return [`${path} cannot be removed (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`];
  }
}

/** Files whose session is gone for a week, and temporaries of killed writers. */
function orphansOf({ dir, stateDir, live, now }: CleanOptions, gone: ReadonlySet<string>): readonly string[] {
  const kept = new Set([...live].map(sessionFileName));
  const known = new Set(healthFiles(dir).map(({ raw }) => sessionFileName(String(raw.sessionId))));
  for (const id of gone) known.delete(sessionFileName(id));
  const isOld = (path: string): boolean => ageOf(path, now) > KEPT.orphan;
  const cooldown = (name: string): boolean => {
    const id = /^(.+)-(?:secrets-scan\.cooldown|transcript\.state|gitleaks\.state)$/.exec(name)?.[1];
    return id !== undefined && !known.has(id) && !kept.has(id);
  };
  const ofSession = (name: string): boolean => !kept.has(name.replace(/\.jsonl?$/, ''));
  const isFree = (path: string): boolean => lockHolder(path)?.alive !== true;
  return [
    ...listed(join(dir, 'cooldowns')).filter(({ name, path }) => cooldown(name) && isOld(path)),
    ...listed(join(stateDir, 'events')).filter(({ name, path }) => name.endsWith('.jsonl') && ofSession(name) && isOld(path)),
    ...listed(join(stateDir, 'statusline')).filter(({ name, path }) => name.endsWith('.json') && ofSession(name) && isOld(path)),
    ...listed(join(stateDir, 'locks')).filter(({ name, path }) => !name.startsWith('.') && isOld(path) && isFree(path)),
    ...[dir, join(dir, 'cooldowns'), stateDir, ...['events', 'statusline', 'locks'].map((name) => join(stateDir, name))]
      .flatMap(listed)
      .filter(({ name, path }) => /^\..+\.tmp$/.test(name) && ageOf(path, now) > KEPT.temporary),
  ].map(({ path }) => path);
}

function listed(folder: string): readonly { readonly name: string; readonly path: string }[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [{ name: entry.name, path: join(folder, entry.name) }] : [],
    );
  } catch {
    return [];
  }
}

const ageOf = (path: string, now: number): number => now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now);
