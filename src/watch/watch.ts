import { basename, dirname } from 'node:path';
import { type Change, Coalescer } from './coalesce.ts';
import { type OpenWatch, openSystemWatch, WatchedDirectory } from './directory.ts';
import { identityOf, isSilent, list, look } from './look.ts';

export type { Change } from './coalesce.ts';
export type { OpenWatch } from './directory.ts';

export interface WatchOptions {
  /** Pause in which further changes gather, ms. Default 20 (UR-116). */
  readonly debounce?: number;
  /** How often directories without events are compared, ms. Default 1,000 (UR-111). */
  readonly pollInterval?: number;
  /** How often everything is looked at again, because events can be lost (HZ-39), ms. Default 30,000. */
  readonly rescanInterval?: number;
  /** Levels below a root that are watched: project, session, `subagents`, `workflows`, one run. Default 5. */
  readonly depth?: number;
  /** Paths worth telling about. Default: all regular files. */
  readonly accept?: (path: string) => boolean;
  /** Directory names that are never entered. Default `tool-results` and `memory`: they hold no use. */
  readonly skip?: ReadonlySet<string>;
  /** Said once, when some directory cannot be watched and is polled (HZ-37). */
  readonly onNotice?: (text: string) => void;
  /** One watch over the whole tree where the system can do it. Default: macOS and Windows. */
  readonly recursive?: boolean;
  readonly openWatch?: OpenWatch;
}

export interface TreeWatch extends Disposable {
  /** Whether changes arrive by events, by polling, or some of each. */
  readonly mode: 'events' | 'polling' | 'mixed';
  /** How many directories are watched or polled. */
  readonly directories: number;
  /** Tells at once of what is known to have changed, without waiting for the rest of the pause. */
  flush(): void;
  close(): void;
}

const SKIPPED: ReadonlySet<string> = new Set(['tool-results', 'memory']);

/**
 * Tells of changed files below `roots` (each a `projects` folder; it may appear later). Start this first and read the
 * files after it: what changes in between is then told, not missed. `'rescan'` means: look at everything again.
 */
export function watchTree(roots: readonly string[], onChange: (change: Change) => void, options: WatchOptions = {}): TreeWatch {
  return new Tree(roots, onChange, options);
}

class Tree implements TreeWatch {
  readonly #roots: readonly string[];
  readonly #options: Required<Omit<WatchOptions, 'accept' | 'onNotice'>> & Pick<WatchOptions, 'accept' | 'onNotice'>;
  readonly #changes: Coalescer;
  readonly #directories = new Map<string, WatchedDirectory>();
  readonly #silent = new Set<string>();
  readonly #timers: readonly NodeJS.Timeout[];
  #noticed = false;
  #closed = false;

  constructor(roots: readonly string[], onChange: (change: Change) => void, options: WatchOptions) {
    this.#roots = [...new Set(roots)];
    this.#options = {
      debounce: 20,
      pollInterval: 1000,
      rescanInterval: 30_000,
      depth: 5,
      skip: SKIPPED,
      recursive: process.platform === 'darwin' || process.platform === 'win32',
      openWatch: openSystemWatch,
      ...options,
    };
    this.#changes = new Coalescer(onChange, this.#options.debounce);
    for (const root of this.#roots) this.#enter(root, root, null);
    this.#timers = [
      setInterval(() => this.#poll(), this.#options.pollInterval),
      setInterval(() => this.#rescan(), this.#options.rescanInterval),
    ];
  }

  get mode(): 'events' | 'polling' | 'mixed' {
    const all = [...this.#directories.values()];
    const polled = all.filter((directory) => directory.isPolled).length;
    if (polled === 0) return 'events';
    return polled === all.length ? 'polling' : 'mixed';
  }

  get directories(): number {
    return this.#directories.size;
  }

  flush(): void {
    this.#changes.flush();
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#changes.close();
    for (const directory of this.#directories.values()) directory.close();
    this.#directories.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Watches a directory and those below it. `found` receives the files in it: they may have been written before the
   * watch stood, and no event will ever tell of them.
   */
  #enter(path: string, root: string, found: Set<string> | null): void {
    const stat = look(path);
    if (stat?.isDirectory() !== true || !this.#isWatched(path, root)) return;
    const known = this.#directories.get(path);
    const isNew = known?.identity !== identityOf(stat);
    if (isNew) this.#replace(path, root, identityOf(stat));
    else this.#arm(known, root);
    const news = isNew ? found : null;
    if (this.#isRecursive(root) && news === null) return;
    const entries = list(path);
    if (news !== null) for (const file of entries.files) if (this.#accepts(file)) news.add(file);
    for (const directory of entries.directories) this.#enter(directory, root, news);
  }

  #replace(path: string, root: string, identity: string): void {
    this.#leave(path);
    const directory = new WatchedDirectory(path, identity, {
      changed: (changed, renamed) => this.#changed(changed, renamed, root),
      unclear: () => this.#unclear(),
      gone: () => this.#gone(path, root),
      failed: (errno) => this.#failed(path, root, errno),
    });
    this.#directories.set(path, directory);
    if (path === root && isSilent(path)) this.#silent.add(root);
    this.#arm(directory, root);
  }

  #arm(directory: WatchedDirectory, root: string): void {
    const recursive = this.#isRecursive(root);
    if (this.#silent.has(root)) directory.pollFrom();
    else if (recursive && directory.path !== root) this.#leave(directory.path);
    else if (!directory.arm(this.#options.openWatch, recursive)) this.#leave(directory.path);
  }

  /** Forgets a directory and all below it. */
  #leave(path: string): void {
    for (const [other, directory] of this.#directories) {
      if (other !== path && !other.startsWith(`${path}/`) && !other.startsWith(`${path}\\`)) continue;
      directory.close();
      this.#directories.delete(other);
    }
  }

  #changed(path: string, renamed: boolean, root: string): void {
    if (this.#closed) return;
    const stat = renamed ? look(path) : undefined;
    if (stat?.isDirectory() === true) {
      const found = new Set<string>();
      this.#enter(path, root, found);
      if (found.size > 0) this.#changes.add(found);
      return;
    }
    if (renamed && stat === undefined) this.#leave(path);
    if (this.#accepts(path)) this.#changes.addOne(path);
  }

  #poll(): void {
    for (const root of this.#roots) this.#checkRoot(root);
    const changed = [...this.#directories.values()].flatMap((directory) => directory.poll()).filter((path) => this.#accepts(path));
    if (changed.length > 0) this.#changes.add(changed);
    // A polled directory tells of no new directory in it either.
    if (this.mode !== 'events') this.#findNew();
  }

  /** A root has nothing above it that is watched: it may come, go or be replaced unnoticed (HZ-32, HZ-40). */
  #checkRoot(root: string): void {
    const known = this.#directories.get(root);
    const isThere = known?.isStillThere() ?? look(root)?.isDirectory() === true;
    if (isThere === (known !== undefined)) return;
    if (known !== undefined) this.#leave(root);
    this.#enter(root, root, null);
    this.#changes.rescan();
  }

  #findNew(): void {
    const found = new Set<string>();
    for (const { path } of [...this.#directories.values()].filter((directory) => directory.isPolled)) {
      const root = this.#rootOf(path);
      const unknown = list(path).directories.filter((directory) => !this.#directories.has(directory));
      for (const directory of unknown) this.#enter(directory, root, found);
    }
    if (found.size > 0) this.#changes.add(found);
  }

  #rescan(): void {
    for (const directory of [...this.#directories.values()]) if (!directory.isStillThere()) this.#leave(directory.path);
    for (const root of this.#roots) this.#enter(root, root, null);
    this.#changes.rescan();
  }

  /** The system lost count (HZ-39): the tree is looked at anew and the receiver told to do the same. */
  #unclear(): void {
    if (!this.#closed) this.#rescan();
  }

  /** The directory was removed or moved away; what stands there now, if anything, is told by its parent or the next poll. */
  #gone(path: string, root: string): void {
    if (this.#closed) return;
    this.#leave(path);
    if (path === root) this.#changes.rescan();
  }

  #failed(path: string, root: string, errno: string): void {
    // One watch stood for the whole tree: without it all of the tree is polled.
    if (this.#isRecursive(root)) this.#silent.add(root);
    if (this.#noticed) return;
    this.#noticed = true;
    this.#options.onNotice?.(`${path} cannot be watched (${errno}): looking every ${this.#options.pollInterval / 1000} s instead`);
  }

  #isRecursive(root: string): boolean {
    return this.#options.recursive && !this.#silent.has(root);
  }

  #accepts(path: string): boolean {
    return this.#options.accept?.(path) ?? true;
  }

  #isWatched(path: string, root: string): boolean {
    if (path === root) return true;
    let levels = 0;
    for (let above = path; above.length > root.length; above = dirname(above)) levels += 1;
    return levels <= this.#options.depth && !this.#options.skip.has(basename(path));
  }

  #rootOf(path: string): string {
    return this.#roots.find((root) => path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}\\`)) ?? path;
  }
}
