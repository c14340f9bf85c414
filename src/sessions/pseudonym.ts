import { closeSync, fchmodSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDir } from '../platform/files.ts';

/* Stable names that tell nothing, for `privacy.names: hide` (LS-27, DSH-8). */

const SALT_BYTES = 32;

/** The installation's secret, made by the first process that needs it; null when the disk refuses. */
export function readSalt(dataDir: string): Uint8Array | null {
  const path = join(dataDir, 'salt');
  return existing(path) ?? made(path) ?? existing(path);
}

function existing(path: string): Uint8Array | null {
  try {
    const salt = readFileSync(path);
    return salt.length >= SALT_BYTES ? salt.subarray(0, SALT_BYTES) : null;
  } catch {
    return null;
  }
}

function made(path: string): Uint8Array | null {
  try {
    ensurePrivateDir(dirname(path));
    const fd = openSync(path, 'wx', 0o600);
    try {
      fchmodSync(fd, 0o600);
      const salt = process.getBuiltinModule('node:crypto').randomBytes(SALT_BYTES);
      writeSync(fd, salt);
      return salt;
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** `session-1c2d` of a session id, `project-3f9a` of a project's path. Without a salt the kind alone. */
export function pseudonym(kind: 'session' | 'project' | 'branch' | 'member', value: string, salt: Uint8Array | null): string {
  if (salt === null) return kind;
  const { createHmac } = process.getBuiltinModule('node:crypto');
  return `${kind}-${createHmac('sha256', salt).update(`${kind}\0${value}`).digest('hex').slice(0, 4)}`;
}
