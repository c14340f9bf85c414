import { lstatSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
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
  /** Main transcript by session id. */
  private mains = new Map<string, string>();
  /** Subagents' files by the session whose folder they lie in. */
  private agents = new Map<string, string[]>();
  /** Bytes that have been read into the ledger, at least. */
  private readonly done = new Map<string, number>();
  private readonly claudeDirs: readonly string[];

  constructor(claudeDirs: readonly string[]) {
    this.claudeDirs = claudeDirs;
  }

  /** After a pass over all files: these were read up to their size at least. */
  learn(files: readonly TranscriptFile[]): void {
    this.remember(files);
    this.done.clear();
    for (const { path, size } of files) this.done.set(path, size);
  }

  private remember(files: readonly TranscriptFile[]): void {
    this.files = new Map(files.map((file) => [file.path, file]));
    this.mains = new Map(files.filter((file) => !file.isAgent).map((file) => [basename(file.path, '.jsonl'), file.path]));
    this.agents = new Map();
    for (const { path, isAgent, sessionFromPath } of files) {
      if (!isAgent || sessionFromPath === '') continue;
      const own = this.agents.get(sessionFromPath);
      if (own === undefined) this.agents.set(sessionFromPath, [path]);
      else own.push(path);
    }
  }

  /** Where a session's own transcript lies; null = not found. */
  mainOf(sessionId: string): string | null {
    return this.mains.get(sessionId) ?? null;
  }

  agentFilesOf(sessionId: string): readonly string[] {
    return this.agents.get(sessionId) ?? [];
  }

  /** Bytes of a file that the ledger has at least. */
  readUpTo(path: string): number {
    return this.done.get(path) ?? 0;
  }

  /** A file has been read into the ledger up to this size. */
  wasRead({ path, size }: TranscriptFile): void {
    this.done.set(path, size);
  }

  /** The files of some paths as they are now; paths that are gone or no transcripts are left out. */
  at(paths: Iterable<string>): TranscriptFile[] {
    const found = new Map<string, TranscriptFile>();
    let walked = false;
    for (const path of paths) {
      // Known ones are known by their real path.
      const name = this.files.has(path) ? path : real(path);
      if (name === null) continue;
      if (!this.files.has(name) && !walked) {
        walked = true;
        this.remember(discover(this.claudeDirs).files);
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
