import { cleanHealth } from '../../accounts/cleanup.ts';
import { healthDir } from '../../accounts/publish.ts';
import { LiveSessions } from '../../sessions/live-sessions.ts';
import type { App } from '../open.ts';

export interface CleanReport {
  /** Ids of sessions that were put into the archive, and all paths that were (or, on a dry run, would be) removed. */
  readonly archived: readonly string[];
  readonly removed: readonly string[];
  readonly problems: readonly string[];
}

/** `doctor --clean`: what nobody needs any more, in each Claude directory (SH-9). A live session is never touched. */
export async function cleanUp({ paths, config, clock }: App, dryRun: boolean): Promise<CleanReport> {
  const now = clock.now();
  const sessions = new LiveSessions(paths.claudeDirs, paths.stateDir).read(now);
  const live = new Set(sessions.filter(({ alive, state }) => alive !== false && state !== 'ended').map(({ id }) => id));
  const { stateDir, dataDir } = paths;
  const archive = config.state.archive === 'on';
  const all: CleanReport[] = [];
  for (const dir of paths.claudeDirs) all.push(await cleanHealth({ dir: healthDir(dir), stateDir, dataDir, archive, live, now, dryRun }));
  const distinct = (part: keyof CleanReport): string[] => [...new Set(all.flatMap((each) => each[part]))];
  return { archived: distinct('archived'), removed: distinct('removed'), problems: distinct('problems') };
}
