import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { errnoOf, KnownError } from './errors.ts';
import { ensurePrivateDir } from './files.ts';

/** ms between two signs of life of a holder (ST-7). */
const HEARTBEAT_MS = 5_000;
/** A holder that cannot be looked up (another machine or container) counts as gone after so many ms of silence (ST-7). */
const SILENT_MS = 60_000;
const DEFAULT_WAIT_MS = 10_000;
/** Between two looks: at first a write of another takes no longer than this, later it is something slow. */
const POLL_MS = 4;
const SLOW_AFTER_MS = 3_000;
const SLOW_POLL_MS = 40;
/** Each level is a breaker that was killed while breaking; nobody dies that often. */
const MAX_BREAKERS = 8;

interface Owner {
  readonly pid: number;
  /** Start time of the process as the system tells it; null where it does not. Together with the pid it names a process for ever. */
  readonly start: string | null;
  /** Where the pid means something: host name and pid namespace. */
  readonly domain: string;
  /** Different for each taking of the lock. */
  readonly nonce: string;
}

export interface Lock {
  readonly path: string;
  /** False once somebody took it over, which happens only to a holder that gave no sign of life for a minute. */
  isHeld(): boolean;
  release(): void;
  [Symbol.dispose](): void;
}

export interface LockOptions {
  /** ms to wait for the holder, default 10 s. */
  readonly waitMs?: number;
}

/** Start time of a process in the system's own words; null when it is gone or the system does not tell. Linux: clock ticks since boot. */
export function processStart(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold blanks and parentheses, so count from the last one: field 22 is then the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function ownDomain(): string {
  try {
    return `${hostname()} ${fs.readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Takes a lock if it is free or its holder is dead; null when somebody has it. */
export function tryLock(path: string): Lock | null {
  ensurePrivateDir(dirname(path));
  return take(path, 0);
}

/** Waits for a lock. Throws a retryable KnownError that names the holder when it stays taken. */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<Lock> {
  const start = performance.now();
  for (;;) {
    const lock = tryLock(path);
    if (lock !== null) return lock;
    const waited = performance.now() - start;
    if (waited >= (options.waitMs ?? DEFAULT_WAIT_MS)) throw taken(path);
    // Waiters that started together must not knock together.
    await wait((waited < SLOW_AFTER_MS ? POLL_MS : SLOW_POLL_MS) * (0.5 + Math.random()));
  }
}

/** Does something while holding a lock. */
export async function withLock<T>(path: string, work: (lock: Lock) => T | Promise<T>, options: LockOptions = {}): Promise<T> {
  const lock = await acquireLock(path, options);
  try {
    return await work(lock);
  } finally {
    lock.release();
  }
}

/** Who holds a lock, for `doctor`: pid, and ms since its last sign of life; null when it is free. */
export function lockHolder(path: string): { readonly pid: number; readonly silentMs: number; readonly alive: boolean } | null {
  const owner = readOwner(path);
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  return { pid: owner?.pid ?? 0, silentMs: Math.max(0, Date.now() - stat.mtimeMs), alive: !isGone(owner, stat.mtimeMs) };
}

function taken(path: string): KnownError {
  const owner = readOwner(path);
  const who = owner === null ? 'another process' : `process ${owner.pid}`;
  return new KnownError(`${path} is held by ${who}`, { operation: 'lock', path, retryable: true, hint: 'try again in a moment' });
}

/** A level deeper is the right to break a dead holder's lock, which is a lock of its own. Looking costs less than trying, so waiters look first. */
function take(path: string, level: number): Lock | null {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (stat !== undefined) {
    const present = readOwner(path);
    if (!isGone(present, stat.mtimeMs) || level >= MAX_BREAKERS) return null;
    breakLock(path, present, stat.ino, level);
  }
  const owner: Owner = { pid: process.pid, start: processStart(process.pid), domain: ownDomain(), nonce: randomText() };
  return create(path, owner) ? held(path, owner) : null;
}

const randomText = (): string => [...crypto.getRandomValues(new Uint32Array(2))].map((n) => n.toString(16).padStart(8, '0')).join('');

/** Creates the file with its content in one step, so that nobody reads half a lock. True when it is ours now. */
function create(path: string, owner: Owner): boolean {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${owner.nonce}.tmp`);
  try {
    fs.writeFileSync(temporary, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
    fs.linkSync(temporary, path);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return false;
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'ENOSYS') return createWithoutLinks(path, owner);
    throw new KnownError(`Cannot make the lock ${path}`, { operation: 'lock', path, cause: error, retryable: true });
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** Some file systems have no hard links; there a reader may find the file empty for a moment and waits. */
function createWithoutLinks(path: string, owner: Owner): boolean {
  try {
    fs.writeFileSync(path, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw new KnownError(`Cannot make the lock ${path}`, { operation: 'lock', path, cause: error, retryable: true });
  }
}

function readOwner(path: string): Owner | null {
  try {
    const owner = JSON.parse(fs.readFileSync(path, 'utf8')) as Partial<Owner> | null;
    const { pid, start = null, domain, nonce } = owner ?? {};
    if (!Number.isInteger(pid) || typeof domain !== 'string' || typeof nonce !== 'string') return null;
    return { pid: pid!, start: typeof start === 'string' ? start : null, domain, nonce };
  } catch {
    return null;
  }
}

/** Dead for certain, or beyond our sight and silent for a minute. A holder that sleeps, however long, keeps its lock. */
function isGone(owner: Owner | null, heartbeatMs: number): boolean {
  const silent = Date.now() - heartbeatMs > SILENT_MS;
  if (owner === null || owner.domain !== ownDomain()) return silent;
  if (!processExists(owner.pid)) return true;
  const start = processStart(owner.pid);
  if (owner.start === null) return silent;
  return start === null ? silent || isZombie(owner.pid) : start !== owner.start;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** Dead, but its parent has not noticed yet. */
function isZombie(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return true;
  }
}

/**
 * Removes a dead holder's lock. Only who holds the lock named after the dead holder's nonce may do it, and looks again before: so a lock that was taken
 * meanwhile is never removed, and of several breakers one works while the others wait.
 */
function breakLock(path: string, dead: Owner | null, inode: number, level: number): void {
  const right = take(`${path}.${dead?.nonce ?? `i${inode}`}`, level + 1);
  if (right === null) return;
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}.${randomText()}.tmp`);
  try {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || readOwner(path)?.nonce !== dead?.nonce || (dead === null && stat.ino !== inode)) return;
    fs.renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  } finally {
    fs.rmSync(aside, { force: true });
    right.release();
  }
}

function held(path: string, owner: Owner): Lock {
  let released = false;
  const isHeld = (): boolean => !released && readOwner(path)?.nonce === owner.nonce;
  const beat = setInterval(() => {
    try {
      const now = Date.now() / 1000;
      if (isHeld()) fs.utimesSync(path, now, now);
    } catch {
      // The next beat tries again; a missed one harms nobody whose process can be looked up.
    }
  }, HEARTBEAT_MS);
  beat.unref();
  const release = (): void => {
    clearInterval(beat);
    if (isHeld()) fs.rmSync(path, { force: true });
    released = true;
  };
  return { path, isHeld, release, [Symbol.dispose]: release };
}
