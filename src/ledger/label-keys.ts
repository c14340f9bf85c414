import { createHash, randomBytes } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { configError, KnownError } from '../platform/errors.ts';
import { type Stamp, sameStamp, stampOf, writeFileAtomic } from '../platform/files.ts';
import { type Lock, tryLock } from '../platform/locks.ts';
import { readSmallFile } from '../platform/small-file.ts';

/* The keys of names, tags and notes (UR-69). A key is never printed, logged, or part of an error. */

/** `id` tells which key sealed a record; it says nothing about the key. */
export interface LabelKey {
  readonly id: string;
  readonly bytes: Buffer;
}

export interface LabelKeys {
  /** `privacy.encryptMetadata`: what is written is sealed. */
  readonly on: boolean;
  find(id: string): LabelKey | null;
  /** The key to write with; the first time one is made. Throws exit 78 when there is one that cannot be used. */
  own(): LabelKey;
  /** A new key to write with; those before still open what they sealed. With keys from the environment, their first. */
  renew(): LabelKey;
}

/** Nothing is sealed, and nothing sealed can be opened. */
export const NO_LABEL_KEYS: LabelKeys = {
  on: false,
  find: () => null,
  own: () => {
    throw configError('There is no key for names, tags and notes');
  },
  renew: () => NO_LABEL_KEYS.own(),
};

export interface KeyPlaces {
  readonly on: boolean;
  /** One key per line, the newest first; lines with # say something to a person. */
  readonly file: string;
  /** `TIDEMARK_METADATA_KEY`: one key, or several with commas, the one to write with first. */
  readonly env: string | undefined;
}

const BYTES = 32;
const MAX_FILE = 64 * 1024;
const LAX = 0o077;
/** ms to wait for another process that adds a key, which takes it one write to the disk. */
const LOCK_WAIT_MS = 10_000;
const LOCK_POLL_MS = 4;
const HEAD =
  '# Keys of names, tags and notes in Tidemark. The first one is used; those below it open older backups. Without them the names are lost.\n';
const FORM = '64 hexadecimal digits, or 32 bytes in base64';

const keyOf = (bytes: Buffer): LabelKey => ({
  id: createHash('sha256').update('tidemark label key\0').update(bytes).digest('hex').slice(0, 16),
  bytes,
});

/** Null when the text is no key. */
export function parseKey(text: string): LabelKey | null {
  const word = text.trim();
  if (/^[0-9a-f]{64}$/i.test(word)) return keyOf(Buffer.from(word, 'hex'));
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(word)) return null;
  const bytes = Buffer.from(word, 'base64');
  return bytes.length === BYTES ? keyOf(bytes) : null;
}

interface FileKeys {
  readonly stamp: Stamp | null;
  readonly keys: readonly LabelKey[];
  /** Completes the sentence "the key file …"; null = fine, or there is none. */
  readonly wrong: string | null;
}

/** Keys of the environment, then those of a file. The file is read when a sealed record is met, and again when it changed. */
export function labelKeys({ on, file, env }: KeyPlaces): LabelKeys {
  const given = (env ?? '').split(',').filter((part) => part.trim() !== '');
  const named = given.map(parseKey);
  let known: FileKeys | null = null;
  const read = (): FileKeys => {
    // A change of rights alone leaves the stamp as it was.
    if (known === null || known.wrong !== null || !sameStamp(known.stamp, stampNow(file))) known = readKeys(file);
    return known;
  };
  const fromEnv = (): LabelKey | null => {
    if (given.length === 0) return null;
    if (named.includes(null)) throw configError('TIDEMARK_METADATA_KEY holds something that is no key', { hint: `a key is ${FORM}` });
    return named[0]!;
  };
  return {
    on,
    find: (id) => named.find((key) => key?.id === id) ?? read().keys.find((key) => key.id === id) ?? null,
    own: () => fromEnv() ?? usableKeys(file, read())[0] ?? addKey(file, 'first'),
    renew: () => fromEnv() ?? addKey(file, 'newer'),
  };
}

function stampNow(file: string): Stamp | null {
  try {
    return stampOf(file);
  } catch {
    return null;
  }
}

function readKeys(file: string): FileKeys {
  const stamp = stampNow(file);
  const none = (wrong: string | null): FileKeys => ({ stamp, keys: [], wrong });
  if (stamp === null) return none(null);
  if (process.platform !== 'win32' && (statSync(file).mode & LAX) !== 0) return none('can be read by others');
  const text = readSmallFile(file, MAX_FILE, true);
  if (text === null) return none('cannot be read');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const keys = lines.map(parseKey);
  if (keys.includes(null) || keys.length === 0) return none('holds something that is no key');
  return { stamp, keys: keys as LabelKey[], wrong: null };
}

function usableKeys(file: string, { keys, wrong }: FileKeys): readonly LabelKey[] {
  if (wrong === null) return keys;
  throw configError(`The key file ${file} ${wrong}`, { path: file, hint: `a key is ${FORM}, in a file of mode 0600` });
}

/**
 * Durable before anything is sealed with it: a record whose key a power cut took would be lost. Several ledgers may share the file, so it is read again
 * under a lock: the `first` key is that of whoever came first, and a `newer` one stands above all that are there by now (UR-69).
 */
function addKey(file: string, which: 'first' | 'newer'): LabelKey {
  using _ = lockOf(file);
  const before = usableKeys(file, readKeys(file));
  if (which === 'first' && before.length > 0) return before[0]!;
  const key = keyOf(randomBytes(BYTES));
  const text = `${HEAD}${[key, ...before].map(({ bytes }) => `${bytes.toString('hex')}\n`).join('')}`;
  if (text.length > MAX_FILE)
    throw configError(`The key file ${file} has no room for one more key`, { path: file, hint: 'remove last lines that no backup needs' });
  writeFileAtomic(file, text, { throughLink: true });
  return key;
}

/** Waits without giving way to others: keys are asked for inside a transaction. Whoever has this lock waits for nothing else. */
function lockOf(file: string): Lock {
  const path = `${realPath(file)}.lock`;
  for (let waited = 0; waited < LOCK_WAIT_MS; waited += LOCK_POLL_MS) {
    const lock = tryLock(path);
    if (lock !== null) return lock;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
  throw new KnownError(`The key file ${file} is held by another process`, {
    operation: 'lock',
    path: file,
    retryable: true,
    hint: 'try again in a moment',
  });
}

/** Two configurations may come to one file by different links. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
