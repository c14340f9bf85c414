import { adopt } from './adopt.ts';
import { withUsage } from './build-billing.ts';
import { buildHealth, runtimeSession } from './build-health.ts';
import type { RuntimeState, SessionHealth } from './contracts.ts';
import { isActive, type ProfileUsage, type SessionInput } from './inputs.ts';
import { type Linked, linkSessions } from './link.ts';
import { hideHealth, hideSession } from './privacy.ts';
import type { ResolveContext } from './resolve.ts';
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
  const linked = linkSessions(adopted.state, input.sessions, input.context);
  const warnings: string[] = [...adopted.warnings];
  const profiles = linked.profiles.map((profile) => withUsage(profile, input.usage.get(profile.profileId), now));
  const byId = new Map(profiles.map((profile) => [profile.profileId, profile]));
  const healths = input.sessions.map((session) => {
    const resolution = linked.resolutions.get(session.id)!;
    const profile = byId.get(resolution.profileId)!;
    const own = profileThresholds(input.thresholds, profile.thresholds, profile.profileId);
    for (const warning of own.warnings) if (!warnings.includes(warning)) warnings.push(warning);
    const billing = profile.billing.lastFetched > 0 || input.usage.has(profile.profileId) ? profile.billing : null;
    const { compactionPercent } = input;
    const health = buildHealth(session, { profile, resolution, thresholds: own.thresholds, compactionPercent, billing, now });
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
