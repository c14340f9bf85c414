import { lstatSync, readdirSync } from 'node:fs';
import type { Loose } from '../platform/loose.ts';
import type { ProcessTable } from '../platform/processes.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { sessionFileName } from './file-name.ts';
import { type KnownFile, unchangedUntil } from './index-cache.ts';
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

/** One look at the folder. */
export interface Listing {
  readonly files: readonly KnownFile[];
  /** Names of any kind. */
  readonly names: number;
  /** Every file was looked at, not only those that were not out of date before. */
  readonly isWhole: boolean;
}

export interface FolderView {
  readonly rows: readonly FolderRow[];
  /** Files whose clocks have run out (LS-34): not opened, or ended long enough. */
  readonly expired: readonly FolderEntry[];
  /** What the next look need not open again. */
  readonly files: readonly KnownFile[];
  /** Of a listing that was whole: without that, not all that is expired is known. */
  readonly isWhole: boolean;
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
const ENDING = '.json';

export const statusDir = (claudeDir: string): string => `${claudeDir}/status`;
export const statusFile = (claudeDir: string, id: string): string => `${claudeDir}/status/${sessionFileName(id)}${ENDING}`;

/** Regular `*.json` files of the folder that may be status files. Those of `known` that did not change are taken with what was made of them. */
export function listFolder(claudeDir: string, known: readonly KnownFile[], settled: ReadonlySet<string> | null = null): Listing {
  const dir = statusDir(claudeDir);
  let names: readonly string[];
  try {
    names = readdirSync(dir);
  } catch {
    return { files: [], names: 0, isWhole: true };
  }
  const before = new Map<string, KnownFile>();
  for (const file of known) before.set(file.name, file);
  const files: KnownFile[] = [];
  for (const name of names) {
    if (name.charCodeAt(0) === 0x2e || !name.endsWith(ENDING) || IGNORED.has(name) || settled?.has(name)) continue;
    const file = lookAt(dir, name, before.get(name));
    if (file !== null) files.push(file);
  }
  return { files, names: names.length, isWhole: true };
}

const QUIET = { throwIfNoEntry: false } as const;

/** A file as it is now; null for none, or none that is regular. */
export function lookAt(dir: string, name: string, known: KnownFile | undefined): KnownFile | null {
  const stat = lstatSync(`${dir}/${name}`, QUIET);
  if (stat === undefined) return null;
  const { ino, mtimeMs, size } = stat;
  if (known !== undefined && known.ino === ino && known.mtimeMs === mtimeMs && known.size === size) return known;
  return stat.isFile() ? { name, ino, mtimeMs, size, foreign: true, row: null, from: 0, until: 0 } : null;
}

/** Number of names in the folder; -1 when it cannot be read. */
export function countNames(claudeDir: string): number {
  try {
    return readdirSync(statusDir(claudeDir)).length;
  } catch {
    return -1;
  }
}

/** Whether two looks saw the same files with the same content; those of `settled` were left out of the second. */
export function isSameFolder(a: readonly KnownFile[], b: readonly KnownFile[], settled: ReadonlySet<string> | null): boolean {
  const before = new Map<string, KnownFile>();
  for (const file of a) if (settled === null || !settled.has(file.name)) before.set(file.name, file);
  if (before.size !== b.length) return false;
  for (const file of b) {
    const old = before.get(file.name);
    if (old === undefined || old.ino !== file.ino || old.mtimeMs !== file.mtimeMs || old.size !== file.size) return false;
  }
  return true;
}

/**
 * Everything that lives by the files, overlaid with the registry, at this moment (epoch ms); what was made of a file before spares reading it. Null when a
 * running client has a file that the listing left out.
 */
export function viewFolder(options: FolderOptions, listing: Listing, now: number): FolderView | null {
  const { claudeDir, table, rules } = options;
  const context: StoredContext = { now, claudeDir, rules, table, registry: bySession(readRegistryOnce(claudeDir, table)) };
  const { ids } = context.registry;
  const registered = new Set<string>();
  for (const id of ids) registered.add(`${sessionFileName(id)}${ENDING}`);
  const rows: FolderRow[] = [];
  const expired: FolderEntry[] = [];
  const files: KnownFile[] = [];
  for (const file of listing.files) {
    const known = registered.delete(file.name);
    // Old and unknown to the registry: judged by its date, not opened (LS-39).
    if (!known && now - file.mtimeMs >= CLOCKS.hideAfter) {
      expired.push(file);
    } else if (!known && file.row !== null && now < file.until && now >= file.from) {
      files.push(file);
      rows.push(file.row);
    } else readInto(options, context, file, known, { rows, expired, files });
  }
  if (!listing.isWhole) for (const name of registered) if (lookAt(statusDir(claudeDir), name, undefined) !== null) return null;
  if (ids.size > 0) addRegistryRows(options, context, rows);
  return { rows, expired, files, isWhole: listing.isWhole };
}

interface View {
  readonly rows: FolderRow[];
  readonly expired: FolderEntry[];
  readonly files: KnownFile[];
}

function readInto(options: FolderOptions, context: StoredContext, entry: KnownFile, known: boolean, view: View): void {
  const { name, ino, mtimeMs, size } = entry;
  const { now, rules } = context;
  const file = readSmallJson(`${statusDir(context.claudeDir)}/${name}`, MAX_BYTES);
  const session = file === null || storedId(file) === null ? null : storedSession(file, mtimeMs, context);
  const isStatus = file !== null && storedId(file) !== null;
  const foreign = !isStatus || file.tidemark === undefined;
  const row = session === null ? null : rowOf(options, session, file!, name);
  // Only what neither process nor registry can change, and that is surely the content of this stamp.
  const isKept = row !== null && !known && session!.processes.length === 0 && now - mtimeMs > TICK_MS;
  const until = isKept ? unchangedUntil(session!, rules, now) : 0;
  view.files.push({ name, ino, mtimeMs, size, foreign, row: isKept ? row : null, from: Math.floor(now), until });
  if (row !== null) view.rows.push(row);
  if (isStatus && (session === null || isOver(session, now))) view.expired.push(entry);
}

const rowOf = ({ hide }: FolderOptions, session: LiveSession, file: Loose, name: string | null): FolderRow => ({
  ...indexRow(session, file, hide?.(session) ?? null),
  name,
  alive: session.alive,
});

/** Clients that run without having sent a hook. */
function addRegistryRows(options: FolderOptions, context: StoredContext, rows: FolderRow[]): void {
  const seen = new Set<string>();
  for (const { id } of rows) seen.add(id);
  for (const id of context.registry.ids) {
    const registry = context.registry.of(id);
    if (seen.has(id) || !registry.some(isLive)) continue;
    const session = assembleSession({ id, configDir: context.claudeDir, registry, hooks: null, rules: context.rules }, context.now);
    if (session !== null) rows.push(rowOf(options, session, {}, null));
  }
}

const isLive = ({ alive }: RegistryEvidence) => alive === true;
const isOver = (session: LiveSession, now: number) => session.ended !== null && now - session.ended.at > CLOCKS.endedFileAfter;
