import type { AccountBook } from '../accounts/book.ts';
import type { LiveSession } from '../sessions/session.ts';
import type { SummaryGit } from '../sessions/summary-file.ts';
import { amountsOf } from './amounts.ts';
import type { LiveUsage } from './live-usage.ts';
import type { SummaryFacts } from './summary.ts';
import { mergedTally } from './tally.ts';

/** What the summary says beyond the snapshot: profiles as they were resolved, their day, work trees. */
export function summaryFacts(
  book: AccountBook,
  usage: LiveUsage,
  live: readonly LiveSession[],
  gitOf: ((folder: string) => SummaryGit | null) | undefined,
): SummaryFacts {
  const kinds = new Map(book.profiles().map(({ profileId, tidemark }) => [profileId, tidemark?.kind ?? 'unknown']));
  const folders = new Map(live.map(({ id, cwd }) => [id, cwd]));
  const kindOf = (account: string) => kinds.get(account) ?? 'unknown';
  return {
    accountOf: (id) => book.of(id),
    kindOf: (account) => (kindOf(account) === 'unknown' ? null : kindOf(account)),
    todayOf: (account) => {
      const own = usage.slotsOfAccount(account).map((slot) => slot.today);
      return amountsOf(mergedTally(own).sum).cost;
    },
    gitOf: (id) => {
      const folder = folders.get(id);
      return folder == null ? null : (gitOf?.(folder) ?? null);
    },
  };
}
