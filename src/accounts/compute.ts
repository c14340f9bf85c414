import { adopt } from './adopt.ts';
import { withUsage } from './build-billing.ts';
import { buildHealth, runtimeSession } from './build-health.ts';
import { NO_BILLING, type Profile, type RuntimeState, type SessionHealth } from './contracts.ts';
import { isActive, type ProfileUsage, type SessionInput } from './inputs.ts';
import { type Linked, linkSessions } from './link.ts';
import { hideHealth, hideSession } from './privacy.ts';
import { NO_EXTRA, type ResolveContext } from './resolve.ts';
import { profileThresholds, type Thresholds } from './thresholds.ts';

export interface ComputeInput {
  /** `<claude dir>/session-health`. */
  readonly dir: string;
  /** The sessions of this Claude directory. */
  readonly sessions: readonly SessionInput[];
  /** By profile id. */
  readonly usage: ReadonlyMap<string, ProfileUsage>;
  readonly thresholds: Thresholds;
  readonly compactionPercent: number;
  readonly hideNames: boolean;
  readonly context: ResolveContext;
  /** Profiles of the other directories, and what was learned beyond the files: profiles are global (AP-12). */
  readonly known?: readonly Profile[];
}

export interface Computed {
  readonly state: RuntimeState;
  readonly healths: readonly SessionHealth[];
  readonly linked: Linked;
  readonly warnings: readonly string[];
}

/**
 * The next runtime state and all health files from the present one and what is known now. Sessions that only older files know stay, so that the aggregate can
 * be rebuilt from the per-session files at any time (ST-6, ST-11).
 */
export function computeState(present: RuntimeState, input: ComputeInput): Computed {
  const { now, salt } = input.context;
  const adopted = adopt(present, input.dir, new Set(input.sessions.map(({ id }) => id)), now);
  const all = withKnown(adopted.state.authProfiles, input.known ?? [], now);
  const linked = linkSessions({ ...adopted.state, authProfiles: all }, input.sessions, input.context);
  const own = ownProfiles(adopted.state, linked);
  const warnings: string[] = [...adopted.warnings];
  const profiles = own.map((profile) => withUsage(profile, input.usage.get(profile.profileId), now));
  const byId = new Map(profiles.map((profile) => [profile.profileId, profile]));
  const healths = input.sessions.map((session) => {
    const resolution = linked.resolutions.get(session.id)!;
    const profile = byId.get(resolution.profileId)!;
    const given = profileThresholds(input.thresholds, profile.thresholds, profile.profileId);
    for (const warning of given.warnings) if (!warnings.includes(warning)) warnings.push(warning);
    const billing = profile.billing.lastFetched > 0 || input.usage.has(profile.profileId) ? profile.billing : null;
    const { compactionPercent } = input;
    const health = buildHealth(session, { profile, resolution, thresholds: given.thresholds, compactionPercent, billing, now });
    return input.hideNames ? hideHealth(health, salt) : health;
  });
  const current = new Map(healths.map((health) => [health.sessionId, runtimeSession(health)]));
  const kept = adopted.state.sessions.map((session) => current.get(session.sessionId) ?? session);
  const known = new Set(kept.map(({ sessionId }) => sessionId));
  const sessions = [...kept, ...[...current.values()].filter(({ sessionId }) => !known.has(sessionId))];
  const state: RuntimeState = {
    authProfiles: profiles,
    sessions: input.hideNames ? sessions.map((session) => hideSession(session, salt)) : sessions,
    metadata: { ...present.metadata, totalActiveSessions: input.sessions.filter((session) => isActive(session.state)).length },
  };
  return { state, healths, linked, warnings };
}

/** The file's profiles with the others behind them; an account that is known elsewhere is known here. */
function withKnown(own: readonly Profile[], known: readonly Profile[], now: number): readonly Profile[] {
  const others = new Map(known.map((profile) => [profile.profileId, profile]));
  const bound = own.map((profile) => {
    const extra = others.get(profile.profileId)?.tidemark;
    const isBound = profile.tidemark?.identity != null || profile.tidemark?.mergedInto !== undefined;
    return isBound || extra?.identity == null
      ? profile
      : { ...profile, tidemark: { ...(profile.tidemark ?? NO_EXTRA), identity: extra.identity, kind: extra.kind } };
  });
  const ids = new Set(own.map(({ profileId }) => profileId));
  // Counts and money are each folder's own.
  const fresh = (profile: Profile): Profile => ({
    ...profile,
    billing: NO_BILLING,
    metadata: { ...profile.metadata, firstSeen: profile.metadata.firstSeen || now, totalSessions: 0 },
  });
  return [...bound, ...known.filter(({ profileId }) => !ids.has(profileId)).map(fresh)];
}

/** Of all profiles those that the file has or a session of the directory uses. */
function ownProfiles(state: RuntimeState, linked: Linked): readonly Profile[] {
  const ids = new Set(state.authProfiles.map(({ profileId }) => profileId));
  for (const { profileId } of linked.resolutions.values()) ids.add(profileId);
  return linked.profiles.filter(({ profileId }) => ids.has(profileId));
}
