import { missingArchives } from '../ledger/archive.ts';
import { mayBeAtFormerPrices } from '../ledger/archive-hold.ts';
import { LEFT_ALONE_MS, MAX_FAILURES } from '../ledger/failures.ts';
import type { IngestResult } from '../ledger/ingest.ts';
import type { Ledger } from '../ledger/open.ts';
import { type Paths, tildePath } from '../platform/paths.ts';

interface Home {
  readonly paths: Pick<Paths, 'home'>;
}

/** What a reading left to say to the person, one sentence each. */
export const readingNotices = (home: Home, ledger: Ledger, { skipped, rewritten }: IngestResult): readonly string[] => [
  ...skippedNotice(home, skipped),
  ...rewrittenNotice(home, rewritten),
  ...archiveNotice(home, ledger),
];

/** One sentence for all places that could not be read: which, why, and what to do. */
function skippedNotice({ paths }: Home, skipped: IngestResult['skipped']): string[] {
  const [first, ...others] = skipped;
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${others.length} more ${others.length === 1 ? 'place' : 'places'}`;
  if (others.length === 0 && first.isLeftAlone)
    return [
      `${tildePath(first.path, paths.home)} failed ${MAX_FAILURES} times in a row (${first.code}) and is left alone for ${LEFT_ALONE_MS / 60_000} minutes: what it holds is not counted. At once: tidemark ledger rebuild --file ${tildePath(first.path, paths.home)}`,
    ];
  const [what, it] = others.length === 0 ? ['what it holds', 'it'] : ['what they hold', 'them'];
  return [
    `${tildePath(first.path, paths.home)}${more} could not be read (${first.code}): ${what} is not counted. Make ${it} readable and run this again.`,
  ];
}

/** Archived requests whose file is not there: they count, but cannot be shown one by one, and no line of theirs can be merged. */
function archiveNotice({ paths }: Home, { db, waitsForArchive }: Ledger): string[] {
  const [first, ...others] = missingArchives(db);
  // Of the right size, but changed: only what needed it has found that.
  if (first === undefined && !waitsForArchive) return [];
  const cost = mayBeAtFormerPrices(db) ? ', and their cost may be at former prices' : '';
  if (first === undefined)
    return [
      `An archive file cannot be read: its requests still count, but cannot be listed${cost}. tidemark ledger verify names it; tidemark ledger rebuild tries again.`,
    ];
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [
    `The archive ${tildePath(first, paths.home)}${more} is gone or cut: its requests still count, but cannot be listed${cost}. Put it back, or run tidemark ledger rebuild, which takes them from transcripts that are still there.`,
  ];
}

/** Content that changed under an equal size and time: a copy or a backup that was put back, or a disk that fails (REL-13). */
function rewrittenNotice({ paths }: Home, rewritten: readonly string[]): string[] {
  const [first, ...others] = rewritten;
  if (first === undefined) return [];
  const [more, was] = others.length === 0 ? ['', 'was'] : [` and ${others.length} more`, 'were'];
  return [
    `${tildePath(first, paths.home)}${more} ${was} changed without a new size or time, and read again. tidemark ledger verify compares all.`,
  ];
}
