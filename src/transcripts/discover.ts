import { type Dirent, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';

/** A transcript as it lies on disk now. Times in epoch ms, fractional as the file system gives them. */
export interface TranscriptFile {
  /** Real path: each file once, however many links lead to it. */
  readonly path: string;
  /** Folder name below `projects/`, as on disk. */
  readonly folder: string;
  /** Session id from the path of a subagent file, used only when its lines name none (D-6). */
  readonly sessionFromPath: string;
  /** A subagent's file: below `subagents/`, or `agent-<id>.jsonl` beside the sessions (2.0.x). */
  readonly isAgent: boolean;
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly birthtimeMs: number;
}

/** A place that could not be read, with the system's reason (`EACCES`, …). */
export interface Unreadable {
  readonly path: string;
  readonly code: string;
}

export interface Discovery {
  readonly files: TranscriptFile[];
  readonly unreadable: Unreadable[];
  /** Existing `projects` directories, by real path. */
  readonly roots: string[];
  /** Directories that hold or may hold transcripts, for watching. */
  readonly directories: string[];
}

/** Never transcripts, some of them large or private (transcripts §1, §14). */
const NEVER = new Set(['tool-results', 'memory', 'file-history', 'paste-cache', 'uploads', 'image-cache', 'telemetry']);
const MAX_DEPTH = 8;
const MAX_ENTRIES = 100_000;

/**
 * Finds every transcript below the `projects` folder of each Claude directory (a path ending in `/projects` is taken as it is). Files and folders are
 * told apart by real path, so that a link or a directory listed twice counts once; links are followed only inside the Claude directories (SEC-42).
 */
export function discover(claudeDirs: readonly string[]): Discovery {
  const found: Discovery = { files: [], unreadable: [], roots: [], directories: [] };
  const seen = new Set<string>();
  const homes = claudeDirs.map((dir) => tryReal(dir.replace(/[/\\]projects[/\\]?$/, ''))).filter((dir) => dir !== null);
  for (const dir of claudeDirs) {
    const projects = /[/\\]projects[/\\]?$/.test(dir) ? dir : join(dir, 'projects');
    const root = tryReal(projects, found);
    if (root === null || seen.has(root)) continue;
    seen.add(root);
    found.roots.push(root);
    walk(root, NOWHERE, { found, seen, homes });
  }
  return found;
}

interface Walk {
  readonly found: Discovery;
  readonly seen: Set<string>;
  readonly homes: readonly string[];
}

/** What a directory's place below `projects/` says of the files in it. */
interface Place {
  /** Folders below `projects/`. */
  readonly depth: number;
  readonly folder: string;
  /** Name of the folder in the project's folder, empty above it: the session's, by which subagents' files lie. */
  readonly session: string;
  readonly isAgents: boolean;
}

const NOWHERE: Place = { depth: 0, folder: '', session: '', isAgents: false };

const below = (at: Place, name: string, realName = name): Place => ({
  depth: at.depth + 1,
  folder: at.folder || name,
  session: at.depth === 1 ? realName : at.session,
  isAgents: at.isAgents || realName === 'subagents',
});

function walk(dir: string, at: Place, w: Walk): void {
  const entries = list(dir, w.found);
  w.found.directories.push(dir);
  for (const entry of entries.length > MAX_ENTRIES ? entries.slice(0, MAX_ENTRIES) : entries) {
    const { name } = entry;
    const path = dir + sep + name;
    if (entry.isFile()) {
      if (name.endsWith('.jsonl')) addFile(path, name, at, w);
    } else if (entry.isDirectory()) {
      if (at.depth < MAX_DEPTH && !NEVER.has(name)) walk(path, below(at, name), w);
    } else if (entry.isSymbolicLink()) follow(path, name, at, w);
  }
}

function follow(path: string, name: string, at: Place, w: Walk): void {
  const real = tryReal(path);
  if (real === null || NEVER.has(name) || w.seen.has(real) || !w.homes.some((home) => real.startsWith(home + sep))) return;
  const stats = tryStat(real);
  if (stats?.isDirectory() && at.depth < MAX_DEPTH) {
    w.seen.add(real);
    walk(real, below(at, name, basename(real)), w);
  } else if (stats?.isFile() && name.endsWith('.jsonl')) addFile(real, basename(real), at, w);
}

function addFile(path: string, name: string, at: Place, w: Walk): void {
  if (w.seen.has(path)) return;
  let stats: Stats;
  try {
    stats = lstatSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOENT') w.found.unreadable.push({ path, code });
    return;
  }
  if (!stats.isFile()) return;
  w.seen.add(path);
  const { dev, ino, size, mtimeMs, birthtimeMs } = stats;
  w.found.files.push({
    path,
    folder: at.folder,
    // `<slug>/<sid>/…/x.jsonl` → `<sid>`; a file directly in its project's folder → its own name.
    sessionFromPath: at.session || name.slice(0, -'.jsonl'.length),
    isAgent: at.isAgents || name.startsWith('agent-'),
    dev,
    ino,
    size,
    mtimeMs,
    birthtimeMs,
  });
}

function list(dir: string, found: Discovery): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOENT') found.unreadable.push({ path: dir, code });
    return [];
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'EIO';

/** Null for what is not there. With `found`, a place that is there but may not be entered is noted: it must not pass for absent (HZ-6). */
function tryReal(path: string, found?: Discovery): string | null {
  try {
    // The system's own: in JavaScript each folder of the path is asked for, a third of a millisecond.
    return realpathSync.native(path);
  } catch (error) {
    const code = codeOf(error);
    if (found && code !== 'ENOENT' && code !== 'ENOTDIR') found.unreadable.push({ path, code });
    return null;
  }
}

function tryStat(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
