import { AGES } from './constants.ts';
import { type Billing, type BillingShared, NO_BILLING, type Profile, type ProfileExtra } from './contracts.ts';
import type { ProfileUsage } from './inputs.ts';
import { mergeStored } from './quota.ts';
import { NO_EXTRA } from './resolve.ts';

const MINUTE = 60_000;
/** JSON prints dollars without binary noise (D-14). */
const dollars = (usd: number | null): number => Math.round((usd ?? 0) * 1e9) / 1e9;

/** "HH:MM" in UTC. */
export const clockUtc = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

/** A profile's sums as the contract names them (§2.4). Unknown is 0 there; what is known stands in `tidemark`. */
export function buildBilling(usage: ProfileUsage, now: number): Billing {
  const open = usage.window !== null && usage.window.endsAt > now ? usage.window : null;
  const left = open === null ? 0 : Math.floor((open.endsAt - now) / MINUTE);
  const length = open === null ? 0 : Math.round((open.endsAt - open.startedAt) / MINUTE);
  return {
    costToday: dollars(usage.costToday),
    burnRatePerHour: dollars(usage.usdPerHour),
    budgetRemaining: left,
    budgetPercentUsed: length > 0 ? Math.min(100, Math.max(0, Math.floor(((length - left) / length) * 100))) : 0,
    resetTime: open === null ? '' : clockUtc(open.endsAt),
    totalTokens: open?.tokens ?? 0,
    tokensPerMinute: open === null || usage.tokensPerMinute === null ? null : Math.round(usage.tokensPerMinute),
    isFresh: usage.at !== null && now - usage.at <= AGES.billing.fresh,
    lastFetched: usage.at ?? 0,
  };
}

/** A profile with the newest numbers; what a person wrote stays. Quota belongs to the profile's account and is never borrowed (AP-7, AP-8). */
export function withUsage(profile: Profile, usage: ProfileUsage | undefined, now: number): Profile {
  if (usage === undefined) return profile;
  const extra: ProfileExtra = profile.tidemark ?? NO_EXTRA;
  const { window } = usage;
  return {
    ...profile,
    billing: buildBilling(usage, now),
    tidemark: {
      ...extra,
      quota: {
        fiveHour: mergeStored(extra.quota.fiveHour, usage.fiveHour, 'five-hour', now),
        sevenDay: mergeStored(extra.quota.sevenDay, usage.sevenDay, 'weekly', now),
      },
      window:
        window === null
          ? NO_EXTRA.window
          : { costUSD: window.costUSD === null ? null : dollars(window.costUSD), startedAt: window.startedAt, source: window.source },
    },
  };
}

/** The file of one account only: `default`, else the one known longest. It does not follow the last used one (§2.6). Null without a profile. */
export function buildBillingShared(profiles: readonly Profile[]): BillingShared | null {
  const standing = profiles.filter(({ tidemark }) => tidemark?.mergedInto === undefined);
  const oldest = standing.reduce<Profile | null>(
    (best, p) => (best === null || p.metadata.firstSeen < best.metadata.firstSeen ? p : best),
    null,
  );
  const profile = standing.find(({ profileId }) => profileId === 'default') ?? oldest;
  return profile === null ? null : { ...NO_BILLING, ...profile.billing, profileId: profile.profileId, tidemark: { schema: 1 } };
}
