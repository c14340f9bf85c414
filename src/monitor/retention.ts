import { join } from 'node:path';
import { looseNumber } from '../platform/loose.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { duration } from '../text/duration.ts';
import { plain } from '../text/plain.ts';
import type { Condition } from './warning-episodes.ts';

const DAY_MS = 86_400_000;
/** What the client keeps unless its settings say otherwise (transcripts §12). */
const DEFAULT_DAYS = 30;
/** Kept for so long, transcripts are no worry (alerts.md §2). */
const ENOUGH_DAYS = 90;
const MAX_SETTINGS = 1024 * 1024;

/** A Claude directory whose transcripts may have been deleted before anybody counted them. */
export interface RetentionGap {
  readonly root: string;
  /** After how many days the client deletes a transcript. */
  readonly days: number;
  /** For how long nothing of ours has read, ms. */
  readonly silentMs: number;
}

/** Directories whose transcripts are deleted within 90 days and that nobody read for half of that time. `lastReadAt` epoch ms; null = never. */
export function retentionGaps(claudeDirs: readonly string[], lastReadAt: number | null, now: number): readonly RetentionGap[] {
  if (lastReadAt === null) return [];
  const silentMs = now - lastReadAt;
  return claudeDirs.flatMap((root) => {
    const days = looseNumber(readSmallJson(join(root, 'settings.json'), MAX_SETTINGS)?.cleanupPeriodDays, 0) ?? DEFAULT_DAYS;
    return days < ENOUGH_DAYS && silentMs > (days * DAY_MS) / 2 ? [{ root, days, silentMs }] : [];
  });
}

/** LV-97: said for as long as the program runs, once per directory. */
export function retentionConditions(gaps: readonly RetentionGap[]): Condition[] {
  return gaps.map(({ root, days, silentMs }) => ({
    warning: {
      rule: 'retention',
      severity: 'warn',
      key: `retention:${root}`,
      sessionId: null,
      project: null,
      text: `${plain(root, 200)} keeps transcripts for ${days} d, and nothing was read for ${duration(silentMs)}: what was deleted meanwhile is not counted — tidemark install service`,
    },
    holds: true,
    since: null,
    forMs: 0,
    keepMs: 0,
  }));
}
