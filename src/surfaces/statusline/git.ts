import { lstatSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { readSmallFile } from '../../platform/small-file.ts';

/** A path has no more parts than this, or was made to harm. */
const MAX_LEVELS = 64;
const MAX_BYTES = 64 * 1024;

/**
 * The branch of the worktree a directory lies in, read from its files; nothing is run (SL-14). A detached head is its commit's first 7 digits. Null
 * outside of a worktree, in a bare repository, or where the files cannot be read. Untrusted text.
 */
export function readBranch(directory: string): string | null {
  const folder = gitFolder(directory);
  const head = folder === null ? null : readSmallFile(join(folder, 'HEAD'), MAX_BYTES, true)?.trim();
  if (head == null || head === '') return null;
  const branch = /^ref:\s*refs\/heads\/(.+)$/.exec(head)?.[1];
  // A repository with another kind of reference store leaves this dummy.
  if (branch !== undefined) return branch === '.invalid' ? null : branch;
  return /^[0-9a-f]{40,64}$/.test(head) ? head.slice(0, 7) : null;
}

/** The folder that holds HEAD: `.git` itself, or where the file `.git` of a worktree or submodule points. */
function gitFolder(directory: string): string | null {
  let level = resolve(directory);
  for (let depth = 0; depth < MAX_LEVELS; depth++) {
    const candidate = join(level, '.git');
    const kind = kindOf(candidate);
    if (kind === 'folder') return candidate;
    if (kind === 'file') {
      const target = /^gitdir:\s*(.+?)\s*$/.exec(readSmallFile(candidate, MAX_BYTES) ?? '')?.[1];
      return target === undefined ? null : isAbsolute(target) ? target : join(level, target);
    }
    const parent = dirname(level);
    if (parent === level) return null;
    level = parent;
  }
  return null;
}

function kindOf(path: string): 'folder' | 'file' | null {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    // A link is taken for a folder: reading through it decides.
    return stat.isDirectory() || stat.isSymbolicLink() ? 'folder' : stat.isFile() ? 'file' : null;
  } catch {
    return null;
  }
}
