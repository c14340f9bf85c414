import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KnownError } from '../platform/errors.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { isHealthFile } from './adopt.ts';
import { SIZES } from './constants.ts';
import type { RuntimeState } from './contracts.ts';
import { readStateFile, type StateRead } from './state-file.ts';

/** One file of the folder: what `state show` says of it (ST-19). */
export interface FileReport {
  readonly path: string;
  readonly name: string;
  /** ms since it was written. */
  readonly ageMs: number;
  readonly bytes: number;
  readonly valid: boolean;
  /** "" when valid. */
  readonly reason: string;
  /** Who writes such a file; for a session's file whether it was we or another program. */
  readonly writer: 'tidemark' | 'person and tidemark' | 'person' | 'another program';
}

export interface StateReport {
  readonly dir: string;
  readonly exists: boolean;
  readonly state: RuntimeState | null;
  readonly twin: string | null;
  readonly files: readonly FileReport[];
  /** What keeps the runtime state from being used, with file and line; the command ends with 78. */
  readonly broken: KnownError | null;
}

export async function reportState(dir: string, now: number): Promise<StateReport> {
  let read: StateRead | null = null;
  let broken: KnownError | null = null;
  try {
    read = await readStateFile(dir);
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    broken = error;
  }
  const files = namesIn(dir).flatMap((name) => reportFile(dir, name, now, broken) ?? []);
  return { dir, exists: existsSync(dir), state: read?.state ?? null, twin: read?.place.twin ?? null, files, broken };
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}

function reportFile(dir: string, name: string, now: number, broken: KnownError | null): FileReport | null {
  const path = join(dir, name);
  const stat = statSync(path, { throwIfNoEntry: false }) ?? lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory() || name.startsWith('.')) return null;
  const base = { path, name, ageMs: Math.max(0, Math.floor(now - stat.mtimeMs)), bytes: stat.size };
  if (/^runtime-state\.(?:yaml|json)$/.test(name)) {
    const isBroken = broken?.path === path;
    return { ...base, valid: !isBroken, reason: isBroken ? broken.message : '', writer: 'person and tidemark' };
  }
  if (name === 'daemon.log' || /^runtime-state\.(?:yaml|json)\.bak-/.test(name))
    return { ...base, valid: true, reason: '', writer: 'tidemark' };
  if (!name.endsWith('.json')) return { ...base, valid: true, reason: '', writer: 'another program' };
  const raw = readSmallJson(path, SIZES.healthFile * 16);
  const known = raw !== null && (isHealthFile(raw) || ['config.json', 'sessions.json', 'billing-shared.json'].includes(name));
  const writer =
    name === 'config.json' ? 'person' : known && (name === 'sessions.json' || 'tidemark' in raw!) ? 'tidemark' : 'another program';
  return { ...base, valid: raw !== null, reason: raw === null ? 'is not a JSON object' : '', writer };
}
