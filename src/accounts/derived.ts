import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDir, writeFileAtomic } from '../platform/files.ts';
import type { Loose } from '../platform/loose.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { SIZES, WRITES } from './constants.ts';
import { sameButTimes } from './equal.ts';

/** Fields of a former product in health files: kept when a file is written anew, never made by us (§2.4). */
const FOREIGN = /^(?:formattedOutput|failoverNotification|performance|versionMismatch|tmux|weekly)/;

/**
 * Rewrites a derived JSON file if something other than a time changed, at most every 2 s (ST-14), and where `isUrgent` sees nothing but figures change, at
 * most every 30 s (BG-6). True when it was written.
 */
export function writeDerived(
  path: string,
  value: object,
  now: number,
  isUrgent: (present: Loose, next: Loose) => boolean = () => true,
): boolean {
  const present = readSmallJson(path, SIZES.healthFile * 16);
  const foreign = Object.fromEntries(Object.entries(present ?? {}).filter(([key]) => FOREIGN.test(key) && !(key in value)));
  const next = { ...value, ...foreign };
  if (present !== null) {
    const plain = JSON.parse(JSON.stringify(next)) as Loose;
    if (sameButTimes(present, plain)) return false;
    const least = isUrgent(present, plain) ? WRITES.json : WRITES.figures;
    const stat = statSync(path, { throwIfNoEntry: false });
    // Our own clock may be an argument; a file of its future is not recent.
    if (stat !== undefined && now >= stat.mtimeMs && now - stat.mtimeMs < least && stat.size > 0) return false;
  }
  ensurePrivateDir(dirname(path), { ours: true });
  writeFileAtomic(path, `${JSON.stringify(next, null, 2)}\n`);
  return true;
}

/** `cooldowns/<name>.cooldown`, for readers of the contract (§2.9). */
export function writeCooldown(dir: string, name: string, now: number): void {
  const folder = join(dir, 'cooldowns');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileAtomic(join(folder, `${name}.cooldown`), `${JSON.stringify({ lastChecked: now })}\n`, { durable: false });
}

/** ms of the last completed pass; 0 when there was none. */
export function readCooldown(dir: string, name: string): number {
  const at = readSmallJson(join(dir, 'cooldowns', `${name}.cooldown`), 4096)?.lastChecked;
  return typeof at === 'number' && Number.isFinite(at) ? at : 0;
}
