import type { RuntimeSession, SessionHealth } from './contracts.ts';
import { pseudonym } from './identity.ts';

/* `privacy.names: hide` in the contract files (ST-21): projects and branches by stable stand-ins, paths that spell them out left out. */

const IS_PSEUDONYM = /^(?:project|branch|session)-[0-9a-f]{4}$/;
const hidden = (kind: 'project' | 'branch', name: string, salt: string): string =>
  IS_PSEUDONYM.test(name) ? name : pseudonym(kind, name, salt);

/** A session of the runtime state without names; twice is the same as once. */
export function hideSession<T extends Pick<RuntimeSession, 'projectPath' | 'transcriptPath' | 'git' | 'transcript'>>(
  session: T,
  salt: string,
): T {
  return {
    ...session,
    projectPath: hidden('project', session.projectPath, salt),
    transcriptPath: '',
    git: { ...session.git, branch: hidden('branch', session.git.branch, salt) },
    transcript: { ...session.transcript, lastMessagePreview: '' },
  };
}

export function hideHealth(health: SessionHealth, salt: string): SessionHealth {
  const { project: _, ...rest } = hideSession(health, salt);
  return rest;
}
