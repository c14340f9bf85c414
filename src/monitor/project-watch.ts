import { type Change, type TreeWatch, type WatchOptions, watchTree } from '../watch/watch.ts';
import { projectRoots } from './known-files.ts';

export interface ProjectWatchOptions {
  readonly claudeDirs: readonly string[];
  readonly watch: WatchOptions;
  readonly onChange: (change: Change) => void;
  /** Said once, when a folder cannot be watched and is polled. */
  readonly onNotice: (text: string) => void;
}

/** Watches the transcripts of all projects, from when it is begun. */
export class ProjectWatch {
  private readonly o: ProjectWatchOptions;
  private tree: TreeWatch | null = null;
  private closed = false;

  constructor(options: ProjectWatchOptions) {
    this.o = options;
  }

  /** Begins, unless it has. */
  begin(): void {
    if (this.closed) return;
    const { claudeDirs, watch, onChange, onNotice } = this.o;
    this.tree ??= watchTree(projectRoots(claudeDirs), onChange, { accept: (path) => path.endsWith('.jsonl'), onNotice, ...watch });
  }

  /** Changes are found by looking again and again. */
  get isPolling(): boolean {
    return this.tree?.mode === 'polling';
  }

  /** Tells at once what it has noticed. */
  flush(): void {
    this.tree?.flush();
  }

  close(): void {
    this.closed = true;
    this.tree?.close();
  }
}
