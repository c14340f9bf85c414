import { join } from 'node:path';
import type { DemoThread } from './demo-lines.ts';
import type { DemoAgent, DemoSession } from './demo-sessions.ts';

/** Where the made-up home and its parts lie. */
export interface DemoPlaces {
  readonly home: string;
  readonly claudeDir: string;
  /** Our own state: hook journals and statusline captures. */
  readonly stateDir: string;
}

export const placesIn = (home: string): DemoPlaces => ({
  home,
  claudeDir: join(home, '.claude'),
  stateDir: join(home, '.local', 'state', 'tidemark'),
});

export const projectDir = (home: string, project: string): string => join(home, 'work', project);

/** The client names a project's folder after its path, everything but letters and digits as `-`. */
const slugOf = (cwd: string): string => cwd.replaceAll(/[^A-Za-z0-9]/g, '-');

export const transcriptFile = (home: string, session: DemoSession): string =>
  join(home, '.claude', 'projects', slugOf(projectDir(home, session.project)), `${session.id}.jsonl`);

/** A subagent's file without its ending: `.jsonl` its lines, `.meta.json` what it is. */
export const agentBase = (home: string, session: DemoSession, agent: DemoAgent): string =>
  join(transcriptFile(home, session).replace(/\.jsonl$/, ''), 'subagents', `agent-${agent.id}`);

export const threadOf = (home: string, session: DemoSession): DemoThread => ({
  sessionId: session.id,
  cwd: projectDir(home, session.project),
  branch: session.branch,
  model: session.model,
  agentId: null,
});
