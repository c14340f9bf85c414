import { officialWindows, type WindowKind } from '../usage/window.ts';
import type { QuotaWindow } from './contracts.ts';
import type { QuotaSample } from './inputs.ts';

/**
 * One identity's quota from the samples of all its terminals (AP-8): impossible ones are left out, the newest reset wins, samples of one window count with
 * their maximum. Null when none holds now.
 */
export function mergeQuota(samples: readonly QuotaSample[], kind: WindowKind, now: number): QuotaWindow | null {
  const seen = samples.map(({ used, resetsAt, at }) => ({ used, resetsAt: resetsAt * 1000, seenAt: Math.min(at, now) }));
  const open = officialWindows(seen, kind).findLast(({ end }) => end > now);
  if (open?.usedPercent == null || open.usedPercentAt === null) return null;
  return { usedPercent: open.usedPercent, resetsAt: Math.round(open.end / 1000), at: open.usedPercentAt, source: 'official' };
}

/** Both windows of a profile; the stored ones hold where no newer sample says otherwise. */
export function mergeStored(
  stored: QuotaWindow | null,
  samples: readonly QuotaSample[],
  kind: WindowKind,
  now: number,
): QuotaWindow | null {
  const old =
    stored === null || stored.source !== 'official' ? [] : [{ used: stored.usedPercent, resetsAt: stored.resetsAt, at: stored.at }];
  return mergeQuota([...old, ...samples], kind, now);
}
