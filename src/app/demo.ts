import { mkdirSync, realpathSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDir } from '../platform/files.ts';
import type { HookEvent } from '../sessions/event.ts';
import { eventsDir, journalFile } from '../sessions/journal.ts';
import { eventLine } from '../sessions/payload.ts';
import { DemoActor } from './demo-actor.ts';
import { agentBase, type DemoPlaces, placesIn, projectDir, transcriptFile } from './demo-places.ts';
import { DemoProcesses } from './demo-processes.ts';
import { DEMO_SESSIONS, type DemoSession, EARLIER_TODAY } from './demo-sessions.ts';
import { type Told, tellAgent, tellSession } from './demo-story.ts';

/** A made-up home on disk. */
export interface DemoHome extends DemoPlaces {
  readonly sessions: readonly DemoSession[];
}

/** One whose sessions live. */
export interface LiveDemo extends DemoHome {
  /** When the table of LV-145 holds, epoch ms. */
  readonly origin: number;
  readonly processes: DemoProcesses;
  readonly actors: ReadonlyMap<string, DemoActor>;
}

/**
 * Writes the transcripts of LV-145 into an empty directory, in real file formats: seven sessions in four projects whose sums are exactly the table's, with
 * the times of the table moved to `now` (epoch ms). Deterministic; no conversation text.
 */
export function writeDemoHome(dir: string, now: number): DemoHome {
  return writeTranscripts(dir, now, new DemoProcesses()).home;
}

/** The same with everything that tells of living sessions: process registry, hook journals, statusline captures with the official quota (LV-140). */
export function writeLiveDemo(dir: string, now: number): LiveDemo {
  const processes = new DemoProcesses();
  const { home, told } = writeTranscripts(dir, now, processes);
  ensurePrivateDir(eventsDir(home.stateDir));
  const actors = new Map<string, DemoActor>();
  for (const session of DEMO_SESSIONS) {
    const one = told.get(session.id)!;
    writeFileSync(journalFile(home.stateDir, session.id), recent(one.events).map(eventLine).join(''), { mode: 0o600 });
    actors.set(session.name, new DemoActor({ places: home, processes, origin: now }, session, one));
  }
  return { ...home, origin: now, processes, actors };
}

function writeTranscripts(
  dir: string,
  now: number,
  processes: DemoProcesses,
): { readonly home: DemoHome; readonly told: ReadonlyMap<string, Told> } {
  ensurePrivateDir(dir, { ours: true });
  const places = placesIn(realpathSync(dir));
  const sessions = [...EARLIER_TODAY, ...DEMO_SESSIONS];
  for (const project of new Set(sessions.map((session) => session.project))) {
    const git = join(projectDir(places.home, project), '.git');
    mkdirSync(git, { recursive: true, mode: 0o700 });
    writeFileSync(join(git, 'HEAD'), 'ref: refs/heads/main\n', { mode: 0o600 });
  }
  const told = new Map<string, Told>();
  for (const session of sessions) {
    const one = tellSession({ places, processes, now }, session);
    told.set(session.id, one);
    write(transcriptFile(places.home, session), one.text, one.last);
    for (const agent of session.agents) {
      const base = agentBase(places.home, session, agent);
      const { text, last } = tellAgent(places, session, agent, now);
      write(`${base}.jsonl`, text, last);
      const { type: agentType, description, finished } = agent;
      const meta = { agentType, isBuiltIn: true, description, spawnDepth: 1, model: session.model, finished };
      writeFileSync(`${base}.meta.json`, JSON.stringify(meta), { mode: 0o600 });
    }
  }
  return { home: { ...places, sessions }, told };
}

/** `last`: epoch ms of its newest line, the file's time. */
function write(file: string, text: string, last: number): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600 });
  utimesSync(file, last / 1000, last / 1000);
}

/** What a journal needs: how the process began, the subagents, and the last two turns. */
function recent(events: readonly HookEvent[]): readonly HookEvent[] {
  const from = events.filter(({ event }) => event === 'UserPromptSubmit').at(-2)?.at ?? 0;
  return events.filter(
    ({ at, event, source }) => at >= from || event === 'SubagentStart' || (event === 'SessionStart' && source !== 'compact'),
  );
}
