import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** The project a working directory belongs to: the main worktree of its Git repository, else the directory itself (D-7, rule 15). No git process runs. */
export interface Place {
  readonly root: string;
  /** False when the directory is gone and `root` is read off the path's text: try again when it is back. */
  readonly exists: boolean;
}

const MAX_POINTER = 4096;

export function placeOf(cwd: string): Place {
  if (!isAbsolute(cwd)) return { root: cwd, exists: false };
  let real: string;
  try {
    // Asked first: a directory that is gone is looked for again and again, and an error costs more than all its other questions.
    if (statSync(cwd, { throwIfNoEntry: false }) === undefined) return { root: withoutWorktree(cwd), exists: false };
    real = realpathSync(cwd);
  } catch {
    return { root: withoutWorktree(cwd), exists: false };
  }
  for (let dir = real; ; dir = dirname(dir)) {
    const root = repositoryAt(dir);
    if (root !== null) return { root, exists: true };
    if (dirname(dir) === dir) return { root: real, exists: true };
  }
}

/** `…/app/.claude/worktrees/fix` and what lies below → `…/app`. */
export const withoutWorktree = (cwd: string): string => cwd.replace(/[/\\]\.claude[/\\]worktrees[/\\].*$/, '') || cwd;

function repositoryAt(dir: string): string | null {
  const git = join(dir, '.git');
  try {
    const stats = statSync(git);
    if (stats.isDirectory()) return dir;
    if (!stats.isFile() || stats.size > MAX_POINTER) return null;
    const gitdir = /^gitdir: (.+?)\r?\n?$/.exec(readFileSync(git, 'utf8'))?.[1];
    return gitdir === undefined ? null : (mainWorktree(resolve(dir, gitdir)) ?? dir);
  } catch {
    return null;
  }
}

/** A linked worktree's gitdir names the common directory in `commondir`; its parent is the main worktree. A submodule has none: it is its own project. */
function mainWorktree(gitdir: string): string | null {
  try {
    const common = realpathSync(resolve(gitdir, readFileSync(join(gitdir, 'commondir'), 'utf8').trim()));
    return common.endsWith('.git') && !common.endsWith('/.git') ? common : dirname(common);
  } catch {
    return null;
  }
}
