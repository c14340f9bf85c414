import { lstatSync, readdirSync, type Stats, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** What tells one state of a file from another without reading it. */
export const stampOf = (stat: Stats): string => `${stat.ino}:${stat.size}:${stat.mtimeMs}`;

/** Two directories of one name are the same only with the same device and inode. */
export const identityOf = (stat: Stats): string => `${stat.dev}:${stat.ino}`;

/** The entry itself (a link is not followed), or undefined when it is gone or may not be looked at. */
export function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export interface Listing {
  readonly directories: readonly string[];
  readonly files: readonly string[];
}

/** More than this in one directory is not a projects folder (SEC-41). */
const MAX_ENTRIES = 100_000;

/** Directories and regular files in a directory; links, pipes and devices are left out (SEC-42). Unreadable: empty. */
export function list(directory: string): Listing {
  const directories: string[] = [];
  const files: string[] = [];
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true }).slice(0, MAX_ENTRIES)) {
      if (entry.isDirectory()) directories.push(join(directory, entry.name));
      else if (entry.isFile()) files.push(join(directory, entry.name));
    }
  } catch {
    // Gone or not ours to read: the next rescan looks again.
  }
  return { directories, files };
}

/** File systems whose changes made elsewhere raise no event here: NFS, SMB, CIFS, FUSE, 9p, Ceph. */
const SILENT = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400]);

/** Whether a directory must be polled because its file system does not tell (HZ-38). */
export function isSilent(directory: string): boolean {
  try {
    return SILENT.has(statfsSync(directory).type >>> 0);
  } catch {
    return false;
  }
}
