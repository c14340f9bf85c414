import { dirname, join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { copiesOf } from '../ledger/backup.ts';
import { type LabelKeys, labelKeys } from '../ledger/label-keys.ts';
import { lockedCount, sealWords } from '../ledger/label-seal.ts';
import { isUnwritable, type Ledger } from '../ledger/open.ts';
import type { Env } from '../platform/env.ts';
import { KnownError } from '../platform/errors.ts';
import { expandPath, type Paths, tildePath } from '../platform/paths.ts';

/** The part of an app that says where keys are. */
interface Place {
  readonly env: Env;
  readonly paths: Paths;
  readonly config: Config;
}

/** `privacy.metadataKeyFile`, else beside the configuration: whoever copies the ledger's directory has no key. */
export function keyFileOf({ config, paths }: Pick<Place, 'config' | 'paths'>): string {
  const { metadataKeyFile } = config.privacy;
  return metadataKeyFile === null ? join(dirname(paths.configFile), 'metadata-key') : expandPath(metadataKeyFile, paths.home);
}

/** The keys of names, tags and notes (UR-69). */
export const labelKeysOf = (app: Place): LabelKeys =>
  labelKeys({ on: app.config.privacy.encryptMetadata, file: keyFileOf(app), env: app.env.TIDEMARK_METADATA_KEY });

export const hasKeyInEnv = ({ env }: Pick<Place, 'env'>): boolean => (env.TIDEMARK_METADATA_KEY ?? '').trim() !== '';

/** Seals what was written before the setting was on. One sentence each for the person: what was done, or why names stay locked; usage works either way. */
export function sealedWords(app: Place, ledger: Ledger): string[] {
  if (!ledger.labelKeys.on) return [];
  try {
    const count = sealWords(ledger);
    if (count > 0) return [doneText(app, count)];
    const locked = lockedCount(ledger);
    return locked === 0 ? [] : [`The names of ${sessions(locked)} are locked: the key they were written with is missing.`];
  } catch (error) {
    if (error instanceof KnownError) return [`${error.message}.`];
    if (!isUnwritable(error)) throw error;
    return [];
  }
}

function doneText(app: Place, count: number): string {
  const { home, ledger } = app.paths;
  const key = hasKeyInEnv(app) ? 'TIDEMARK_METADATA_KEY' : tildePath(keyFileOf(app), home);
  const copies = copiesOf(ledger).filter((path) => !/-(?:wal|shm)$/.test(path));
  const older =
    copies.length === 0 ? '' : ` Older copies may hold them in the clear: ${copies.map((path) => tildePath(path, home)).join(', ')}.`;
  return `Names, tags and descriptions of ${sessions(count)} are encrypted now. Keep a copy of the key in ${key}: without it they are lost.${older}`;
}

const sessions = (count: number): string => `${count} ${count === 1 ? 'session' : 'sessions'}`;
