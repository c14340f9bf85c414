import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { KnownError } from '../platform/errors.ts';
import { ensurePrivateDir, swapFile } from '../platform/files.ts';
import { withLock } from '../platform/locks.ts';
import { WRITES } from './constants.ts';
import type { RuntimeState } from './contracts.ts';
import { sameButTimes } from './equal.ts';
import { encodeState } from './state-encode.ts';
import { placeOf, readPlace, type StateFormat, type StateRead } from './state-file.ts';

export interface StoreOptions {
  /** `<claude dir>/session-health`. */
  readonly dir: string;
  /** `~/.local/state/tidemark`: the lock is there. */
  readonly stateDir: string;
  /** Which format to create (`state.format`), default JSON. */
  readonly format?: StateFormat;
  /** Epoch ms. */
  readonly now: number;
  /** For the monitor: leave a file alone that a person is editing (ST-14). A command a person gave does not wait. */
  readonly yieldToEditor?: boolean;
  /** Least ms since the last write of ours: a busy machine does not rewrite a large file at each event (ST-14). */
  readonly minIntervalMs?: Readonly<Record<StateFormat, number>>;
}

export interface Update {
  readonly result: 'written' | 'unchanged' | 'editing' | 'newer' | 'recent';
  readonly path: string;
  readonly state: RuntimeState;
}

/** Tries after somebody else's write came between reading and renaming. */
const MAX_TRIES = 50;
/** Several writers of a large YAML file take their time. ms */
const LOCK_WAIT_MS = 30_000;
/** An empty file this young is one that somebody is just writing. ms */
const HALF_WRITTEN_MS = 2000;

/** One lock per real folder, beside the others. */
export function stateLock(stateDir: string, dir: string): string {
  const real = existsSync(dir) ? realpathSync(dir) : dir;
  return join(stateDir, 'locks', `runtime-${createHash('sha256').update(real).digest('hex').slice(0, 16)}`);
}

/**
 * Reads, changes and writes the runtime state so that no writer's change is lost: one lock among us, compare-and-swap against people and other programs,
 * atomic rename (ST-3 … ST-7). `change` may run more than once. Throws KnownError when the file is broken; then nothing is written.
 */
export async function updateState(options: StoreOptions, change: (state: RuntimeState) => RuntimeState): Promise<Update> {
  ensurePrivateDir(options.dir, { ours: true });
  const work = async (): Promise<Update> => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const update = await attempt(options, change);
      if (update !== null) return update;
      await wait(5);
    }
    throw new KnownError(`${placeOf(options.dir).path} is changed by another program again and again`, {
      operation: 'write',
      retryable: true,
      hint: 'close the program that writes it, or try again',
    });
  };
  return withLock(stateLock(options.stateDir, options.dir), work, { waitMs: LOCK_WAIT_MS });
}

async function attempt(options: StoreOptions, change: (state: RuntimeState) => RuntimeState): Promise<Update | null> {
  const { now } = options;
  const read = await readPlace(placeOf(options.dir, options.format));
  const done = (result: Update['result'], state = read.state): Update => ({ result, path: read.place.path, state });
  if (read.newer) return done('newer');
  if (options.yieldToEditor === true && isBeingEdited(read, now)) return done('editing');
  if (read.place.exists && read.text === '' && isHalfWritten(read, now)) return null;
  const changed = change(read.state);
  const counted = { ...changed.metadata, version: read.state.metadata.version, totalAuthProfiles: changed.authProfiles.length };
  const next: RuntimeState = {
    authProfiles: inFileOrder(read.state.authProfiles, changed.authProfiles, (profile) => profile.profileId),
    sessions: inFileOrder(read.state.sessions, changed.sessions, (session) => session.sessionId),
    metadata: { ...counted, lastUpdated: now },
  };
  // A file with parts missing is filled up only when there is something to say.
  if (read.place.exists && sameButTimes(read.state, next)) return done('unchanged');
  const sinceLast = Math.abs(now - read.state.metadata.lastUpdated);
  if (read.place.exists && sinceLast < (options.minIntervalMs?.[read.place.format] ?? 0)) return done('recent');
  const text = await encodeState(read, next, now);
  const seen = read.stamp === null ? null : { stamp: read.stamp, text: read.text };
  return swapFile(read.place.path, text, seen) ? done('written', next) : null;
}

/** The order of a file is its person's; what is new comes last. */
function inFileOrder<T>(before: readonly T[], after: readonly T[], id: (item: T) => string): readonly T[] {
  const wanted = new Map(after.map((item) => [id(item), item]));
  const kept = before.flatMap((item) => wanted.get(id(item)) ?? []);
  const known = new Set(before.map(id));
  return [...kept, ...[...wanted.values()].filter((item) => !known.has(id(item)))];
}

const isHalfWritten = ({ stamp }: StateRead, now: number): boolean => stamp !== null && now - stamp.mtimeMs < HALF_WRITTEN_MS;

/** Signs of an open editor, or a save by somebody else within the last minute (ST-14). */
export function isBeingEdited({ place, state, stamp }: StateRead, now: number): boolean {
  if (stamp === null) return false;
  const [folder, name] = [dirname(place.path), basename(place.path)];
  if ([`.${name}.swp`, `.${name}.swo`, `.#${name}`, '4913'].some((sign) => existsSync(join(folder, sign)))) return true;
  const isOwn = Math.abs(stamp.mtimeMs - state.metadata.lastUpdated) <= WRITES.ownWrite;
  return !isOwn && now - stamp.mtimeMs < WRITES.humanQuiet;
}
