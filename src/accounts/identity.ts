import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, KnownError } from '../platform/errors.ts';
import { ensurePrivateDir, isPassing, tightenFile } from '../platform/files.ts';
import { looseObject, looseText } from '../platform/loose.ts';
import { readSmallFile } from '../platform/small-file.ts';
import { SIZES } from './constants.ts';
import type { AccountKind } from './inputs.ts';

/* Who a session runs as, without keeping who that is (AP-10): only salted hashes leave this file. */

const SALT_BYTES = 32;
const HASH_DIGITS = 16;
/** Providers are accounts of their own, one per Claude directory (D-4). */
const PROVIDERS: ReadonlySet<AccountKind> = new Set(['api-key', 'bedrock', 'vertex', 'foundry', 'gateway']);

/** The installation's secret, made by the first process that needs it; several at once agree on one. 32 random bytes as 64 hex digits, 0600. */
export function readSalt(dataDir: string): string {
  const path = join(dataDir, 'salt');
  const present = saltIn(path);
  if (present !== null) return present;
  ensurePrivateDir(dataDir, { ours: true });
  const temporary = join(dirname(path), `.salt.${process.pid}.${randomBytes(8).toString('hex')}.tmp`);
  try {
    writeFileSync(temporary, `${randomBytes(SALT_BYTES).toString('hex')}\n`, { flag: 'wx', mode: 0o600, flush: true });
    // A link never replaces what another process has just made.
    linkSync(temporary, path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST')
      throw new KnownError(`Cannot write ${path}`, { operation: 'write', path, cause: error, retryable: isPassing(error) });
  } finally {
    rmSync(temporary, { force: true });
  }
  const made = saltIn(path);
  if (made === null)
    throw new KnownError(`${path} is not a salt of Tidemark`, { operation: 'read', path, hint: 'move the file away; a new one is made' });
  return made;
}

function saltIn(path: string): string | null {
  tightenFile(path);
  const text = readSmallFile(path, 1024)?.trim();
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? text : null;
}

const hash = (salt: string, ...parts: readonly string[]): string =>
  createHmac('sha256', Buffer.from(salt, 'hex')).update(parts.join('\0')).digest('hex').slice(0, HASH_DIGITS);

export interface AccountPlace {
  /** The Claude directory. */
  readonly configDir: string;
  /** Whether `CLAUDE_CONFIG_DIR` named it: then `.claude.json` lies in it, else in the home. */
  readonly named: boolean;
  readonly home: string;
}

/**
 * The salted hash of Claude directory, account and organisation; null where the client records none. Nothing else of `.claude.json` is kept, and neither the
 * credentials file nor a keychain is looked at.
 */
export function readAccount(place: AccountPlace, salt: string): string | null {
  const path = join(place.named ? place.configDir : place.home, '.claude.json');
  const account = oauthAccount(path);
  const id = looseText(account.accountUuid, 200);
  const organisation = looseText(account.organizationUuid, 200);
  return id === null && organisation === null ? null : hash(salt, 'account', realPath(place.configDir), id ?? '', organisation ?? '');
}

/** The file may be a person's link. Everything in it but this object is dropped at once. */
function oauthAccount(path: string): Readonly<Record<string, unknown>> {
  try {
    return looseObject(looseObject(JSON.parse(readSmallFile(path, SIZES.claudeJson, true) ?? '{}')).oauthAccount);
  } catch {
    return {};
  }
}

/** The identity of a session (D-4): its account, else its provider with the directory, else null. */
export function identityOf(
  evidence: { readonly configDir: string; readonly account?: string | null; readonly kind?: AccountKind | null },
  salt: string,
): string | null {
  if (evidence.kind != null && PROVIDERS.has(evidence.kind)) return hash(salt, 'provider', realPath(evidence.configDir), evidence.kind);
  return evidence.account ?? null;
}

/** A name that stays the same on all surfaces without being the name: `project-3f9a` (DSH-8, ST-21). */
export const pseudonym = (kind: 'project' | 'session' | 'branch', name: string, salt: string): string =>
  name === '' ? '' : `${kind}-${hash(salt, 'name', kind, name).slice(0, 4)}`;

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
