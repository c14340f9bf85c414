import { type QuotaShares, quotaPoints, quotaShares } from '../usage/share.ts';
import type { Figure } from '../usage/source.ts';
import type { LiveUsage } from './live-usage.ts';
import type { WindowView } from './snapshot.ts';

/** A session's part of local use in its account's window, percent, and the points of the official used % that fall to it. */
export interface SessionShare {
  readonly share: number | null;
  readonly basis: QuotaShares['basis'];
  readonly points: Figure;
}

export const NO_POINTS: Figure = { value: null, source: 'unknown', at: null };

/** Shares by session (D-33): over all sessions of the account, shown or not. A session under two accounts has the share of the one it used more. */
export function sharesOf(usage: Pick<LiveUsage, 'slotsOfAccount'>, windows: readonly WindowView[]): Map<string, SessionShare> {
  const shares = new Map<string, SessionShare>();
  for (const { account, usedPercent } of windows) {
    const own = usage.slotsOfAccount(account).filter((slot) => slot.window.events > 0);
    const { basis, shares: parts } = quotaShares(own.map((slot) => slot.window));
    const official = usedPercent.source === 'official' ? usedPercent : null;
    own.forEach(({ sessionId }, i) => {
      const part = parts[i] ?? null;
      const before = shares.get(sessionId);
      if (before !== undefined && (before.share ?? 0) >= (part ?? 0) * 100) return;
      const points = official === null ? NO_POINTS : { ...quotaPoints(part, official.value), at: official.at };
      shares.set(sessionId, { share: part === null ? null : part * 100, basis, points });
    });
  }
  return shares;
}
