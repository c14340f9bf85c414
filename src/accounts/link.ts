import type { Profile } from './contracts.ts';
import type { SessionInput } from './inputs.ts';
import { canonicalId, type Resolution, type ResolveContext, resolveProfile } from './resolve.ts';
import type { Switch } from './switches.ts';

/** What linking needs to know of a session, and of what was known before. */
export type Linkable = Pick<SessionInput, 'id' | 'cwd' | 'evidence' | 'firstSeen' | 'lastActivity'>;
export interface Before {
  readonly authProfiles: readonly Profile[];
  readonly sessions: readonly { readonly sessionId: string; readonly authProfile: string }[];
}

export interface Linked {
  readonly profiles: readonly Profile[];
  /** By session id. */
  readonly resolutions: ReadonlyMap<string, Resolution>;
  /** Sessions that changed hands since the state was written (AP-5). */
  readonly switches: readonly Switch[];
}

/** A guess never takes a session from the profile it was once seen with. */
const WEAK: ReadonlySet<string> = new Set(['default', 'fingerprint']);

/**
 * Every session with its profile. Sessions that were there first come first, so that racing processes number new accounts alike (AP-4). Pure.
 */
export function linkSessions(state: Before, sessions: readonly Linkable[], context: ResolveContext): Linked {
  const before = new Map(state.sessions.map((session) => [session.sessionId, session.authProfile]));
  const ordered = [...sessions].sort((a, b) => (a.firstSeen ?? 0) - (b.firstSeen ?? 0) || (a.id < b.id ? -1 : 1));
  const resolutions = new Map<string, Resolution>();
  const switches: Switch[] = [];
  let profiles = state.authProfiles;
  for (const session of ordered) {
    const found = resolveProfile({ cwd: session.cwd, ...session.evidence }, profiles, context);
    const old = before.get(session.id);
    const former = old === undefined ? undefined : canonicalId(profiles, old);
    const isKept =
      former !== undefined && former !== found.profileId && WEAK.has(found.method) && profiles.some((p) => p.profileId === former);
    const resolution = isKept ? { ...found, profileId: former, profiles } : found;
    profiles = resolution.profiles;
    resolutions.set(session.id, resolution);
    if (former !== undefined && former !== resolution.profileId)
      switches.push({ at: context.now, sessionId: session.id, from: former, to: resolution.profileId, method: resolution.method });
  }
  return { profiles: counted(profiles, resolutions, before, sessions), resolutions, switches };
}

/** `totalSessions` counts each session id once per profile; `lastUsed` is the newest sign of life. */
function counted(
  profiles: readonly Profile[],
  resolutions: ReadonlyMap<string, Resolution>,
  before: ReadonlyMap<string, string>,
  sessions: readonly Linkable[],
): readonly Profile[] {
  return profiles.map((profile) => {
    const own = sessions.filter(({ id }) => resolutions.get(id)?.profileId === profile.profileId);
    if (own.length === 0) return profile;
    const added = own.filter(({ id }) => !before.has(id) || canonicalId(profiles, before.get(id)!) !== profile.profileId).length;
    const lastUsed = Math.max(profile.metadata.lastUsed, ...own.map(({ lastActivity }) => lastActivity));
    return { ...profile, metadata: { ...profile.metadata, lastUsed, totalSessions: profile.metadata.totalSessions + added } };
  });
}
