import type { PriceTable } from '../pricing/types.ts';
import { discover } from '../transcripts/discover.ts';
import { codeOf } from './ingest-errors.ts';
import { inMemory, type Ledger } from './open.ts';
import { readFile } from './read-file.ts';
import type { Forgotten } from './tombstones.ts';

/**
 * What the transcripts that are there now say by themselves: all of them read from the first byte into a ledger in memory. The caller disposes of it. Absent
 * `forgotten` = files of forgotten sessions, which no ledger reads (SEC-82), are read too.
 */
export function freshLedger(
  table: PriceTable,
  claudeDirs: readonly string[],
  forgotten: Forgotten | null = null,
): { readonly fresh: Ledger; readonly skipped: readonly { path: string; code: string }[] } {
  const fresh = inMemory({ path: ':memory:', table, version: '', now: 0 }, '');
  const { files, unreadable } = discover(claudeDirs);
  const skipped = unreadable.map(({ path, code }) => ({ path, code }));
  for (const file of files) {
    if (forgotten?.has(file.sessionFromPath)) continue;
    try {
      for (const part of readFile(file, null)) fresh.appender.append([part]);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'BUG') throw error;
      // Gone since the walk: nothing to compare with.
      if (code !== 'ENOENT') skipped.push({ path: file.path, code });
    }
  }
  return { fresh, skipped };
}
