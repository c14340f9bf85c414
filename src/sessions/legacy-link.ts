import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { errnoOf } from '../platform/errors.ts';
import { readSmallFile, readSmallJson, temporaryBeside } from '../platform/small-file.ts';
import { isoSecond } from './status-file.ts';

/* `C/status.json`, which the time before several sessions knew (session-state §2.3). */

const MAX_STATUS = 1024 * 1024;

/** `C/status.json`, a relative link to the newest session's file; a copy where there are no links; gone when there is no session. Never dangles. */
export function pointLegacy(claudeDir: string, name: string | null, now: number): void {
  const path = `${claudeDir}/status.json`;
  const wanted = name === null ? null : `status/${name}`;
  const there = legacyTarget(path);
  if (there === wanted || (wanted === null && there === '')) return;
  try {
    if (wanted === null) {
      if (there !== null) unlinkSync(path);
      return;
    }
    // A file of the time before is kept aside once (MG-4).
    if (there === '' && !isOurCopy(path)) renameSync(path, `${path}.tidemark-backup-${isoSecond(now).replaceAll(':', '')}`);
    link(claudeDir, wanted, path);
  } catch {
    // A folder that cannot be written: the link stays as it is.
  }
}

/** Where the link points; '' for something that is no link; null for nothing. */
function legacyTarget(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  return stat.isSymbolicLink() ? readlinkSync(path) : '';
}

function isOurCopy(path: string): boolean {
  return process.platform === 'win32' && readSmallJson(path, MAX_STATUS)?.tidemark !== undefined;
}

function link(claudeDir: string, wanted: string, path: string): void {
  const temporary = temporaryBeside(path);
  try {
    try {
      symlinkSync(wanted, temporary);
    } catch (error) {
      if (errnoOf(error) !== 'EPERM' && errnoOf(error) !== 'ENOSYS') throw error;
      writeFileSync(temporary, readSmallFile(`${claudeDir}/${wanted}`, MAX_STATUS) ?? '', { flag: 'wx', mode: 0o600 });
    }
    renameSync(temporary, path);
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {
      // Never made.
    }
    throw error;
  }
}
