import { lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { discover, type TranscriptFile } from '../transcripts/discover.ts';

/** The `projects` folders to watch, by real path where they exist already. */
export function projectRoots(claudeDirs: readonly string[]): string[] {
  const roots = claudeDirs.map((dir) => (/[/\\]projects[/\\]?$/.test(dir) ? dir : join(dir, 'projects')));
  return [...new Set(roots.map((root) => real(root) ?? root))];
}

const real = (path: string): string | null => {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
};

/** The transcripts found so far, so that a changed one costs one stat; only an unknown path costs a walk. */
export class KnownFiles {
  private files = new Map<string, TranscriptFile>();
  private readonly claudeDirs: readonly string[];

  constructor(claudeDirs: readonly string[]) {
    this.claudeDirs = claudeDirs;
  }

  learn(files: readonly TranscriptFile[]): void {
    this.files = new Map(files.map((file) => [file.path, file]));
  }

  /** The files of some paths as they are now; paths that are gone or no transcripts are left out. */
  at(paths: Iterable<string>): TranscriptFile[] {
    const found = new Map<string, TranscriptFile>();
    let walked = false;
    for (const path of paths) {
      const name = real(path);
      if (name === null) continue;
      if (!this.files.has(name) && !walked) {
        walked = true;
        this.learn(discover(this.claudeDirs).files);
      }
      const file = this.restat(name);
      if (file !== null) found.set(name, file);
    }
    return [...found.values()];
  }

  private restat(path: string): TranscriptFile | null {
    const known = this.files.get(path);
    if (known === undefined) return null;
    try {
      const { dev, ino, size, mtimeMs, birthtimeMs } = lstatSync(path);
      return { ...known, dev, ino, size, mtimeMs, birthtimeMs };
    } catch {
      return null;
    }
  }
}
