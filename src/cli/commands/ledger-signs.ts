import { statSync } from 'node:fs';
import type { App } from '../../app/open.ts';
import { systemProcesses } from '../../platform/processes.ts';
import { captureFile } from '../../sessions/capture-file.ts';
import { journalFile } from '../../sessions/journal.ts';
import { readRegistryOnce, statusTime } from '../../sessions/registry.ts';

/**
 * Of some sessions, those with a sign of life since an instant (epoch ms) that is in no transcript: the client's registry has them as running or as of since
 * then, or a hook or the statusline told of them. A session may wait for days without a line, and what it uses after it was forgotten would never count.
 */
export function sessionsWithSigns({ paths }: Pick<App, 'paths'>, sids: readonly string[], since: number): ReadonlySet<string> {
  const listed = new Set(
    paths.claudeDirs
      .flatMap((dir) => readRegistryOnce(dir, systemProcesses))
      .filter((record) => record.alive !== false || statusTime(record) >= since)
      .map(({ sessionId }) => sessionId),
  );
  const isSince = (path: string): boolean => changedAt(path) >= since;
  return new Set(
    sids.filter((sid) => listed.has(sid) || isSince(journalFile(paths.stateDir, sid)) || isSince(captureFile(paths.stateDir, sid))),
  );
}

/** Epoch ms; never, for a file that is not there or cannot be looked at. */
function changedAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}
