import type { App } from '../app/open.ts';
import { matches } from '../ledger/queries/filters.ts';
import { Accounts } from '../monitor/accounts.ts';
import { readCaptures } from '../sessions/captures.ts';

/** Which account each session belongs to, as the live view tells it: from what the statusline handed over (D-4). */
export interface KnownAccounts {
  readonly of: (sessionId: string) => string;
  /** A person's patterns as ids: an account goes by its id and by its name. */
  readonly idsOf: (patterns: readonly string[]) => string[];
}

export function knownAccounts({ paths, clock }: App): KnownAccounts {
  const accounts = new Accounts();
  const captures = [...readCaptures(paths.stateDir, clock.now()).bySession.values()];
  accounts.learn(captures);
  const names = [...new Map(captures.map(({ sessionId }) => accounts.of(sessionId)).map((one) => [one.account, one])).values()];
  return {
    of: (sessionId) => accounts.of(sessionId).account,
    idsOf: (patterns) =>
      patterns.flatMap((pattern) => {
        const bare = pattern.replace(/^!/, '');
        const found = names.filter(({ account, label }) => matches([bare], [account, label])).map(({ account }) => account);
        const sign = pattern.startsWith('!') ? '!' : '';
        return found.length === 0 ? [pattern] : found.map((account) => `${sign}${account}`);
      }),
  };
}
