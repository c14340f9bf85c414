import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateDir, writeFileAtomic } from '../../platform/files.ts';
import type { HookSpec } from './hook-entries.ts';
import type { LineKey } from './statusline-entry.ts';

/** The value to write under each key. */
export type LineSpec = Readonly<Partial<Record<LineKey, Readonly<Record<string, unknown>>>>>;

/** What is installed in one settings file. */
export interface Features {
  readonly hooks: HookSpec | null;
  readonly lines: LineSpec | null;
}

/** The file as it was before us: not there, a backup with this hash, or no longer known because others changed it in between. */
export type Base =
  | { readonly kind: 'absent' }
  | { readonly kind: 'backup'; readonly path: string; readonly sha256: string }
  | { readonly kind: 'unknown' };

/** What we did to one settings file, so that it can be undone to the byte. */
export interface FileRecord extends Features {
  readonly base: Base;
  /** Hash of what we wrote; another hash now means that somebody changed the file since. */
  readonly afterSha256: string;
  /** Lists and objects that were there and empty; see withoutHooks. */
  readonly emptyBefore: readonly string[];
  /** The texts we put ours in place of. */
  readonly replaced: Readonly<Partial<Record<LineKey, string>>>;
  /** The file, and perhaps its folder, did not exist. */
  readonly madeFile: boolean;
  readonly madeDir: boolean;
  /** Epoch ms of the first install. */
  readonly installedAt: number;
}

export interface InstallRecord {
  readonly v: 1;
  /** Settings file → what we did to it. */
  readonly files: Readonly<Record<string, FileRecord>>;
  /** Folder of the plugin, and of the service's unit file, when installed. */
  readonly plugin: string | null;
  readonly service: string | null;
}

const EMPTY: InstallRecord = { v: 1, files: {}, plugin: null, service: null };

const recordPath = (dataDir: string): string => join(dataDir, 'install.json');

/** What is installed; nothing when there is no record or it is not whole: then edits go by what the settings say. */
export function readRecord(dataDir: string): InstallRecord {
  try {
    const record = JSON.parse(readFileSync(recordPath(dataDir), 'utf8')) as InstallRecord;
    const whole = record.v === 1 && Object.values(record.files).every(isFileRecord);
    return whole ? { ...EMPTY, ...record } : EMPTY;
  } catch {
    return EMPTY;
  }
}

function isFileRecord(value: unknown): boolean {
  const { base, afterSha256, emptyBefore, replaced } = (value ?? {}) as Partial<FileRecord>;
  return typeof base?.kind === 'string' && typeof afterSha256 === 'string' && Array.isArray(emptyBefore) && typeof replaced === 'object';
}

/** Keeps the record; one with nothing installed is removed. */
export function writeRecord(dataDir: string, record: InstallRecord): void {
  if (isEmpty(record)) {
    rmSync(recordPath(dataDir), { force: true });
    return;
  }
  ensurePrivateDir(dataDir, { ours: true });
  writeFileAtomic(recordPath(dataDir), `${JSON.stringify(record, null, 2)}\n`);
}

export const isEmpty = ({ files, plugin, service }: InstallRecord): boolean =>
  Object.keys(files).length === 0 && plugin === null && service === null;
