import { acceptSample } from '../usage/window.ts';
import { type Capture, QUOTA_NAMES, type QuotaName, type QuotaReading } from './capture-facts.ts';
import type { LimitReset } from './evidence.ts';

/* The quota that a session's statusline was told of: what counts, how old it is, when it comes back. Pure. */

/**
 * The quota of one run merged into what was stored. Absent never erases (SL-3); a statement that cannot be true is refused and counted (D-20, D-25). A
 * repeated number is as old as the run in which it, or the time spent in requests (`apiMs`), last changed: the refresh timer tells nothing new (SL-10).
 */
export function mergeQuota(
  given: Readonly<Partial<Record<QuotaName, { readonly used: number; readonly resetsAt: number }>>>,
  apiMs: number | null,
  previous: Pick<Capture, 'quota' | 'cost'> | null,
  now: number,
): { readonly quota: Capture['quota']; readonly rejected: number } {
  const quota: Partial<Record<QuotaName, QuotaReading>> = { ...previous?.quota };
  const isRepeat = previous !== null && previous.cost.apiMs === apiMs;
  let rejected = 0;
  for (const name of QUOTA_NAMES) {
    const sample = given[name];
    if (sample === undefined) continue;
    const used = accepted(name, sample, now);
    if (used === null) {
      rejected++;
      continue;
    }
    const old = previous?.quota[name];
    const isOld = isRepeat && old !== undefined && old.used === used && old.resetsAt === sample.resetsAt;
    quota[name] = { used, resetsAt: sample.resetsAt, at: isOld ? Math.min(old.at, now) : now };
  }
  return { quota, rejected };
}

/** The percentage as it counts; null where the statement cannot be true. A spend limit may be exceeded and may reset at any time ahead. */
function accepted(name: QuotaName, { used, resetsAt }: { readonly used: number; readonly resetsAt: number }, now: number): number | null {
  if (name === 'spend_limit') return Number.isFinite(used) && used >= 0 && used <= 100_000 && resetsAt * 1000 > now ? used : null;
  const sample = { used, resetsAt: resetsAt * 1000, seenAt: now };
  return acceptSample(sample, name === 'five_hour' ? 'five-hour' : 'weekly')?.used ?? null;
}

/** Per cent from which a quota counts as used up. */
const FULL = 99.5;

/** The latest reset among the quotas that are used up; null when none is. */
export function limitResetOf(capture: Capture | null): LimitReset | null {
  let found: LimitReset | null = null;
  for (const { used, resetsAt, at } of Object.values(capture?.quota ?? {})) {
    if (used >= FULL && (found === null || resetsAt > found.resetsAt)) found = { resetsAt, at };
  }
  return found;
}
