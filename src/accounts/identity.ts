import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, linkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, KnownError } from '../platform/errors.ts';
import { ensurePrivateDir, isPassing, tightenFile } from '../platform/files.ts';
import { looseObject, looseText } from '../platform/loose.ts';
import { readSmallFile } from '../platform/small-file.ts';
import { pseudonym as pseudonymWith, readSalt as storedSalt } from '../sessions/pseudonym.ts';
import { SIZES } from './constants.ts';
import type { AccountKind } from './inputs.ts';

/* Who a session runs as, without keeping who that is (AP-10): only salted hashes leave this file. */

const SALT_BYTES = 32;
const HASH_DIGITS = 16;
/** Providers are accounts of their own, one per Claude directory (D-4). */
const PROVIDERS: ReadonlySet<AccountKind> = new Set(['api-key', 'bedrock', 'vertex', 'foundry', 'gateway']);

/** The installation's secret as hex digits, made by the first process that needs it; several at once agree on one. 32 random bytes, 0600. */
export function readSalt(dataDir: string): string {
  const path = join(dataDir, 'salt');
  tightenFile(path);
  if (!existsSync(path)) makeSalt(path);
  const bytes = storedSalt(dataDir);
  if (bytes === null)
    throw new KnownError(`${path} is not a salt of Tidemark`, { operation: 'read', path, hint: 'move the file away; a new one is made' });
  return Buffer.from(bytes).toString('hex');
}

/** A link never replaces what another process has just made, and nobody reads half of it. */
function makeSalt(path: string): void {
  ensurePrivateDir(dirname(path), { ours: true });
  const temporary = join(dirname(path), `.salt.${process.pid}.${randomBytes(8).toString('hex')}.tmp`);
  try {
    writeFileSync(temporary, randomBytes(SALT_BYTES), { flag: 'wx', mode: 0o600, flush: true });
    linkSync(temporary, path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST')
      throw new KnownError(`Cannot write ${path}`, { operation: 'write', path, cause: error, retryable: isPassing(error) });
  } finally {
    rmSync(temporary, { force: true });
  }
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

/** What stands for an account where the client records none: the directory itself (D-4). */
export const directoryIdentity = (configDir: string, salt: string): string => hash(salt, 'directory', realPath(configDir));

/** A name that stays the same on all surfaces without being the name: `project-3f9a` (DSH-8, ST-21). */
export const pseudonym = (kind: 'project' | 'session' | 'branch', name: string, salt: string): string =>
  name === '' ? '' : pseudonymWith(kind, name, Buffer.from(salt, 'hex'));

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
