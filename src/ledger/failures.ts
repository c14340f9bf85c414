import { isBusy } from './driver.ts';
import { isUnwritable, type Ledger } from './open.ts';

/** A transcript that failed so many times in a row is left alone for a while (UR-103). */
export const MAX_FAILURES = 5;
export const LEFT_ALONE_MS = 5 * 60_000;

export interface Failure {
  /** The system's reason, e.g. EIO. */
  readonly code: string;
  /** In a row. */
  readonly times: number;
  /** Epoch ms of the last one. */
  readonly at: number;
}

/** True while a file is not even opened. A clock that was set back does not hold it longer. `now` in epoch ms. */
export const isLeftAlone = (failure: Failure | undefined, now: number): failure is Failure =>
  failure !== undefined && failure.times >= MAX_FAILURES && Math.abs(now - failure.at) < LEFT_ALONE_MS;

/** Transcripts that could not be read the last time, by path. Mostly none. */
export function failures(ledger: Ledger): Map<string, Failure> {
  const rows = ledger.db.sql('SELECT path, code, times, at FROM failure').all();
  return new Map(rows.map((row) => [String(row.path), { code: String(row.code), times: row.times as number, at: row.at as number }]));
}

export function failureOf(ledger: Ledger, path: string): Failure | undefined {
  const row = ledger.db.sql('SELECT code, times, at FROM failure WHERE path = ?').get(path);
  return row && { code: String(row.code), times: row.times as number, at: row.at as number };
}

/** What reading left alone throws: the reason of before, without a look at the file. */
export const leftAloneError = ({ code }: Failure): Error =>
  Object.assign(new Error(`left alone for ${LEFT_ALONE_MS / 60_000} minutes after ${MAX_FAILURES} failures`), { code });

/** Notes which files failed in a pass, and which did no longer. A ledger that cannot be written forgets it. */
export function noteFailures(
  ledger: Ledger,
  now: number,
  failed: readonly { readonly path: string; readonly code: string }[],
  healed: readonly string[],
): void {
  if (failed.length + healed.length === 0) return;
  try {
    ledger.db.write(() => {
      for (const path of healed) ledger.db.sql('DELETE FROM failure WHERE path = ?').run(path);
      for (const { path, code } of failed)
        ledger.db
          .sql(
            'INSERT INTO failure VALUES (?, ?, 1, ?) ON CONFLICT (path) DO UPDATE SET code = excluded.code, times = times + 1, at = excluded.at',
          )
          .run(path, code, now);
    });
  } catch (error) {
    if (!isUnwritable(error) && !isBusy(error)) throw error;
  }
}
