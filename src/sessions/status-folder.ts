import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Loose } from '../platform/loose.ts';
import type { ProcessTable } from '../platform/processes.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { sessionFileName } from './file-name.ts';
import { type CachedRow, type RowCache, unchangedUntil } from './index-cache.ts';
import { type RegistryEvidence, readRegistryOnce } from './registry.ts';
import { assembleSession, type LiveSession } from './session.ts';
import { CLOCKS, type SessionRules } from './states.ts';
import { type FolderRow, indexRow, type Pseudonyms } from './status-index.ts';
import { bySession, type StoredContext, storedId, storedSession } from './stored-session.ts';

/* `C/status/` as a whole: what is in it, what of it lives, what may go. */

export interface FolderEntry {
  readonly name: string;
  readonly ino: number;
  readonly mtimeMs: number;
  readonly size: number;
}

export interface FolderView {
  readonly entries: readonly FolderEntry[];
  readonly rows: readonly FolderRow[];
  /** Files whose clocks have run out (LS-34): not opened, or ended long enough. */
  readonly expired: readonly FolderEntry[];
  /** What the next look need not open again. */
  readonly cache: RowCache;
}

export interface FolderOptions {
  readonly claudeDir: string;
  readonly table: ProcessTable;
  readonly rules: SessionRules;
  /** Names instead of the real ones (LS-27); null = show. */
  readonly hide?: ((session: LiveSession) => Pseudonyms) | null;
}

const IGNORED: ReadonlySet<string> = new Set(['index.json', 'disabled.json', 'menubar-state.json']);
const MAX_BYTES = 1024 * 1024;
/** A file that changed so shortly before may change again within the same tick of the file system's clock. */
const TICK_MS = 50;

export const statusDir = (claudeDir: string): string => join(claudeDir, 'status');
export const statusFile = (claudeDir: string, id: string): string => join(statusDir(claudeDir), `${sessionFileName(id)}.json`);

/** Regular `*.json` files of the folder that may be status files, by name. Those of `settled` that are still there are taken as they were. */
export function listFolder(claudeDir: string, settled: ReadonlyMap<string, FolderEntry> = NONE): readonly FolderEntry[] {
  const dir = statusDir(claudeDir);
  let names: readonly string[];
  try {
    names = readdirSync(dir);
  } catch {
    return [];
  }
  const entries: FolderEntry[] = [];
  for (const name of names) {
    if (name.startsWith('.') || !name.endsWith('.json') || IGNORED.has(name)) continue;
    const before = settled.get(name);
    const stat = before === undefined ? lstatSync(`${dir}/${name}`, STAT) : undefined;
    if (before !== undefined) entries.push(before);
    else if (stat?.isFile()) entries.push({ name, ino: stat.ino, mtimeMs: stat.mtimeMs, size: stat.size });
  }
  return entries;
}
const STAT = { throwIfNoEntry: false } as const;
const NONE: ReadonlyMap<string, FolderEntry> = new Map();

const stampOf = (entry: FolderEntry) => `${entry.ino}:${entry.mtimeMs}:${entry.size}`;

/** Whether two looks saw the same files with the same content. */
export function isSameFolder(a: readonly FolderEntry[], b: readonly FolderEntry[]): boolean {
  if (a.length !== b.length) return false;
  const before = new Map(a.map((entry) => [entry.name, entry]));
  return b.every((entry) => {
    const old = before.get(entry.name);
    return old?.ino === entry.ino && old.mtimeMs === entry.mtimeMs && old.size === entry.size;
  });
}

/** Everything that lives by the files, overlaid with the registry, at this moment (epoch ms); `cache` spares what did not change. */
export function viewFolder(options: FolderOptions, entries: readonly FolderEntry[], now: number, cache: RowCache): FolderView {
  const { claudeDir, table, rules } = options;
  const context: StoredContext = { now, claudeDir, rules, table, registry: bySession(readRegistryOnce(claudeDir, table)) };
  const registered = new Set([...context.registry.ids].map(sessionFileName));
  const rows: FolderRow[] = [];
  const expired: FolderEntry[] = [];
  const next = new Map<string, CachedRow>();
  for (const entry of entries) {
    const known = registered.has(entry.name.slice(0, -'.json'.length));
    // Old and unknown to the registry: judged by its date, not opened (LS-39).
    if (!known && now - entry.mtimeMs >= CLOCKS.hideAfter) {
      expired.push(entry);
      continue;
    }
    const stamp = stampOf(entry);
    const before = known ? undefined : cache.get(entry.name);
    if (before?.stamp === stamp && now < before.until && now >= before.from) {
      next.set(entry.name, before);
      rows.push(before.row);
      continue;
    }
    const file = readSmallJson(join(statusDir(claudeDir), entry.name), MAX_BYTES);
    if (file === null || storedId(file) === null) continue;
    const session = storedSession(file, entry.mtimeMs, context);
    if (session === null || isOver(session, now)) expired.push(entry);
    if (session === null) continue;
    const row = rowOf(options, session, file, entry.name);
    rows.push(row);
    // Only what neither process nor registry can change.
    if (!known && session.processes.length === 0 && now - entry.mtimeMs > TICK_MS) {
      next.set(entry.name, { stamp, from: Math.floor(now), until: unchangedUntil(session, rules, now), row });
    }
  }
  return { entries, rows: [...rows, ...registryRows(options, context, rows, now)], expired, cache: next };
}

const rowOf = ({ hide }: FolderOptions, session: LiveSession, file: Loose, name: string | null): FolderRow => ({
  ...indexRow(session, file, hide?.(session) ?? null),
  name,
  alive: session.alive,
});

/** Clients that run without having sent a hook. */
function registryRows(options: FolderOptions, context: StoredContext, rows: readonly FolderRow[], now: number): readonly FolderRow[] {
  if (context.registry.ids.size === 0) return [];
  const seen = new Set(rows.map(({ id }) => id));
  const isLive = ({ alive }: RegistryEvidence) => alive === true;
  return [...context.registry.ids].flatMap((id) => {
    const registry = context.registry.of(id);
    if (seen.has(id) || !registry.some(isLive)) return [];
    const session = assembleSession({ id, configDir: context.claudeDir, registry, hooks: null, rules: context.rules }, now);
    return session === null ? [] : [rowOf(options, session, {}, null)];
  });
}

const isOver = (session: LiveSession, now: number) => session.ended !== null && now - session.ended.at > CLOCKS.endedFileAfter;
