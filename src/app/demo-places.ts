import { join } from 'node:path';
import type { DemoThread } from './demo-lines.ts';
import type { DemoSession } from './demo-sessions.ts';

export const projectDir = (home: string, project: string): string => join(home, 'work', project);

/** The client names a project's folder after its path, everything but letters and digits as `-`. */
const slugOf = (cwd: string): string => cwd.replaceAll(/[^A-Za-z0-9]/g, '-');

export const transcriptFile = (home: string, session: DemoSession): string =>
  join(home, '.claude', 'projects', slugOf(projectDir(home, session.project)), `${session.id}.jsonl`);

export const threadOf = (home: string, session: DemoSession): DemoThread => ({
  sessionId: session.id,
  cwd: projectDir(home, session.project),
  branch: session.branch,
  model: session.model,
  agentId: null,
});
