import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ensurePrivateDir, writeFileAtomic } from '../platform/files.ts';
import { looseObject } from '../platform/loose.ts';

/** One archived session: its health file and its entry of the runtime state, as they were. `archivedAt` epoch ms. */
export interface ArchivedSession {
  readonly v: 1;
  readonly archivedAt: number;
  readonly sessionId: string;
  readonly health: unknown;
  readonly runtime: unknown;
}

const NAME = /^\d{4}-\d{2}\.jsonl\.gz$/;
const folderOf = (dataDir: string): string => join(dataDir, 'archive', 'session-health');

/** Adds sessions to the month's archive as a gzip member of its own; the file is replaced whole, so that a kill leaves no half member (SH-9). */
export function appendArchive(dataDir: string, sessions: readonly ArchivedSession[], now: number): void {
  if (sessions.length === 0) return;
  ensurePrivateDir(folderOf(dataDir), { ours: true });
  const path = join(folderOf(dataDir), `${new Date(now).toISOString().slice(0, 7)}.jsonl.gz`);
  const member = gzipSync(sessions.map((session) => `${JSON.stringify(session)}\n`).join(''));
  writeFileAtomic(path, Buffer.concat([bytesOf(path), member]));
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** The last archived copy of each session, newest archive first; with an id only that one. */
export function readArchive(dataDir: string, id?: string): readonly ArchivedSession[] {
  let names: string[];
  try {
    names = readdirSync(folderOf(dataDir)).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
  const found = new Map<string, ArchivedSession>();
  for (const name of names.sort())
    for (const line of linesOf(join(folderOf(dataDir), name))) {
      const session = readLine(line);
      if (session !== null && (id === undefined || session.sessionId === id)) found.set(session.sessionId, session);
    }
  return [...found.values()].sort((a, b) => b.archivedAt - a.archivedAt);
}

function linesOf(path: string): readonly string[] {
  try {
    return gunzipSync(bytesOf(path)).toString('utf8').split('\n');
  } catch {
    return [];
  }
}

function readLine(line: string): ArchivedSession | null {
  if (line === '') return null;
  try {
    const { v, archivedAt, sessionId, health, runtime } = looseObject(JSON.parse(line));
    if (v !== 1 || typeof archivedAt !== 'number' || typeof sessionId !== 'string') return null;
    return { v, archivedAt, sessionId, health: health ?? null, runtime: runtime ?? null };
  } catch {
    return null;
  }
}
