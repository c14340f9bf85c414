import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { AGES, TIMEOUTS } from './constants.ts';
import type { GitState } from './inputs.ts';

const MAX_OUTPUT = 1024 * 1024;
const SHORT_SHA = 7;
/** A state is younger than this while it is shown, and as old as its question at most. */
const KEPT_MS = 2 * AGES.git.hide;

/** Nothing of a repository may run: no monitor, no hook, no fetch, no prompt, no lock (SEC-45). */
const ARGUMENTS = [
  '--no-optional-locks',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  'status',
  '--porcelain=v2',
  '--branch',
  '--ignore-submodules=all',
];
const QUIET = { GIT_CONFIG_NOSYSTEM: '1', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' };

/** What `git status --porcelain=v2 --branch` says; a detached head is its short id. Null for anything else. */
export function parseGitStatus(output: string, at: number): GitState | null {
  let [branch, id, ahead, behind, dirty] = ['', '', 0, 0, 0];
  for (const line of output.split('\n')) {
    if (line.startsWith('# branch.oid ')) id = line.slice(13);
    else if (line.startsWith('# branch.head ')) branch = line.slice(14);
    else if (line.startsWith('# branch.ab ')) [ahead, behind] = (line.match(/\d+/g) ?? []).map(Number) as [number, number];
    else if (/^[12u?] /.test(line)) dirty++;
  }
  if (branch === '') return null;
  return { branch: branch === '(detached)' ? id.slice(0, SHORT_SHA) : branch, ahead, behind, dirty, at };
}

/** Git at an absolute directory of the PATH; null when there is none. */
export function findGit(path: string | undefined): string | null {
  for (const directory of (path ?? '').split(delimiter)) {
    const program = join(directory, process.platform === 'win32' ? 'git.exe' : 'git');
    if (!isAbsolute(directory)) continue;
    try {
      accessSync(program, constants.X_OK);
      if (statSync(program).isFile()) return program;
    } catch {
      // Not here.
    }
  }
  return null;
}

/** Whether a folder lies in a work tree whose owner is the user: another's configuration must not decide what runs. */
function isOwnRepository(folder: string): boolean {
  const uid = process.getuid?.();
  for (let at = folder; ; at = dirname(at)) {
    const marker = join(at, '.git');
    if (existsSync(marker)) return uid === undefined || (statSync(at).uid === uid && statSync(marker).uid === uid);
    if (dirname(at) === at) return false;
  }
}

export interface GitOptions {
  /** PATH and HOME of the user. */
  readonly path: string | undefined;
  readonly home: string;
  /** Wall clock, epoch ms. */
  readonly now: () => number;
  readonly timeoutMs?: number;
}

interface Asked {
  state: GitState | null;
  askedAt: number;
  running: Promise<void> | null;
}

/** Branches of work trees, each asked at most every 30 s; a hanging git leaves the old value with its age (SH-6, BG-2). */
export class GitReader {
  readonly #options: GitOptions;
  readonly #git: string | null;
  readonly #known = new Map<string, Asked>();
  /** Where folders really lie: looking it up costs more than all the rest, and one is asked for with each session again and again. */
  readonly #places = new Map<string, { readonly real: string; readonly at: number }>();

  constructor(options: GitOptions) {
    this.#options = options;
    this.#git = findGit(options.path);
  }

  /** The last known state of a folder's work tree; null when unknown or older than is shown. Keyed by real path, so that each work tree has its own. */
  get(folder: string): GitState | null {
    // Nobody publishes work trees: git was never asked.
    if (this.#known.size === 0) return null;
    const state = this.#known.get(this.#place(folder))?.state ?? null;
    return state !== null && this.#options.now() - state.at <= AGES.git.hide ? state : null;
  }

  /** Asks git where the last answer is old. Never throws, never waits longer than the timeout. */
  async refresh(folder: string): Promise<void> {
    const key = this.#place(folder);
    const entry = this.#known.get(key) ?? { state: null, askedAt: Number.NEGATIVE_INFINITY, running: null };
    this.#known.set(key, entry);
    if (entry.running !== null) return entry.running;
    if (this.#options.now() - entry.askedAt < AGES.git.refresh) return;
    entry.askedAt = this.#options.now();
    this.#forget();
    entry.running = this.#ask(key).then((state) => {
      if (state !== null) entry.state = state;
      entry.running = null;
    });
    return entry.running;
  }

  /** The real path, as old as a state may be before git is asked again: a link that leads elsewhere since is followed then. */
  #place(folder: string): string {
    const now = this.#options.now();
    const known = this.#places.get(folder);
    if (known !== undefined && Math.abs(now - known.at) < AGES.git.refresh) return known.real;
    const place = { real: real(folder), at: now };
    this.#places.set(folder, place);
    return place.real;
  }

  /** Work trees whose sessions have ended: what is known of them is not shown any more. */
  #forget(): void {
    const now = this.#options.now();
    for (const [key, { askedAt, running }] of this.#known) if (running === null && now - askedAt > KEPT_MS) this.#known.delete(key);
    for (const [folder, { at }] of this.#places) if (now - at > KEPT_MS) this.#places.delete(folder);
  }

  /** How many folders are known, under all their names. */
  get size(): number {
    return this.#known.size + this.#places.size;
  }

  #ask(folder: string): Promise<GitState | null> {
    const { home, path, timeoutMs = TIMEOUTS.source, now } = this.#options;
    try {
      if (this.#git === null || !isOwnRepository(folder)) return Promise.resolve(null);
    } catch {
      return Promise.resolve(null);
    }
    return new Promise((resolve) => {
      execFile(
        this.#git!,
        ARGUMENTS,
        {
          cwd: folder,
          env: { PATH: path ?? '', HOME: home, ...QUIET },
          timeout: timeoutMs,
          killSignal: 'SIGKILL',
          maxBuffer: MAX_OUTPUT,
          windowsHide: true,
        },
        (error, stdout) => resolve(error === null ? parseGitStatus(stdout, now()) : null),
      ).on('error', () => resolve(null));
    });
  }
}

function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
