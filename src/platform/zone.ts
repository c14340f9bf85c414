import { lstatSync, readlinkSync } from 'node:fs';
import type { Env } from './env.ts';

const LOCALTIME = '/etc/localtime';
const UTC_NAMES = new Set(['UTC', 'Etc/UTC', 'Universal', 'Etc/Universal', 'Zulu', 'Etc/Zulu', 'UCT', 'Etc/UCT']);

/**
 * True when the system's time zone is plain UTC by its own files: servers and containers mostly. Asking Intl instead loads
 * its tables, some 12 ms (CPU profile of a warm report). False when it is another zone or cannot be told from the files.
 */
export function isSystemUtc(env: Env, platform: NodeJS.Platform = process.platform): boolean {
  if (env.TZ !== undefined || platform === 'win32') return false;
  try {
    return lstatSync(LOCALTIME).isSymbolicLink() && UTC_NAMES.has(readlinkSync(LOCALTIME).replace(/^.*\/zoneinfo\//, ''));
  } catch {
    return false;
  }
}
