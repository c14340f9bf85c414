import type { Config } from '../config/schema.ts';
import type { IngestOptions, IngestResult } from '../ledger/ingest.ts';
import type { Ledger } from '../ledger/open.ts';
import type { Log } from '../platform/log.ts';
import type { Paths } from '../platform/paths.ts';
import { loggedPath } from './log.ts';

/* What the log keeps of opening the ledger and reading transcripts. */

interface Place {
  readonly log: Log;
  readonly paths: Paths;
  readonly config: Config;
}

/** More places than these are only counted. */
const MAX_PLACES = 50;

/** A ledger that had to be replaced, or that is only in memory, says why; the log keeps it. */
export function logged({ log }: Pick<Place, 'log'>, ledger: Ledger): Ledger {
  if (ledger.notice !== null) log.error('the ledger is not as it should be', { mode: ledger.mode, notice: ledger.notice });
  return ledger;
}

/** What a pass left out (UR-95), and for `debug` what it did. `tookMs` with opening the ledger. */
export function logPass({ log, paths, config }: Place, { filesRead, changed, skipped }: IngestResult, tookMs: number): void {
  for (const { path, code } of skipped.slice(0, MAX_PLACES))
    log.warn('a place could not be read', { path: loggedPath(path, paths, config), code });
  if (skipped.length > MAX_PLACES) log.warn('more places could not be read', { places: skipped.length - MAX_PLACES });
  log.debug('transcripts were read', { filesRead, changed, skipped: skipped.length, tookMs: Math.round(tookMs) });
}

/** For `debug`, `file:line reason` of what is left out, never the line (UR-92). */
export function logRejected({ log, paths, config }: Place): Pick<IngestOptions, 'onRejected'> {
  if (!log.writes('debug')) return {};
  return {
    onRejected(path, lines) {
      for (const { line, reason } of lines)
        log.debug('a line was left out', { line: `${loggedPath(path, paths, config)}:${line}`, reason });
    },
  };
}
