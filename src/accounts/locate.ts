import { realpathSync } from 'node:fs';
import { basename, sep } from 'node:path';

/**
 * Which Claude directory each session's own transcript lies in (AP-12), for sessions outside the first one: those in it need not be named. Empty with one
 * directory. `files`: main transcripts by their real paths.
 */
export function directoriesOf(
  files: Iterable<{ readonly path: string; readonly isAgent?: boolean }>,
  claudeDirs: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (claudeDirs.length < 2) return found;
  const roots = claudeDirs.slice(1).map((dir) => ({ dir, root: `${real(dir)}${sep}projects${sep}` }));
  for (const { path, isAgent } of files) {
    const home = isAgent === true ? undefined : roots.find(({ root }) => path.startsWith(root));
    if (home !== undefined) found.set(basename(path, '.jsonl'), home.dir);
  }
  return found;
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
