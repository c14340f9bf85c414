import { watch as watchDirectory } from 'node:fs';
import { basename, join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { identityOf, list, look, stampOf } from './look.ts';

/** The part of `fs.watch` that is used; tests hand in one that fails or loses events. */
export interface OpenedWatch {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  close(): void;
}
export type OpenWatch = (
  directory: string,
  options: { readonly recursive: boolean },
  listener: (event: 'rename' | 'change', name: string | null) => void,
) => OpenedWatch;

export const openSystemWatch: OpenWatch = (directory, options, listener) =>
  watchDirectory(directory, { ...options, encoding: 'utf8' }, (event, name) => listener(event === 'rename' ? 'rename' : 'change', name));

export interface DirectoryEvents {
  /** Something happened to this entry of the directory. */
  changed(path: string, renamed: boolean): void;
  /** Something happened, and the system did not say to what. */
  unclear(): void;
  /** The directory itself was removed or moved away. */
  gone(): void;
  /** Events cannot be had, or have stopped: `errno` as the system gave it. */
  failed(errno: string): void;
}

/** One directory: watched by events where that works, otherwise by comparing its files at each poll. */
export class WatchedDirectory {
  readonly path: string;
  readonly identity: string;
  readonly #events: DirectoryEvents;
  /** What stands before each name: putting paths together as Node does costs more than the rest of an event. */
  readonly #inside: string;
  #watch: OpenedWatch | null = null;
  /** Files by path as of the last poll; null while events do the work. */
  #stamps: Map<string, string> | null = null;

  constructor(path: string, identity: string, events: DirectoryEvents) {
    this.path = path;
    this.identity = identity;
    this.#events = events;
    this.#inside = join(path, '-').slice(0, -1);
  }

  get isPolled(): boolean {
    return this.#watch === null;
  }

  /** Tries to get events; on failure the directory stays polled. Returns false when it does not exist any more. */
  arm(open: OpenWatch, recursive: boolean): boolean {
    if (this.#watch !== null) return true;
    try {
      const watch = open(this.path, { recursive }, (event, name) => this.#heard(event, name));
      watch.on('error', (error) => this.#lost(watch, error));
      this.#watch = watch;
      this.#stamps = null;
      return true;
    } catch (error) {
      const errno = errnoOf(error) ?? 'UNKNOWN';
      if (errno === 'ENOENT' || errno === 'ENOTDIR') return false;
      this.pollFrom();
      this.#events.failed(errno);
      return true;
    }
  }

  /** From now on the files are compared with what they are at this moment. */
  pollFrom(): void {
    this.#stamps ??= this.#look();
  }

  /** The files that changed, came or went since the last poll; none while events do the work. */
  poll(): readonly string[] {
    if (this.#stamps === null) return [];
    const before = this.#stamps;
    const now = this.#look();
    this.#stamps = now;
    const changed = [...now].filter(([path, stamp]) => before.get(path) !== stamp).map(([path]) => path);
    return [...changed, ...[...before.keys()].filter((path) => !now.has(path))];
  }

  /** Whether the path still leads to this very directory. */
  isStillThere(): boolean {
    const stat = look(this.path);
    return stat?.isDirectory() === true && identityOf(stat) === this.identity;
  }

  close(): void {
    this.#watch?.close();
    this.#watch = null;
    this.#stamps = null;
  }

  #look(): Map<string, string> {
    const stamps = new Map<string, string>();
    for (const path of list(this.path).files) {
      const stat = look(path);
      if (stat !== undefined) stamps.set(path, stampOf(stat));
    }
    return stamps;
  }

  #heard(event: 'rename' | 'change', name: string | null): void {
    if (name === null) this.#events.unclear();
    // The directory itself was moved or removed: the system then names it, not an entry.
    else if (event === 'rename' && name === basename(this.path) && !this.isStillThere()) this.#events.gone();
    else this.#events.changed(this.#inside + name, event === 'rename');
  }

  /** A watch may fail long after it was opened (HZ-40). What happened meanwhile is unknown. */
  #lost(watch: OpenedWatch, error: unknown): void {
    if (this.#watch !== watch) return;
    this.#watch = null;
    watch.close();
    this.pollFrom();
    this.#events.failed(errnoOf(error) ?? 'UNKNOWN');
    this.#events.unclear();
  }
}
