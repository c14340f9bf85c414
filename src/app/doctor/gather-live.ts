import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemProcesses } from '../../platform/processes.ts';
import { captureFile } from '../../sessions/captures.ts';
import type { TranscriptEvidence } from '../../sessions/evidence.ts';
import { journalFile } from '../../sessions/journal.ts';
import { LiveSessions } from '../../sessions/live-sessions.ts';
import { readRegistryOnce } from '../../sessions/registry.ts';
import type { LiveSession } from '../../sessions/session.ts';
import type { LiveFact } from './facts.ts';
import { statOf } from './gather-files.ts';

/** Gives what a session's transcript says, by session id; null when there is none. */
export type TranscriptLook = (sessionId: string) => TranscriptEvidence | null;

export interface LiveFacts {
  readonly live: readonly LiveFact[];
  /** Registry files whose process is gone. */
  readonly leftovers: readonly string[];
  /** Working directories of live sessions. */
  readonly workDirs: readonly string[];
}

/** Every session with a process file or a journal, with what its sources say. Read only (LS-12). */
export function liveFacts(claudeDirs: readonly string[], stateDir: string, now: number, look: TranscriptLook): LiveFacts {
  const records = claudeDirs.flatMap((dir) => readRegistryOnce(dir, systemProcesses).map((record) => ({ dir, ...record })));
  const transcripts = new Map(
    records.flatMap(({ sessionId }) => {
      const evidence = look(sessionId);
      return evidence === null ? [] : [[sessionId, evidence] as const];
    }),
  );
  const sessions = new LiveSessions(claudeDirs, stateDir).read(now, transcripts).filter(({ state }) => state !== 'ended');
  return {
    live: sessions.map((session) => factOf(session, stateDir, transcripts.get(session.id)?.grewAt ?? null)),
    leftovers: records.filter(({ alive }) => alive === false).map(({ dir, pid }) => join(dir, 'sessions', `${pid}.json`)),
    workDirs: sessions.flatMap(({ alive, cwd }) => (alive === true && cwd !== null && cwd !== '' ? [cwd] : [])),
  };
}

function factOf(session: LiveSession, stateDir: string, grewAt: number | null): LiveFact {
  const starts = session.processes.flatMap(({ startedAt }) => startedAt ?? []);
  return {
    id: session.id,
    title: session.title,
    configDir: session.configDir,
    alive: session.alive,
    startedAt: starts.length === 0 ? null : Math.min(...starts),
    isInteractive: session.processes.some(({ entrypoint }) => entrypoint === 'cli'),
    hasEvents: existsSync(journalFile(stateDir, session.id)),
    eventAt: statOf(journalFile(stateDir, session.id))?.mtimeMs ?? null,
    grewAt,
    hasCapture: existsSync(captureFile(stateDir, session.id)),
    disagreements: session.disagreements,
  };
}
