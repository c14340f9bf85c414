import { join } from 'node:path';
import { looseObject, looseText } from '../platform/loose.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { sessionFileName } from '../sessions/file-name.ts';
import { AGES, SIZES } from './constants.ts';
import type { Billing, Profile, QuotaWindow, RuntimeSession } from './contracts.ts';
import { canonicalId } from './resolve.ts';
import { readStateFile, type StateRead } from './state-file.ts';

/** A profile over all Claude directories: profiles are global, each directory keeps its own file (AP-12). */
export interface KnownProfile {
  readonly profile: Profile;
  /** Health folders whose file has it. */
  readonly dirs: readonly string[];
  readonly sessions: readonly RuntimeSession[];
  /** Distinct sessions it ever had, those of profiles merged into it included. */
  readonly totalSessions: number;
  /** Aliases its sessions were started with (AP-2). */
  readonly launchAliases: readonly string[];
}

/** All profiles by id, each with its sessions in all folders. Throws where a person's file is broken. */
export async function knownProfiles(dirs: readonly string[]): Promise<readonly KnownProfile[]> {
  const reads = await Promise.all(dirs.map(async (dir) => ({ dir, read: await readStateFile(dir) })));
  const ids = new Map<string, Profile>();
  for (const { read } of reads)
    for (const profile of read.state.authProfiles) if (!ids.has(profile.profileId)) ids.set(profile.profileId, profile);
  return [...ids.values()].map((profile) => {
    const own = reads.flatMap(({ dir, read }) => sessionsOf(read, profile.profileId).map((session) => ({ dir, session })));
    const aliases = own.flatMap(({ dir, session }) => launchAlias(dir, session.sessionId) ?? []);
    return {
      profile,
      dirs: reads
        .filter(({ read }) => read.state.authProfiles.some(({ profileId }) => profileId === profile.profileId))
        .map(({ dir }) => dir),
      sessions: own.map(({ session }) => session).sort((a, b) => b.metadata.lastActivity - a.metadata.lastActivity),
      totalSessions: [...ids.values()]
        .filter(({ profileId }) => canonicalId([...ids.values()], profileId) === profile.profileId)
        .reduce((sum, { metadata }) => sum + metadata.totalSessions, 0),
      launchAliases: [...new Set(aliases)].sort(),
    };
  });
}

const sessionsOf = ({ state }: StateRead, id: string): readonly RuntimeSession[] =>
  state.sessions.filter(({ authProfile }) => canonicalId(state.authProfiles, authProfile) === id);

function launchAlias(dir: string, sessionId: string): string | null {
  const raw = readSmallJson(join(dir, `${sessionFileName(sessionId)}.json`), SIZES.healthFile);
  return looseText(looseObject(raw?.launch).launchAlias, 100);
}

type OrNull<T> = { readonly [K in keyof T]: T[K] | null };

/** Billing as our own surfaces show it: what was never known, or only hours ago, is null, and freshness is counted now (ST-12, SH-10). */
export function knownBilling({ profile }: KnownProfile, now: number): OrNull<Billing> {
  const { billing } = profile;
  const { lastFetched } = billing;
  if (now - lastFetched > AGES.billing.hide) {
    const unknown = Object.fromEntries(Object.keys(billing).map((key) => [key, null])) as OrNull<Billing>;
    return { ...unknown, isFresh: false, lastFetched: lastFetched === 0 ? null : lastFetched };
  }
  const isOpen = billing.resetTime !== '';
  return {
    ...billing,
    budgetRemaining: isOpen ? billing.budgetRemaining : null,
    budgetPercentUsed: isOpen ? billing.budgetPercentUsed : null,
    resetTime: isOpen ? billing.resetTime : null,
    isFresh: now - lastFetched <= AGES.billing.fresh,
  };
}

/** A quota window that has not been reset since. */
export const openQuota = (window: QuotaWindow | null | undefined, now: number): QuotaWindow | null =>
  window != null && window.resetsAt * 1000 > now ? window : null;
