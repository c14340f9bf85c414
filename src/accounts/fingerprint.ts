import { createHash } from 'node:crypto';
import { FINGERPRINT_APART_MS } from './constants.ts';
import type { Profile } from './contracts.ts';

/** One sight of the weekly reset of a Claude directory. `resetsAt` epoch seconds, `at` epoch ms. */
export interface ResetSeen {
  readonly resetsAt: number;
  readonly at: number;
}

const MINUTE_S = 60;
const OURS = /^t1:[0-9a-f]{12}$/;

/**
 * `t1:` and a hash of the weekly reset, rounded to the minute: a hint for directories without an account (AP-3). Null before two sights of it five minutes
 * apart, and from the reset on. Money, per cents and rates are no inputs: they change with every answer.
 */
export function fingerprintOf(seen: readonly ResetSeen[], now: number): string | null {
  const newest = seen.reduce<ResetSeen | null>((best, s) => (best === null || s.at > best.at ? s : best), null);
  if (newest === null || newest.resetsAt * 1000 <= now) return null;
  const minute = Math.round(newest.resetsAt / MINUTE_S);
  const same = seen.filter((s) => Math.round(s.resetsAt / MINUTE_S) === minute).map((s) => s.at);
  if (Math.max(...same) - Math.min(...same) < FINGERPRINT_APART_MS) return null;
  return `t1:${createHash('sha256').update(`seven_day ${minute}`).digest('hex').slice(0, 12)}`;
}

/** A profile's fingerprint if it is one of ours and its week is not over; foreign values are kept in the file and ignored. */
export function validFingerprint(profile: Profile, now: number): string | null {
  const { billingFingerprint, tidemark } = profile;
  if (billingFingerprint === undefined || !OURS.test(billingFingerprint)) return null;
  const resetsAt = tidemark?.quota.sevenDay?.resetsAt;
  return resetsAt === undefined || resetsAt * 1000 > now ? billingFingerprint : null;
}
