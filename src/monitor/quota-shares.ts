import { partOf, quotaPoints, type ShareBase, shareBase } from '../usage/share.ts';
import type { Figure } from '../usage/source.ts';
import type { LiveUsage } from './live-usage.ts';
import type { WindowView } from './snapshot.ts';
import type { UsageSlot } from './usage-slot.ts';

/** A session's part of local use in its account's window, percent, and the points of the official used % that fall to it. */
export interface SessionShare {
  readonly share: number | null;
  readonly basis: ShareBase['basis'];
  readonly points: Figure;
}

const NO_POINTS: Figure = { value: null, source: 'unknown', at: null };
const NO_SHARE: SessionShare = { share: null, basis: 'cost', points: NO_POINTS };

/** What all sessions of an account, shown or not, used in its window. */
interface AccountBase extends ShareBase {
  /** Place among the windows. */
  readonly place: number;
  /** The server's used %, null when it is not the server's. */
  readonly official: Figure | null;
}

/** The sessions' shares in the windows of a snapshot (D-33). */
export class QuotaShares {
  private readonly bases = new Map<string, AccountBase>();

  constructor(usage: Pick<LiveUsage, 'slotsOfAccount'>, windows: readonly WindowView[]) {
    windows.forEach(({ account, usedPercent }, place) => {
      const sums = usage.slotsOfAccount(account).map(({ window }) => window);
      this.bases.set(account, { ...shareBase(sums), place, official: usedPercent.source === 'official' ? usedPercent : null });
    });
  }

  /** Of the session with these slots. One under two accounts has the share of the one it used more, the first of equal ones. */
  of(slots: readonly UsageSlot[]): SessionShare {
    let most: readonly [base: AccountBase, part: number | null] | null = null;
    for (let i = 0; i < slots.length; i++) {
      const { account, window } = slots[i]!;
      const base = window.events > 0 ? this.bases.get(account) : undefined;
      if (base === undefined) continue;
      const part = partOf(base, window);
      const more = most === null ? 1 : (part ?? 0) - (most[1] ?? 0) || most[0].place - base.place;
      if (more > 0) most = [base, part];
    }
    return most === null ? NO_SHARE : shareIn(...most);
  }
}

function shareIn({ basis, official }: AccountBase, part: number | null): SessionShare {
  const points = official === null ? NO_POINTS : { ...quotaPoints(part, official.value), at: official.at };
  return { share: part === null ? null : part * 100, basis, points };
}
