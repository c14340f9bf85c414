import { existsSync, statSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import { type ProcessTable, systemProcesses } from '../platform/processes.ts';
import type { Capture } from './capture-facts.ts';
import { captureFile, readCapture } from './capture-file.ts';
import { sessionFileName } from './file-name.ts';
import { cachePlace, readCache } from './index-cache.ts';
import { type JournalRead, journalFile, readJournal } from './journal.ts';
import { currentLoad } from './load.ts';
import { pseudonym, readSalt } from './pseudonym.ts';
import { publishIndex, publishStatus } from './publish.ts';
import { type RegistryEvidence, readRegistryOnce } from './registry.ts';
import { assembleSession, type LiveSession } from './session.ts';
import { readSessionRules } from './session-rules.ts';
import { statusFileOf } from './status-file.ts';
import { type FolderView, statusDir, statusFile } from './status-folder.ts';
import type { Pseudonyms } from './status-index.ts';
import { bySession } from './stored-session.ts';
import { summaryFacts } from './summary-facts.ts';
import { readSummarySessions, summaryFile } from './summary-file.ts';

/* One session's status file and the index, from all its sources: what a hook and a run of the statusline publish (LS-40, SL-27). */

export interface OwnSession {
  readonly stateDir: string;
  readonly dataDir: string;
  readonly claudeDir: string;
  readonly sessionId: string;
  /** The compiled configuration; null = defaults. */
  readonly config: Partial<Config> | null;
  readonly clock: () => number;
  /** The journal as it was read last; absent = not yet. */
  readonly read?: JournalRead | null;
  /** What the statusline was told now and has not written yet. */
  readonly capture?: Capture | null;
  readonly table?: ProcessTable;
}

export interface Published {
  /** The look at the folder behind a new index; null when nothing changed. */
  readonly view: FolderView | null;
  /** The session lives and yet has no file: the disk refused. */
  readonly failed: boolean;
}

/** Publishes the session. `now` epoch ms. */
export function publishOwn(own: OwnSession, now: number): Published {
  const { stateDir, dataDir, claudeDir, sessionId, config, clock, table = systemProcesses } = own;
  const { rules, load: loadRules, hideNames } = readSessionRules(config);
  const hide = hideNames ? pseudonymsOf(dataDir) : null;
  const cache = readCache(cachePlace(stateDir, claudeDir, rules, hide !== null));
  const { load, known: loadKnown } = currentLoad(loadRules, cache?.processors);
  const folderTime = statQuietly(statusDir(claudeDir))?.mtimeMs;
  const journal = journalFile(stateDir, sessionId);
  // Where no file can be made at all, nobody asks.
  let isLive = true;
  let read = own.read === undefined ? readJournal(journal, now) : own.read;
  const changed = publishStatus(
    claudeDir,
    {
      id: sessionId,
      version: () => `${sizeOf(journal)} ${stampOf(captureFile(stateDir, sessionId))}`,
      build: (previous) => {
        if (sizeOf(journal) !== (read?.size ?? -1)) read = readJournal(journal, now) ?? read;
        // Asked first: making an exception of what is often not there takes longer than reading it would.
        const capture = own.capture ?? (existsSync(captureFile(stateDir, sessionId)) ? readCapture(stateDir, sessionId) : null);
        const summary = summaryFacts((existsSync(summaryFile(stateDir)) ? readSummarySessions(stateDir) : null)?.(sessionId) ?? null);
        const evidence = evidenceOf(claudeDir, sessionId, read, capture, table);
        const session = assembleSession({ id: sessionId, configDir: claudeDir, ...evidence, capture, summary, rules }, clock());
        isLive = session !== null;
        if (session === null) return null;
        return statusFileOf(session, previous, { load, loadKnown, capture, summary, pseudonyms: hide?.(session) ?? null });
      },
    },
    now,
  );
  const view = changed
    ? publishIndex({ claudeDir, stateDir, table, rules, load, clock, hide, cache, own: ownFile(sessionId, folderTime) })
    : null;
  return { view, failed: isLive && statQuietly(statusFile(claudeDir, sessionId)) === undefined };
}

const ownFile = (id: string, folderTime: number | undefined) =>
  folderTime === undefined ? null : { name: `${sessionFileName(id)}.json`, folderTime };

/** LS-27. */
function pseudonymsOf(dataDir: string): (session: LiveSession) => Pseudonyms {
  const salt = readSalt(dataDir);
  return ({ id, cwd }) => ({ session: pseudonym('session', id, salt), project: pseudonym('project', cwd ?? '', salt) });
}

interface OwnEvidence {
  readonly registry: readonly RegistryEvidence[];
  readonly hooks: Parameters<typeof assembleSession>[0]['hooks'];
  readonly mtime: number | null;
}

function evidenceOf(
  claudeDir: string,
  sessionId: string,
  read: JournalRead | null,
  capture: Capture | null,
  table: ProcessTable,
): OwnEvidence {
  const records = bySession(readRegistryOnce(claudeDir, table));
  const registry = records.of(sessionId);
  // Where no hook runs, the transcript's time is the least that tells of life (LS-7).
  if (read === null) return { registry, hooks: null, mtime: modifiedAt(capture?.transcriptPath ?? null) };
  const { state } = read;
  const { identity } = state;
  const owner = identity?.pid === undefined ? undefined : records.sessionOfPid(identity.pid);
  // Our own parent runs: asked of the table only so that a straggler of a dead client does not bring it back.
  const alive =
    identity?.pid === undefined ? null : table.isAlive({ pid: identity.pid, procStart: identity.procStart ?? null, startedAt: null });
  return { registry, hooks: { state, alive, moved: owner !== undefined && owner !== sessionId }, mtime: null };
}

const statQuietly = (path: string) => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A path that cannot be one, or is out of reach.
    return undefined;
  }
};
const sizeOf = (path: string): number => statQuietly(path)?.size ?? -1;
const modifiedAt = (path: string | null): number | null => (path === null ? null : (statQuietly(path)?.mtimeMs ?? null));

function stampOf(path: string): string {
  const stat = statQuietly(path);
  return stat === undefined ? '-' : `${stat.ino}:${stat.mtimeMs}`;
}
