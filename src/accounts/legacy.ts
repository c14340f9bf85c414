import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateDir, writeFileAtomic } from '../platform/files.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { isHealthFile } from './adopt.ts';
import { KEPT, SIZES } from './constants.ts';

export type LegacyFiles = 'auto' | 'on' | 'off';
/** Why the contract files of a folder are not written; null = they are. */
export type HandsOff = 'off' | 'not-installed' | 'foreign-writer' | null;

const markerOf = (stateDir: string): string => join(stateDir, 'health-files.json');

/** Said by `install hooks|statusline|service` and `state migrate`: from now on the contract files are kept (MG-3). */
export function enableHealthFiles(stateDir: string, by: string, now: number): void {
  ensurePrivateDir(stateDir);
  writeFileAtomic(markerOf(stateDir), `${JSON.stringify({ v: 1, at: now, by })}\n`);
}

/** Said by `uninstall` when nothing of ours is installed any more: writing stops (MG-8). */
export const disableHealthFiles = (stateDir: string): void => rmSync(markerOf(stateDir), { force: true });

export const isEnabled = (stateDir: string): boolean => readSmallJson(markerOf(stateDir), 4096) !== null;

/** Whether the files may be written (`state.legacyFiles`): only after somebody asked for them, and not beside another program that writes them. */
export function handsOff(setting: LegacyFiles, stateDir: string, dir: string, now: number): HandsOff {
  if (setting === 'off') return 'off';
  if (setting === 'on') return null;
  if (!isEnabled(stateDir)) return 'not-installed';
  return hasForeignWriter(dir, now) ? 'foreign-writer' : null;
}

/** A file of the contract without our mark, written within the last day. */
function hasForeignWriter(dir: string, now: number): boolean {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return false;
  }
  return names.some((name) => {
    if (!name.endsWith('.json') || name.startsWith('.')) return false;
    const stat = statSync(join(dir, name), { throwIfNoEntry: false });
    if (stat?.isFile() !== true || now - stat.mtimeMs > KEPT.foreignWriter) return false;
    const raw = readSmallJson(join(dir, name), SIZES.healthFile);
    return raw !== null && !('tidemark' in raw) && (isHealthFile(raw) || (name === 'billing-shared.json' && 'costToday' in raw));
  });
}
