import { chmodSync, chownSync, lstatSync, readFileSync, rmdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configError, errnoOf, KnownError } from '../../platform/errors.ts';
import { ensurePrivateDir, writeFileAtomic } from '../../platform/files.ts';
import type { FileRecord } from './record.ts';
import { type FilePlan, type FileState, sha256 } from './settings-plan.ts';

/** Real settings files have a few kilobytes. */
const MAX_BYTES = 4 * 1024 * 1024;

export const settingsPath = (claudeDir: string): string => join(claudeDir, 'settings.json');

/** The text of a settings file, null when there is none. Anything but a readable file of UTF-8 text is refused, exit 78. */
export function readSettings(path: string): string | null {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined)
      throw configError(`${path} is a symbolic link to a file that does not exist`, { hint: 'mend or remove the link' });
    if (!stat.isFile()) throw configError(`${path} is not a regular file`);
    if (stat.size > MAX_BYTES) throw configError(`${path} is too large for a settings file (${stat.size} bytes)`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof KnownError) throw error;
    const why = errnoOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8 text' : `cannot be read (${errnoOf(error)})`;
    throw configError(`${path} ${why}`, { operation: 'read settings', path, cause: error });
  }
}

/** Everything that decides what becomes of the file. */
export function readState(path: string, record: FileRecord | null): FileState {
  return {
    path,
    text: readSettings(path),
    record,
    baseText: backupText(record),
    hasDir: statSync(dirname(path), { throwIfNoEntry: false }) !== undefined,
  };
}

function backupText(record: FileRecord | null): string | null {
  if (record?.base.kind !== 'backup') return null;
  try {
    return readSettings(record.base.path);
  } catch {
    return null;
  }
}

/**
 * Carries a plan out: backup, then the record (`remember`), then the file itself, whole and through links, with its mode (LS-43, SEC-51). Refuses when
 * the file has changed since it was read. `stamp` goes into the backup's name.
 */
export function carryOut(plan: FilePlan, stamp: string, remember: (record: FileRecord | null) => void): void {
  const { path, before, after } = plan;
  if (readSettings(path) !== before)
    throw new KnownError(`${path} was changed by another program in the meantime; nothing was written`, { hint: 'run the command again' });
  const backup = plan.needsBackup && before !== null ? writeBackup(path, before, stamp) : null;
  const base = plan.record?.base;
  remember(
    plan.record === null || base?.kind !== 'backup' || base.path !== '' || backup === null
      ? plan.record
      : { ...plan.record, base: { ...base, path: backup } },
  );
  if (after === before) return;
  if (after === null) rmSync(path, { force: true });
  else write(path, after, before === null ? null : statSync(path));
}

function writeBackup(path: string, text: string, stamp: string): string {
  for (let n = 0; ; n++) {
    const backup = `${path}.tidemark-backup-${stamp}${n === 0 ? '' : `-${n}`}`;
    const stat = lstatSync(backup, { throwIfNoEntry: false });
    if (stat !== undefined) continue;
    writeFileAtomic(backup, text);
    return backup;
  }
}

function write(path: string, text: string, old: Stats | null): void {
  if (old === null) ensurePrivateDir(dirname(path), { ours: false });
  writeFileAtomic(path, text, { throughLink: true, ...(old === null ? {} : { mode: old.mode & 0o7777 }) });
  if (old === null || process.getuid?.() !== 0 || old.uid === 0) return;
  // As root a new file would be root's: its owner keeps it.
  chownSync(path, old.uid, old.gid);
  chmodSync(path, old.mode & 0o7777);
}

/** After the last of ours is gone: the backup that says what the file says again, and a folder that we made and that is empty. */
export function tidyUp(plan: FilePlan, record: FileRecord | null): void {
  if (plan.record !== null || record === null) return;
  if (record.base.kind === 'backup' && plan.after !== null && sha256(plan.after) === record.base.sha256)
    rmSync(record.base.path, { force: true });
  if (!record.madeDir || plan.after !== null) return;
  try {
    rmdirSync(dirname(plan.path));
  } catch {
    // Others have put something there: it stays.
  }
}
