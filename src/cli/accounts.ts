import { openBook } from '../accounts/book.ts';
import { claimsOf } from '../accounts/claims.ts';
import { directoriesOf } from '../accounts/locate.ts';
import { accountOptions } from '../app/accounts.ts';
import type { App } from '../app/open.ts';
import type { Ledger } from '../ledger/open.ts';
import type { AccountPart } from '../ledger/queries/directory.ts';
import { matches } from '../ledger/queries/filters.ts';
import { readCaptures } from '../sessions/captures.ts';
import { LiveSessions } from '../sessions/live-sessions.ts';

/** Which account each session belongs to, as the live view tells it (D-4). */
export interface KnownAccounts {
  readonly of: (sessionId: string) => string;
  /** Whose a session was from when to when (AP-5). */
  readonly partsOf: (sessionId: string) => readonly AccountPart[];
  /** Learns where the transcripts of sessions lie that say nothing of their account themselves. */
  locate(ledger: Ledger): void;
  /** A person's patterns as ids: an account goes by its id and by its name. */
  readonly idsOf: (patterns: readonly string[]) => string[];
}

export async function knownAccounts(app: App): Promise<KnownAccounts> {
  const { paths, clock } = app;
  const now = clock.now();
  const book = await openBook(accountOptions(app));
  const live = new LiveSessions(paths.claudeDirs, paths.stateDir).read(now);
  book.learn(claimsOf(readCaptures(paths.stateDir, now).bySession, live, paths.claudeDirs, now), now);
  return {
    of: (sessionId) => book.of(sessionId).account,
    partsOf: (sessionId) => book.partsOf(sessionId),
    locate: (ledger) => {
      if (paths.claudeDirs.length < 2) return;
      const files = ledger.db.sql("SELECT path FROM file WHERE path NOT LIKE '%subagents%'").all();
      book.locate(
        directoriesOf(
          files.map(({ path }) => ({ path: String(path) })),
          paths.claudeDirs,
        ),
      );
    },
    idsOf: (patterns) =>
      patterns.flatMap((pattern) => {
        const bare = pattern.replace(/^!/, '');
        const found = [...book.accounts].filter(([account, label]) => matches([bare], [account, label])).map(([account]) => account);
        const sign = pattern.startsWith('!') ? '!' : '';
        return found.length === 0 ? [pattern] : found.map((account) => `${sign}${account}`);
      }),
  };
}
